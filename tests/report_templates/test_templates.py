"""The templates themselves: nothing can leave one unescaped, and a mistake in one is an error."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError, nodes

from report_templates.environment import environment

TEMPLATES = sorted(environment().list_templates(extensions=["j2"]))

# Joined inside a template, text would be escaped as HTML instead of as Markdown, or not at all.
_ROUND_THE_ESCAPING = (nodes.Concat, nodes.Add, nodes.Mod, nodes.MarkSafe, nodes.ScopedEvalContextModifier)
_FILTERS_ROUND_IT = {"safe", "join", "format", "replace", "indent", "e", "escape", "forceescape", "string", "upper"}


def test_templates_are_found_in_the_package() -> None:
    assert "pull_request.md.j2" in TEMPLATES


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_neither_join_text_nor_mark_it_as_safe(name: str) -> None:
    source = (environment().loader or pytest.fail("no loader")).get_source(environment(), name)[0]
    tree = environment().parse(source)
    assert not list(tree.find_all(_ROUND_THE_ESCAPING))
    used = {node.name for node in tree.find_all(nodes.Filter)}
    assert not used & _FILTERS_ROUND_IT


@pytest.mark.parametrize(
    "template",
    [
        "{{ x }}",
        "{% macro m(y) %}{{ y }}{% endmacro %}{{ m(x) }}",
        "{% set y = x %}{{ y }}",
        "{% set y %}{{ x }}{% endset %}{{ y }}",
        "{% for y in [x] %}{{ y }}{% endfor %}",
        "{{ [x] | row }}",
    ],
)
def test_a_forgotten_filter_does_no_harm(template: str) -> None:
    written = environment().from_string(template).render(x="<b> @ada")
    assert written.strip("| ") == "`<b>` `@ada`"


def test_text_is_escaped_once() -> None:
    template = "{% macro m(y) %}{{ y | code }}{% endmacro %}{{ m(x) }}"
    assert environment().from_string(template).render(x="`a`") == "`` `a` ``"


def test_what_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="nowhere"):
        environment().from_string("{{ nowhere }}").render()
    with pytest.raises(TypeError, match="text or a whole number"):
        environment().from_string("{{ x }}").render(x=None)
