"""auth.bypass: ways round the check, in one file."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.code import Code
from analyzers.findings import Finding
from analyzers.policy import Policy
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.bypass.comparison import comparison_bypasses
from analyzers.rules.bypass.flow import flow_bypasses
from analyzers.rules.bypass.tokens import token_bypasses
from analyzers.snapshot import SourceFile


def bypasses(file: SourceFile, code: Code, terms: AuthTerms, policy: Policy) -> Iterator[Finding]:
    """What is found in a file, of the rules that apply."""
    for rule in (token_bypasses, flow_bypasses, comparison_bypasses):
        for finding in rule(file, code, terms):
            if policy.applies(finding.rule):
                yield finding
