"""Measuring commits: trees and blobs from git, facts from the store or the readers, and the pure core on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Final

import msgspec

from analyzers.audit import Inferred, audit
from analyzers.delta import exact_renames
from analyzers.extract import encode_unread
from analyzers.facts import Facts, Unread, decode
from analyzers.policy import LARGEST_POLICY, POLICY_PATHS, Policy, PolicyError, PolicyProblem, read_policy
from analyzers.report import (
    Commit,
    Measured,
    PolicyChange,
    Report,
    Subject,
    delta_report,
    policy_effects,
    state_report,
)
from analyzers.report import Repository as ReportedRepository
from analyzers.snapshot import build_snapshot
from analyzers.tree import PathPatterns, TreeEntry, python_files
from bot.facts_store import FactsStore
from bot.object_reader import Missing, Repository, TooLarge
from bot.reader_pool import ReaderPool
from bot.version import VERSION

Checkpoint = Callable[[str], None]
"""Called with the name of the phase that begins; may raise to stop the audit there."""

Progress = Callable[[int, int], None]
"""Called with the number of files read and to be read."""

_STORE_BATCH: Final = 500


class PolicyFile(msgspec.Struct, frozen=True):
    """A policy and where it was found; `path` is None for the defaults."""

    policy: Policy
    path: str | None
    blob: str | None


class InvalidPolicyError(Exception):
    """The policy that is in force cannot be used."""

    def __init__(self, path: str, problems: tuple[PolicyProblem, ...], url: str | None = None) -> None:
        super().__init__(f"{path} is not a valid policy")
        self.path = path
        self.problems = problems
        self.url = url


class Comparison(msgspec.Struct, frozen=True):
    """What to audit: `base` is the merge base, None for the state of one commit; the policy comes from `policy_at`."""

    head: str
    base: str | None
    policy_at: str
    repository: ReportedRepository
    policy_text: tuple[str, bytes] | None = None
    """A policy given by hand, as (name, text), in place of the repository's own."""
    pull_request: int | None = None


class Reader:
    """Reads the facts of files: from the store where they are known, else in the reader processes."""

    def __init__(self, store: FactsStore, pool: ReaderPool, max_file_bytes: int) -> None:
        self._store = store
        self._pool = pool
        self._max_file_bytes = max_file_bytes

    def facts(self, repository: Repository, blobs: Iterable[str], progress: Progress) -> dict[str, Facts]:
        """The facts of each blob."""
        wanted = sorted(set(blobs))
        facts = dict(_decodable(self._store.get_many(wanted)))
        missing = [blob for blob in wanted if blob not in facts]
        fresh: dict[str, bytes] = {}
        for done, (blob, encoded) in enumerate(self._read(repository, missing), start=1):
            facts[blob] = decode(encoded)
            if _is_lasting(facts[blob]):
                fresh[blob] = encoded
            if len(fresh) >= _STORE_BATCH:
                self._store.put_many(fresh.items())
                fresh = {}
            progress(done, len(missing))
        self._store.put_many(fresh.items())
        return facts

    def _read(self, repository: Repository, blobs: list[str]) -> Iterator[tuple[str, bytes]]:
        left_out: dict[str, bytes] = {}

        def contents() -> Iterator[tuple[str, bytes]]:
            for blob, content in repository.blobs(blobs, self._max_file_bytes):
                if isinstance(content, bytes):
                    yield blob, content
                else:
                    left_out[blob] = self._left_out(content)

        yield from self._pool.read(contents())
        yield from left_out.items()

    def _left_out(self, content: Missing | TooLarge) -> bytes:
        limit = f"{self._max_file_bytes / 1_000_000:g} MB"
        if isinstance(content, TooLarge):
            return encode_unread("size", f"larger than {limit}")
        return encode_unread("missing", f"not in this clone; the mirrors leave out what is larger than {limit}")


def _decodable(stored: Mapping[str, bytes]) -> Iterator[tuple[str, Facts]]:
    """Facts from the store; what cannot be decoded counts as not known."""
    for blob, encoded in stored.items():
        with suppress(msgspec.DecodeError):
            yield blob, decode(encoded)


def _is_lasting(facts: Facts) -> bool:
    """Whether the bytes alone decided it, so that it may be kept: not a limit of this run."""
    return not isinstance(facts, Unread) or facts.reason in ("syntax", "encoding", "nesting")


def policy_of(repository: Repository, tree: Iterable[TreeEntry]) -> PolicyFile:
    """The policy in a tree, or the defaults. Raises InvalidPolicyError."""
    path, blob = _policy_entry(tree)
    if path is None or blob is None:
        return PolicyFile(Policy(), None, None)
    try:
        return PolicyFile(read_policy(_policy_text(repository, blob)), path, blob)
    except PolicyError as error:
        raise InvalidPolicyError(path, error.problems) from error


def _policy_entry(tree: Iterable[TreeEntry]) -> tuple[str | None, str | None]:
    files = {entry.path: entry.blob for entry in tree if entry.kind == "file" and entry.path in POLICY_PATHS}
    path = next((path for path in POLICY_PATHS if path in files), None)
    return path, files.get(path or "")


def _policy_text(repository: Repository, blob: str) -> bytes:
    _, content = next(iter(repository.blobs([blob], LARGEST_POLICY)))
    if isinstance(content, bytes):
        return content
    raise PolicyError([PolicyProblem(1, "", f"larger than {LARGEST_POLICY // 1024} KiB")])


def report_on(
    repository: Repository, comparison: Comparison, reader: Reader, checkpoint: Checkpoint, progress: Progress
) -> Report:
    """Audit what the comparison names. Raises InvalidPolicyError, and GitError where git cannot deliver."""
    checkpoint("policy")
    head = repository.tree(comparison.head)
    base = None if comparison.base is None else repository.tree(comparison.base)
    in_force = _policy_in_force(repository, comparison)
    subject = _subject(repository, comparison, in_force)
    checkpoint("read")
    blobs = (entry.blob for entry in (*python_files(head), *python_files(base or ())))
    facts = reader.facts(repository, blobs, progress)
    checkpoint("measure")
    if base is None:
        measured = measure(head, facts, in_force.policy)
        return state_report(subject, in_force.policy, measured)
    before = measure(base, facts, in_force.policy)
    after = measure(head, facts, in_force.policy, before.audit.inferred)
    renamed = _renames(repository, comparison, base, head)
    change = _policy_change(repository, comparison, base, head, after, facts)
    return delta_report(subject, in_force.policy, before, after, renamed, change)


def measure(
    tree: Iterable[TreeEntry], facts: Mapping[str, Facts], policy: Policy, before: Inferred | None = None
) -> Measured:
    """Snapshot and audit of one tree."""
    snapshot = build_snapshot(
        python_files(tree),
        facts,
        roots=policy.roots,
        tests=PathPatterns(policy.tests),
        exclude=PathPatterns(policy.exclude),
    )
    return Measured(snapshot, audit(snapshot, policy, before))


def _policy_in_force(repository: Repository, comparison: Comparison) -> PolicyFile:
    if comparison.policy_text is None:
        try:
            return policy_of(repository, repository.tree(comparison.policy_at))
        except InvalidPolicyError as error:
            url = comparison.repository.file(comparison.policy_at, error.path)
            raise InvalidPolicyError(error.path, error.problems, url) from error
    name, text = comparison.policy_text
    try:
        return PolicyFile(read_policy(text), name, None)
    except PolicyError as error:
        raise InvalidPolicyError(name, error.problems) from error


def _subject(repository: Repository, comparison: Comparison, in_force: PolicyFile) -> Subject:
    return Subject(
        repository=comparison.repository,
        head=_commit(repository, comparison.head),
        base=None if comparison.base is None else _commit(repository, comparison.base),
        policy_source=in_force.path,
        policy_commit=comparison.policy_at if in_force.blob else None,
        version=VERSION,
        pull_request=comparison.pull_request,
    )


def _commit(repository: Repository, sha: str) -> Commit:
    info = repository.commit_info(sha)
    return Commit(info.sha, info.date, info.subject)


def _renames(
    repository: Repository, comparison: Comparison, base: Iterable[TreeEntry], head: Iterable[TreeEntry]
) -> dict[str, str]:
    """Head path to base path: what git finds by likeness, and what certainly moved."""
    found = repository.renames(comparison.base or "", comparison.head)
    certain = exact_renames(_blobs_by_path(base), _blobs_by_path(head))
    return {**found, **certain}


def _blobs_by_path(tree: Iterable[TreeEntry]) -> dict[str, str]:
    return {entry.path: entry.blob for entry in python_files(tree)}


def _policy_change(
    repository: Repository,
    comparison: Comparison,
    base: Iterable[TreeEntry],
    head: tuple[TreeEntry, ...],
    after: Measured,
    facts: Mapping[str, Facts],
) -> PolicyChange | None:
    """What a change of the policy file in this very change would do; it never applies to the change itself."""
    (path, blob), (old_path, old_blob) = _policy_entry(head), _policy_entry(base)
    if blob == old_blob or comparison.policy_text is not None:
        return None
    shown = path or old_path or POLICY_PATHS[0]
    url = None if path is None else comparison.repository.file(comparison.head, path)
    try:
        proposed = policy_of(repository, head)
    except InvalidPolicyError as error:
        return PolicyChange(shown, removed=False, problems=error.problems, effects=(), url=url)
    effects = policy_effects(after.audit, measure(head, facts, proposed.policy).audit)
    return PolicyChange(shown, removed=path is None, problems=(), effects=effects, url=url)
