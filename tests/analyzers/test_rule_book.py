"""The rule book has every rule, and says of each what a person needs."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from typing import get_args

import pytest

from analyzers.catalogue import CATALOGUE
from analyzers.findings import OFF_BY_DEFAULT, RuleName
from analyzers.rule_book import RULES, Rule, UnknownRuleError, rule, rules_of
from tests.analyzers.cases import case_files, read_case
from tests.analyzers.trees import findings_of


def ids(each: Rule) -> str:
    return each.id


def test_every_rule_has_an_entry() -> None:
    assert [each.id for each in RULES] == list(get_args(RuleName))


@pytest.mark.parametrize("each", RULES, ids=ids)
def test_the_title_is_short_and_no_sentence(each: Rule) -> None:
    assert re.fullmatch(r"[A-Z][\w -]+", each.title)
    assert len(each.title) <= 80


@pytest.mark.parametrize("each", RULES, ids=ids)
def test_the_explanation_is_two_sentences(each: Rule) -> None:
    assert re.fullmatch(r"[A-Z`][^.!?\n]*\. [A-Z`][^!?\n]*\.", re.sub("`[^`]*`", "`code`", each.explanation))
    assert len(re.findall(r"\.(?= |$)", each.explanation)) == 2
    assert each.explanation.count("`") % 2 == 0


@pytest.mark.parametrize("each", RULES, ids=ids)
def test_the_examples_are_short_python(each: Rule) -> None:
    for example in (each.wrong, each.right):
        ast.parse(example)
        assert example.endswith("\n")
        assert len(example.splitlines()) <= 20
        assert max(map(len, example.splitlines())) <= 100
    assert each.wrong != each.right


def test_only_what_lets_somebody_in_is_a_weakness() -> None:
    assert {each.id for each in RULES if each.cwe is None and each.id.startswith("auth.")} == {"auth.patterns"}
    assert all(each.cwe is None for each in RULES if not each.id.startswith("auth."))


def test_the_rules_that_do_not_apply_by_default_are_those_of_the_findings() -> None:
    assert {each.id for each in RULES if not each.by_default} == OFF_BY_DEFAULT


def test_the_severity_is_that_of_most_of_its_findings() -> None:
    """Seen in the findings of all case files."""
    seen: defaultdict[RuleName, list[str]] = defaultdict(list)
    for family in ("auth", "imports", "ssot", "tests"):
        for path in case_files(family):
            for finding in findings_of(read_case(path).files):
                seen[finding.rule].append(finding.severity)
    assert seen
    assert {name: rule(name).severity for name in seen} == {name: max(set(s), key=s.count) for name, s in seen.items()}


def test_help_is_the_section_of_the_metric_that_counts_it() -> None:
    """Each metric has a section of its name: see `tests/test_docs.py`."""
    sections = {f"rules.md#{entry.name.replace('.', '')}" for entry in CATALOGUE}
    assert {each.help for each in RULES} <= sections
    assert rule("auth.bypass.fail-open").help == "rules.md#authbypass"


def test_a_rule_is_known_by_its_name() -> None:
    assert [rule(each.id) for each in RULES] == list(RULES)


@pytest.mark.parametrize(
    ("prefix", "count"), [("imports", 6), ("ssot", 2), ("auth", 15), ("auth.bypass", 12), ("auth.bypass.fail-open", 1)]
)
def test_a_family_is_known_by_the_beginning_of_its_names(prefix: str, count: int) -> None:
    found = rules_of(prefix)
    assert len(found) == count
    assert all(f"{each.id}.".startswith(f"{prefix}.") for each in found)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("auth.bypass.fail-opne", "did you mean `auth.bypass.fail-open`?"),
        ("fail-open", "did you mean `auth.bypass.fail-open`?"),
        ("auth.bypas", "did you mean `auth.bypass`?"),
        ("import", "did you mean `imports`?"),
        ("qqq", "`fifthwhy rule` lists them all"),
        ("", "`fifthwhy rule` lists them all"),
        ("x" * 1_000_000, "`fifthwhy rule` lists them all"),
    ],
)
def test_what_is_no_rule_gets_what_is_most_like_it(name: str, hint: str) -> None:
    with pytest.raises(UnknownRuleError, match=re.escape(hint)):
        rules_of(name)
    with pytest.raises(UnknownRuleError, match=re.escape(hint)):
        rule(name)


@pytest.mark.parametrize("each", rules_of("auth.bypass"), ids=ids)
def test_what_the_book_calls_wrong_is_found_and_what_it_calls_right_is_not(each: Rule) -> None:
    policy = {"app/__init__.py": "", ".github/fifthwhy.yml": "rules: {auth.bypass: on}"}
    accused = {finding.rule for finding in findings_of({**policy, "app/main.py": each.wrong})}
    cleared = {finding.rule for finding in findings_of({**policy, "app/main.py": each.right})}

    assert each.id in accused
    assert not {rule for rule in cleared if rule.startswith("auth.bypass.")}
