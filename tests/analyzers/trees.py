"""Small trees for tests: files written as a mapping from path to source, read and audited as a whole.

    audited = audit_of({"pkg/core.py": "class X: ...", "app.py": "from pkg.core import X"})
    told(audited) == ()

A finding is told in one line, `app.py:3 imports.fragmented X from pkg.odd`, so that expectations read as text.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from analyzers.audit import Audit, Question, audit
from analyzers.collection import collection_paths, read_collection
from analyzers.contracts import contracts_of
from analyzers.detail import Detail
from analyzers.facts import FileFacts, Use
from analyzers.findings import Finding
from analyzers.foreign_contracts import foreign_paths, read_foreign
from analyzers.ledger import in_order
from analyzers.outline import Outline
from analyzers.policy import POLICY_PATHS, Policy, read_policy
from analyzers.project import Project, project_paths, read_project
from analyzers.reading.read import read, read_outline, read_uses
from analyzers.snapshot import Snapshot, ground_of, snapshot_on
from analyzers.tree import PathPatterns, TreeEntry, others_in, python_files

Files = Mapping[str, str | bytes]

TODAY: Final = dt.date(2026, 1, 15)
"""The day on which trees are audited."""


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
    tests = PathPatterns(policy.tests)
    ground = ground_of(
        python_files(tree),
        roots=policy.roots,
        tests=tests,
        exclude=PathPatterns(policy.exclude),
        declared=project_of(files).roots,
        others=others_in(tree),
    )
    facts = {blob_of(source): read(_bytes(source)) for path, source in files.items() if path.endswith(".py")}
    return snapshot_on(ground, facts, tests)


def project_of(files: Files) -> Project:
    """What the settings in a tree say."""
    return read_project({path: _bytes(files[path]) for path in project_paths(files)})


_SOURCES: dict[str, bytes] = {}
"""Every content that a test has named, by that name."""


def uses_of(heads: Mapping[str, frozenset[str]]) -> dict[str, tuple[Use, ...]]:
    """The uses of some names in each blob."""
    return {blob: read_uses(_SOURCES[blob], names) for blob, names in heads.items()}


def outlines_of(blobs: Collection[str]) -> dict[str, Outline]:
    """The outlines of some blobs."""
    return {blob: read_outline(_SOURCES[blob]) for blob in blobs}


def none_known(blob: str) -> None:
    """The outline of a blob that was read before: there is none."""
    del blob


DETAIL: Final = Detail(uses_of, outlines_of, none_known)
"""How to come by what is read only once a rule asks for it."""


def question_of(policy: Policy, files: Files | None = None) -> Question:
    """What a tree is audited by under a policy and the contracts in it for other tools, on a day in the past."""
    files = files or {}
    foreign = read_foreign({path: _bytes(files[path]) for path in foreign_paths(files)})
    contracts = (*contracts_of(policy.contracts), *foreign.contracts)
    collection = read_collection({path: _bytes(files[path]) for path in collection_paths(files)})
    return Question(policy, contracts, foreign.notes, TODAY, PathPatterns(policy.tests), collection)


def audit_of(files: Files, policy: Policy | None = None, base: Audit | None = None) -> Audit:
    """A tree audited by a policy, or by the one that lies in it."""
    policy = policy_of(files) if policy is None else policy
    question = question_of(policy, files) if base is None else base.question
    return audit(snapshot_of(files, policy), question, DETAIL, base, project_of(files).entry_points)


def findings_of(audited: Audit | Files) -> tuple[Finding, ...]:
    """What a tree is accused of."""
    audited = audited if isinstance(audited, Audit) else audit_of(audited)
    rows = (row for _, row in audited.ledger.files.all())
    return tuple(sorted((finding for row in rows for finding in row.findings), key=in_order))


def blob_of(source: str | bytes) -> str:
    """The name of a file's content."""
    name = hashlib.sha256(_bytes(source)).hexdigest()[:40]
    _SOURCES[name] = _bytes(source)
    return name


def told(findings: Audit | Iterable[Finding]) -> tuple[str, ...]:
    """Findings in one line each."""
    return tuple(tell(finding) for finding in (findings_of(findings) if isinstance(findings, Audit) else findings))


def tell(finding: Finding) -> str:
    """`app/a.py:3-5 imports.fragmented X from pkg.odd (tests, inferred)`."""
    lines = f"{finding.line}" if finding.line == finding.end_line else f"{finding.line}-{finding.end_line}"
    notes = [name for name, holds in (("tests", finding.scope == "tests"), ("inferred", finding.inferred)) if holds]
    told_notes = f" ({', '.join(notes)})" if notes else ""
    return f"{finding.path}:{lines} {finding.rule} {_subject(finding)}".rstrip() + told_notes


def _subject(finding: Finding) -> str:
    if finding.rule == "imports.fragmented":
        return f"{finding.symbol} from {finding.detail}"
    if finding.rule == "imports.legacy":
        return f"{finding.symbol} for {finding.detail}" if finding.detail else finding.symbol
    callee, _, within = finding.detail.partition(" in ")
    return f"{finding.symbol}: {callee} in {within}" if within else f"{finding.symbol}: {callee}"


def _bytes(source: str | bytes) -> bytes:
    return source.encode() if isinstance(source, str) else source
