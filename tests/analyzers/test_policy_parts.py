"""Which file says which part of a policy."""

from __future__ import annotations

from analyzers.policy import Policy, read_policy
from analyzers.policy_layers import PolicyText
from analyzers.policy_parts import PolicyPart, Said, parts_of
from analyzers.policy_places import policy_lines

OWN = b"extends: policies\nsymbols:\n  - {name: Cart, canonical: shop.cart}\ngate:\n  mode: introduced\n"
THEIRS = b"gate:\n  mode: target\n  severity: high\nmetrics:\n  imports.fragmented:\n    target: 3\ninfer: true\n"


def test_every_part_that_is_said_has_its_value_and_its_line() -> None:
    policy = read_policy(b"# ours\ninfer: true\nmetrics:\n  auth.patterns: {target: 2}\n")
    found = parts_of(policy, [Said(None, {"infer": 2, "metrics": 3, "metrics.auth.patterns": 4})])
    assert found.said == (
        PolicyPart("infer", "true", None, 2),
        PolicyPart(
            "metrics.auth.patterns",
            '{"target": 2, "priority": null, "due": null, "phase": null, "impact": null}',
            None,
            4,
        ),
    )


def test_the_nearest_file_that_says_something_is_named_and_what_others_say_is_not_shown() -> None:
    policy = read_policy(OWN, [PolicyText("policies", THEIRS)])
    found = parts_of(policy, [Said(None, policy_lines(OWN)), Said("policies", policy_lines(THEIRS))])
    assert {part.key: (part.source, part.line, part.value is None) for part in found.said} == {
        "symbols": (None, 2, False),
        "gate.mode": (None, 5, False),
        "gate.severity": ("policies", 3, True),
        "metrics.imports.fragmented": ("policies", 5, True),
        "infer": ("policies", 7, True),
    }


def test_what_nobody_says_is_there_by_default() -> None:
    found = parts_of(Policy(), ())
    assert found.said == ()
    assert set(found.unsaid) == set(Policy.model_fields) - {"version", "extends"}


def test_a_section_that_is_named_and_says_nothing_is_told_as_a_whole() -> None:
    text = b"metrics: {}\n"
    assert [part.key for part in parts_of(read_policy(text), [Said(None, policy_lines(text))]).said] == ["metrics"]


def test_a_long_value_is_cut_short() -> None:
    text = b"exclude: [" + b", ".join(b"folder%d" % number for number in range(100)) + b"]\n"
    (part,) = parts_of(read_policy(text), [Said(None, policy_lines(text))]).said
    assert part.value is not None
    assert len(part.value) == 300
    assert part.value.endswith("…")
