"""auth.bypass: ways round the check, in one file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from analyzers.code import Code
from analyzers.facts import FileFacts, Hint
from analyzers.findings import Finding, RuleName
from analyzers.policy import Policy
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.bypass.comparison import comparison_bypasses
from analyzers.rules.bypass.flow import flow_bypasses
from analyzers.rules.bypass.tokens import token_bypasses
from analyzers.snapshot import SourceFile

_ABOUT_OPTIONS: Final[tuple[RuleName, ...]] = (
    "auth.bypass.unverified-signature",
    "auth.bypass.expiry-not-checked",
    "auth.bypass.audience-not-checked",
    "auth.bypass.issuer-not-checked",
)


def _matters_in_tests(file: SourceFile, policy: Policy) -> bool:
    """Whether a rule applies that is looked for in tests, and the file has words for what it is about."""
    hints = file.facts.hints if isinstance(file.facts, FileFacts) else 0
    if hints & Hint.NO_ALGORITHM and policy.applies("auth.bypass.none-algorithm"):
        return True
    return bool(hints & Hint.TOKEN_OPTIONS) and any(map(policy.applies, _ABOUT_OPTIONS))


def bypasses(file: SourceFile, code: Code, terms: AuthTerms, policy: Policy) -> Iterator[Finding]:
    """What is found in a file, of the rules that apply."""
    if file.scope == "tests" and not _matters_in_tests(file, policy):
        return
    for rule in (token_bypasses, flow_bypasses, comparison_bypasses):
        for finding in rule(file, code, terms):
            if policy.applies(finding.rule):
                yield finding
