"""Every snippet in `tests/corpus/` says in comments what is found in it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final, get_args

import pytest

from analyzers.findings import Finding, RuleName
from analyzers.policy import Policy
from tests.analyzers.corpus import Annotation, Snippet, read_snippet, snippets
from tests.analyzers.trees import audit_of, findings_of, policy_of, tell

RULES: Final = {
    "bypass": "auth.bypass.",
    "endpoints": "auth.unprotected",
    "implementations": "auth.implementations",
    "patterns": "auth.patterns",
}
"""The rules that each folder is about, by what their names start with."""


def policy_with_all_rules(snippet: Snippet, family: str) -> Policy:
    """The snippet's own policy, with the rules of its folder switched on that are off by default."""
    policy = policy_of(snippet.files)
    rules = {rule: True for rule in get_args(RuleName) if rule.startswith(RULES[family])}
    return policy.model_copy(update={"rules": {**rules, **policy.rules}})


def matches(finding: Finding, annotation: Annotation) -> bool:
    lines = range(finding.line, finding.end_line + 1)
    return finding.path == annotation.path and annotation.line in lines and finding.rule in annotation.rules


@pytest.mark.parametrize(
    ("family", "path"),
    [pytest.param(family, path, id=f"{family}/{path.stem}") for family in RULES for path in snippets(f"auth/{family}")],
)
def test_what_a_snippet_says_of_itself_is_what_is_found(family: str, path: Path) -> None:
    snippet = read_snippet(path)
    audited = audit_of(snippet.files, policy_with_all_rules(snippet, family))
    found = [finding for finding in findings_of(audited) if finding.rule.startswith(RULES[family])]
    expected = [f"{each.path}:{each.line} {rule}" for each in snippet.annotations for rule in each.rules]
    missed = [
        f"{each.path}:{each.line} {rule}"
        for each in snippet.annotations
        for rule in each.rules
        if not any(matches(finding, Annotation(each.path, each.line, (rule,))) for finding in found)
    ]
    accused = [tell(finding) for finding in found if not any(matches(finding, each) for each in snippet.annotations)]
    assert (missed, accused) == ([], []), snippet.title
    assert len(found) == len(expected), f"told more than once: {[tell(each) for each in found]}"


def test_the_corpus_covers_every_rule_with_what_is_found_and_what_is_fine() -> None:
    annotations = [
        each for family in RULES for path in snippets(f"auth/{family}") for each in read_snippet(path).annotations
    ]
    found = Counter(rule for each in annotations for rule in each.rules)
    assert set(found) == {rule for rule in get_args(RuleName) if rule.startswith("auth.")}
    assert min(found.values()) >= 4
    assert sum(not each.rules for each in annotations) >= 150
