"""Small trees for tests: files written as a mapping from path to source, read and audited as a whole.

    audited = audit_of({"pkg/core.py": "class X: ...", "app.py": "from pkg.core import X"})
    told(audited) == ()

A finding is told in one line, `app.py:3 imports.fragmented X from pkg.odd`, so that expectations read as text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from analyzers.audit import Audit, Inferred, audit
from analyzers.extract import read
from analyzers.facts import FileFacts
from analyzers.findings import Finding
from analyzers.policy import POLICY_PATHS, Policy, read_policy
from analyzers.snapshot import Snapshot, build_snapshot
from analyzers.tree import PathPatterns, TreeEntry, python_files

Files = Mapping[str, str | bytes]


def facts_of(source: str | bytes) -> FileFacts:
    """The facts of a file that can be read."""
    facts = read(_bytes(source))
    assert isinstance(facts, FileFacts), facts
    return facts


def policy_of(files: Files) -> Policy:
    """The policy that lies in a tree; without one, the default."""
    for path in POLICY_PATHS:
        if path in files:
            return read_policy(_bytes(files[path]))
    return Policy()


def snapshot_of(files: Files, policy: Policy | None = None) -> Snapshot:
    """The snapshot of a tree, its files in the order given."""
    policy = policy_of(files) if policy is None else policy
    tree = [TreeEntry(path, blob_of(source), "100644") for path, source in files.items()]
    return build_snapshot(
        python_files(tree),
        {blob_of(source): read(_bytes(source)) for path, source in files.items() if path.endswith(".py")},
        roots=policy.roots,
        tests=PathPatterns(policy.tests),
        exclude=PathPatterns(policy.exclude),
    )


def audit_of(files: Files, policy: Policy | None = None, before: Inferred | None = None) -> Audit:
    """A tree audited by a policy, or by the one that lies in it."""
    policy = policy_of(files) if policy is None else policy
    return audit(snapshot_of(files, policy), policy, before)


def findings_of(files: Files) -> tuple[Finding, ...]:
    """What a tree is accused of."""
    return audit_of(files).findings


def blob_of(source: str | bytes) -> str:
    """The name of a file's content."""
    return hashlib.sha256(_bytes(source)).hexdigest()[:40]


def told(findings: Audit | Iterable[Finding]) -> tuple[str, ...]:
    """Findings in one line each."""
    return tuple(tell(finding) for finding in (findings.findings if isinstance(findings, Audit) else findings))


def tell(finding: Finding) -> str:
    """`app/a.py:3-5 imports.fragmented X from pkg.odd (tests, inferred)`."""
    lines = f"{finding.line}" if finding.line == finding.end_line else f"{finding.line}-{finding.end_line}"
    notes = [name for name, holds in (("tests", finding.scope == "tests"), ("inferred", finding.inferred)) if holds]
    told_notes = f" ({', '.join(notes)})" if notes else ""
    return f"{finding.path}:{lines} {finding.rule} {_subject(finding)}{told_notes}"


def _subject(finding: Finding) -> str:
    if finding.rule == "imports.fragmented":
        return f"{finding.symbol} from {finding.detail}"
    if finding.rule == "imports.legacy":
        return f"{finding.symbol} for {finding.detail}" if finding.detail else finding.symbol
    callee, _, within = finding.detail.partition(" in ")
    return f"{finding.symbol}: {callee} in {within}" if within else f"{finding.symbol}: {callee}"


def _bytes(source: str | bytes) -> bytes:
    return source.encode() if isinstance(source, str) else source
