"""Measuring commits: trees and blobs from git, facts from the store or the readers, and the pure core on them."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Final

import msgspec

from analyzers.advance import Exchange, NeedsFullAuditError, advance, advance_to
from analyzers.anchor import NO_ANCHOR, Anchor
from analyzers.audit import Audit, Question, audit
from analyzers.collection import CollectionRules, collection_paths, read_collection
from analyzers.contracts import contracts_of
from analyzers.detail import Detail
from analyzers.facts import Facts, Use
from analyzers.foreign_contracts import Foreign, foreign_beside, foreign_paths, read_foreign
from analyzers.history import moment
from analyzers.index import MissingFactsError, audit_from_index, index_digest, rows_of_index
from analyzers.outcome import Outcome
from analyzers.outline import Outline
from analyzers.places import Commit
from analyzers.places import Repository as ReportedRepository
from analyzers.policy import LARGEST_POLICY, POLICY_PATHS, Policy, PolicyError, PolicyProblem, read_policy
from analyzers.project import EntryPoint, Project, project_paths, read_project
from analyzers.report import PolicyChange, Report, Subject, policy_effects, report_of
from analyzers.snapshot import Ground, Snapshot, ground_of, snapshot_on
from analyzers.source_name import OWNERS_DEFAULT, SourceName
from analyzers.summary import Listed, base_of, outcome_of_change, outcome_of_state, outcome_of_two
from analyzers.tree import (
    PathPatterns,
    TreeEntry,
    folders_around,
    is_built,
    is_elsewhere,
    is_python,
    others_in,
    python_files,
)
from bot.git.git import GitError
from bot.git.lineage import commit_of
from bot.git.object_reader import Change as FileChange
from bot.git.object_reader import Repository
from bot.observability.metrics import looked_up
from bot.policies.sources import NO_SOURCES, SourceError, Sources, layers_below
from bot.reading.facts_reader import Progress, Reader
from bot.reading.later import Arriving, Later
from bot.stores.index_store import AnchorGoneError, IndexStore
from bot.stores.past_store import PastStore
from bot.version import VERSION

Checkpoint = Callable[[str], None]
"""Called with the name of the phase that begins; may raise to stop the audit there."""

_MOST_CHANGED: Final = 1_000
"""Files between an indexed commit and the base of a change. With more of them, the base is audited in full."""


class PolicyFile(msgspec.Struct, frozen=True):
    """A policy and where it was found; `path` is None for the defaults. `blob` is None where it is elsewhere."""

    policy: Policy
    path: str | None
    blob: str | None
    extends: tuple[str, ...] = ()
    """The files that it adds to, the nearest first."""
    is_owners: bool = False
    """Whether it is the owner's, which stands in for one that is missing."""
    problems: tuple[PolicyProblem, ...] = ()
    """Why the owner's does not."""

    def comments(self, report: Report) -> bool:
        """Whether a pull request is commented on, unless it has a comment already, which has to stay true."""
        by_default = "introduced" if self.blob is None else "always"
        when = self.policy.comment or by_default
        return when == "always" or bool(report.introduced or report.policy_change)


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
    sources: Sources = NO_SOURCES
    """Where policies are had that this one extends."""
    whole: bool = False
    """Every finding that stands is wanted, and not only those that a reader sees first."""


class Caches(msgspec.Struct, frozen=True):
    """What is known already, and who reads what is not."""

    reader: Reader
    indexes: IndexStore
    past: PastStore


class Change(msgspec.Struct, frozen=True):
    """Two commits and the files that differ."""

    base: str
    head: str
    files: tuple[FileChange, ...]

    @property
    def renamed_from(self) -> dict[str, str]:
        """The files that moved: path at head to path at base."""
        return {each.path: each.old_path for each in self.files if each.old_path is not None}


class Known(msgspec.Struct, frozen=True):
    """An audit that was gone on from an index, and what that holds ready of all the rest."""

    audit: Audit
    listed: Listed


class IndexUnusableError(Exception):
    """No index helps with this change."""


def policy_of(repository: Repository, commit: str, sources: Sources = NO_SOURCES) -> PolicyFile:
    """The policy in a commit; without one the owner's, or else the defaults. Raises InvalidPolicyError."""
    path, blob = _policy_entry(repository, commit)
    if path is None or blob is None:
        return _owners_policy(sources)
    try:
        return _policy_file(_policy_text(repository, blob), path, blob, sources)
    except PolicyError as error:
        raise InvalidPolicyError(path, error.problems) from error


def policy_problems_at(
    repository: Repository, commit: str, sources: Sources = NO_SOURCES
) -> tuple[str, tuple[PolicyProblem, ...]] | None:
    """The path of the policy in a commit and its mistakes; None where it has none."""
    path, _ = _policy_entry(repository, commit)
    if path is None:
        return None
    try:
        policy_of(repository, commit, sources)
    except InvalidPolicyError as error:
        return path, error.problems
    return None


def _policy_file(
    text: bytes, path: str, blob: str | None, sources: Sources, above: tuple[SourceName, ...] = ()
) -> PolicyFile:
    """Raises PolicyError."""
    layers = layers_below(text, sources, above)
    return PolicyFile(read_policy(text, layers), path, blob, tuple(layer.name for layer in layers))


def _owners_policy(sources: Sources) -> PolicyFile:
    """What the owner has for repositories without a policy. They have to ask by themselves for a weekly status."""
    try:
        file = sources.fetch(OWNERS_DEFAULT)
    except SourceError as error:
        return PolicyFile(Policy(), None, None, problems=(PolicyProblem(1, "", f"`{OWNERS_DEFAULT}` {error}"),))
    try:
        found = _policy_file(file.text, file.place, None, sources, (OWNERS_DEFAULT,))
    except PolicyError as error:
        raise InvalidPolicyError(file.place, error.problems, file.url) from error
    policy = found.policy.model_copy(update={"weekly": None})
    return msgspec.structs.replace(found, policy=policy, is_owners=True)


def _policy_entry(repository: Repository, commit: str) -> tuple[str | None, str | None]:
    found = repository.entries(commit, POLICY_PATHS)
    files = {entry.path: entry.blob for entry in found if entry.kind == "file"}
    path = next((path for path in POLICY_PATHS if path in files), None)
    return path, files.get(path or "")


def _policy_text(repository: Repository, blob: str) -> bytes:
    _, content = next(iter(repository.blobs([blob], LARGEST_POLICY)))
    if isinstance(content, bytes):
        return content
    raise PolicyError([PolicyProblem(1, "", f"larger than {LARGEST_POLICY // 1024} KiB")])


def report_on(
    repository: Repository,
    comparison: Comparison,
    caches: Caches,
    checkpoint: Checkpoint,
    progress: Progress,
    in_force: PolicyFile | None = None,
) -> Report:
    """Audit what the comparison names; `in_force` is its policy, where that was read already.

    Raises InvalidPolicyError, and GitError where git cannot deliver.
    """
    with no_garbage_collection():
        checkpoint("policy")
        in_force = in_force or policy_in_force(repository, comparison)
        return _report_on(repository, comparison, in_force, caches, checkpoint, progress)


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """An audit builds large trees of objects in which nothing is garbage; to search them again and again for some
    takes a third of its time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _report_on(
    repository: Repository,
    comparison: Comparison,
    in_force: PolicyFile,
    caches: Caches,
    checkpoint: Checkpoint,
    progress: Progress,
) -> Report:
    subject = subject_of(repository, comparison, in_force)
    measuring = Measuring(repository, caches, progress, in_force.policy, day_of(subject.head))
    checkpoint("read")
    if comparison.base is None:
        state = outcome_of_state(measuring.audit(comparison.head, is_last=True), whole=comparison.whole)
        return report_of(subject, in_force.policy, state)
    change = Change(comparison.base, comparison.head, repository.changes(comparison.base, comparison.head))
    try:
        outcome = _from_index(measuring, change, comparison.whole)
    except IndexUnusableError:
        outcome = _in_full(measuring, change, comparison.whole)
    checkpoint("measure")
    return report_of(subject, in_force.policy, outcome, _policy_change(measuring, comparison, change, outcome))


def _from_index(measuring: Measuring, change: Change, whole: bool) -> Outcome:
    """The outcome by way of what is known of a commit near the base. Raises IndexUnusableError."""
    try:
        with measuring.indexed(change.base) as known:
            remembered = base_of(known.audit)
            head = measuring.advance(known.audit, change, None)
            listed = None if whole else known.listed
            return outcome_of_change(remembered, head, change.renamed_from, listed, whole=whole)
    except (NeedsFullAuditError, AnchorGoneError, MissingFactsError, msgspec.DecodeError) as error:
        raise IndexUnusableError(str(error)) from error


def _in_full(measuring: Measuring, change: Change, whole: bool) -> Outcome:
    """The outcome with the base audited in full, and the head as well where the change asks for it."""
    base = measuring.audit(change.base, keep=True)
    remembered = base_of(base)
    try:
        head = measuring.advance(base, change, None)
        return outcome_of_change(remembered, head, change.renamed_from, whole=whole)
    except NeedsFullAuditError:
        head = measuring.audit(change.head, base=base, is_last=True)
        return outcome_of_two(base, head, change.renamed_from, whole=whole)


class Measuring:
    """Puts trees and facts together for one policy."""

    def __init__(
        self, repository: Repository, caches: Caches, progress: Progress, policy: Policy, today: dt.date
    ) -> None:
        self.repository = repository
        self._caches = caches
        self._progress = progress
        self._policy = policy
        self._today = today
        self._exclude = PathPatterns(policy.exclude)
        self._listed: tuple[str, tuple[TreeEntry, ...]] = "", ()

    def tree(self, commit: str) -> tuple[TreeEntry, ...]:
        """Every file of a commit. That of the one asked for last is at hand."""
        if self._listed[0] != commit:
            self._listed = commit, self.repository.tree(commit)
        return self._listed[1]

    def audit(
        self,
        commit: str,
        base: Audit | None = None,
        *,
        keep: bool = False,
        is_last: bool = False,
        anchor: Anchor = NO_ANCHOR,
    ) -> Audit:
        """The audit of a commit in full; as the head of a change, by the questions of its base.

        `keep` its index; or it `is_last`, and nothing is gone on from it. An `anchor` holds what a later one inferred.
        """
        tree = self.tree(commit)
        question = self.question(tree) if base is None else base.question
        project = self._project(tree)
        snapshot = self.snapshot(tree, project)
        points = project.entry_points
        done = audit(snapshot, question, self.detail, base, points, is_last=is_last, anchor=anchor)
        if keep:
            with suppress(UnicodeEncodeError):
                rows = rows_of_index(done, snapshot)
                self._caches.indexes.write(self._key, commit, index_digest(self._policy), rows)
        return done

    def snapshot(self, tree: Sequence[TreeEntry], project: Project | None = None) -> Snapshot:
        """A whole tree with its facts. `project` is what its settings say, where that was read already."""
        with ThreadPoolExecutor(1) as beside:  # while the readers read
            ground = beside.submit(self.ground, tree, project)
            facts = self._facts(self.blobs(tree))
            return snapshot_on(ground.result(), facts, PathPatterns(self._policy.tests))

    def ground(self, tree: Sequence[TreeEntry], project: Project | None = None) -> Ground:
        """The modules of a tree by their names, without a look into its Python files."""
        project = project or self._project(tree)
        return ground_of(
            python_files(tree),
            roots=self._policy.roots,
            tests=PathPatterns(self._policy.tests),
            exclude=self._exclude,
            declared=() if self._policy.roots is not None else project.roots,
            others=others_in(tree),
        )

    def blobs(self, tree: Sequence[TreeEntry]) -> list[str]:
        """The Python files of a tree that are audited, by blob."""
        return [entry.blob for entry in python_files(tree) if entry.path not in self._exclude]

    def question(self, tree: Iterable[TreeEntry]) -> Question:
        """What a tree, and every change of it, is audited by: the policy, and what lies in the tree of contracts and of
        settings for tests.
        """
        tree = tuple(tree)
        foreign = self._foreign(tree)
        contracts = (*contracts_of(self._policy.contracts), *foreign.contracts)
        tests = PathPatterns(self._policy.tests)
        return Question(self._policy, contracts, foreign.notes, self._today, tests, self._collection(tree))

    def advance(self, done: Audit, change: Change, by: Anchor | None) -> Audit:
        """The audit of a commit that differs by a change, see `analyzers.advance`. Raises NeedsFullAuditError."""
        settings = self._settings(change)
        if self._moves_modules(change, settings):
            raise NeedsFullAuditError("the names of modules may be others")
        if by is not None and self._collects_otherwise(change):
            raise NeedsFullAuditError("other files are test modules")
        if by is not None and self._contracts_differ(change):
            raise NeedsFullAuditError("the contracts are others")
        entries: dict[str, TreeEntry | None] = {}
        for each in change.files:
            if each.old_path is not None and is_python(each.old_path):
                entries.setdefault(each.old_path, None)
            if is_python(each.path):
                entries[each.path] = each.entry if each.entry and each.entry.kind == "file" else None
        entries = {path: entry for path, entry in entries.items() if path not in self._exclude}
        facts = self._facts(entry.blob for entry in entries.values() if entry is not None)
        points, folders = self._points(change, settings), self._folders(change)
        return advance(done, Exchange(entries, facts, points, folders), self.detail, by)

    def advance_to(self, done: Audit, commit: str, by: Anchor) -> Audit:
        """The same by a look at the whole tree of that commit. Raises NeedsFullAuditError."""
        tree = self.tree(commit)
        if _settings_in(self.question(tree)) != _settings_in(done.question):
            raise NeedsFullAuditError("the settings say something else")
        project = self._project(tree)
        snapshot = self.snapshot(tree, project)
        return advance_to(done, snapshot, project.entry_points, self.detail, by)

    @contextmanager
    def indexed(self, commit: str) -> Iterator[Known]:
        """The audit of a commit, gone on from a kept index. Raises IndexUnusableError, and what `advance` does."""
        for anchor in self._caches.indexes.anchors(self._key, index_digest(self._policy)):
            way = self._way(anchor.commit, commit)
            if way is None:
                continue
            with self._caches.indexes.reader(anchor) as rows:
                found = audit_from_index(rows, self._policy, self._today, self._known_facts, self.detail)
                if found is not None:
                    done = self.advance(found.audit, way, NO_ANCHOR) if way.files else found.audit
                    looked_up("index", 1)
                    yield Known(done, found.meta.listed)
                    return
        looked_up("index", 0)
        raise IndexUnusableError("there is none")

    @property
    def detail(self) -> Detail:
        """How to come by what is read only once a rule asks for it."""
        reader = self._caches.reader
        return Detail(self.uses, self.outlines, reader.known_outline, reader.kept, reader.keep)

    def uses(self, heads: Mapping[str, frozenset[str]]) -> Mapping[str, tuple[Use, ...]]:
        """The uses of some names in each blob. They are read meanwhile; who asks for one waits for all."""
        return Later(lambda: self._caches.reader.uses(self.repository, heads))

    def outlines(self, blobs: Collection[str]) -> Mapping[str, Outline]:
        """The outlines of some blobs. They are read meanwhile as well; who asks for one waits for that."""
        return Arriving(lambda: self._caches.reader.outlines(self.repository, blobs))

    def under(self, policy: Policy) -> Measuring:
        """The same with another policy."""
        return Measuring(self.repository, self._caches, self._progress, policy, self._today)

    @property
    def _key(self) -> str:
        return str(self.repository.git_dir)

    def _way(self, anchor: str, commit: str) -> Change | None:
        """What lies between an indexed commit and another one; None where that is too much to go on from."""
        if anchor == commit:
            return Change(anchor, commit, ())
        try:
            files = self.repository.changes(anchor, commit)
        except GitError:  # a commit that a force push has left behind
            return None
        way = Change(anchor, commit, files)
        if len(files) > _MOST_CHANGED or self._contracts_differ(way):
            return None
        return None if self._moves_modules(way, self._settings(way)) else way

    def _contracts_differ(self, change: Change) -> bool:
        """Whether a change touches what other tools' files say of contracts."""
        touched = foreign_paths(path for each in change.files for path in (each.old_path, each.path) if path)
        beside = foreign_beside(touched)
        before, after = (
            self._foreign(self.repository.entries(at, beside)) if touched else None for at in (change.base, change.head)
        )
        return before != after

    def _collects_otherwise(self, change: Change) -> bool:
        """Whether a change touches what pytest takes for test modules."""
        paths = collection_paths(path for each in change.files for path in (each.old_path, each.path) if path)
        before, after = (
            self._collection(self.repository.entries(at, paths)) if paths else None for at in (change.base, change.head)
        )
        return before != after

    def _settings(self, change: Change) -> tuple[Project, Project] | None:
        """What settings that a change touches say before and after it; None where it touches none."""
        paths = project_paths(path for each in change.files for path in (each.old_path, each.path) if path)
        if not paths:
            return None
        before, after = (self._project(self.repository.entries(at, paths)) for at in (change.base, change.head))
        return before, after

    def _points(self, change: Change, settings: tuple[Project, Project] | None) -> tuple[EntryPoint, ...] | None:
        """The entry points at the head of a change; None where they are those of its base.

        All settings are read again then: how many of them count is limited, so those of one file depend on the others.
        """
        moved = any(None in (each.old_blob, each.new_blob) for each in change.files if project_paths([each.path]))
        if settings is None or (settings[0].entry_points == settings[1].entry_points and not moved):
            return None
        return self._project(self.repository.tree(change.head)).entry_points

    def _folders(self, change: Change) -> dict[str, bool]:
        """The folders that may come or go with a change, and whether its head has them."""
        moved = [each for each in change.files if each.old_path or None in (each.old_blob, each.new_blob)]
        came = folders_around(each.path for each in moved if each.new_blob is not None)
        gone = folders_around(each.old_path or each.path for each in moved if each.old_blob is not None) - came
        there = self.repository.folders(change.head, gone)
        return {folder: folder in came or folder in there for folder in came | gone}

    def _moves_modules(self, change: Change, settings: tuple[Project, Project] | None) -> bool:
        """Whether a change may give modules other names by files that are none of Python."""
        for each in change.files:
            if is_elsewhere(each.old_mode) != is_elsewhere(each.new_mode):
                return True
            there = is_elsewhere(each.new_mode) or any(map(is_built, (each.old_path or each.path, each.path)))
            if there and (each.old_path is not None or each.old_blob is None or each.new_blob is None):
                return True
        return settings is not None and self._policy.roots is None and settings[0].roots != settings[1].roots

    def _facts(self, blobs: Iterable[str]) -> dict[str, Facts]:
        return self._caches.reader.facts(self.repository, blobs, self._progress)

    def _known_facts(self, blob: str) -> Facts | None:
        return self._caches.reader.known(blob)

    def _foreign(self, tree: Iterable[TreeEntry]) -> Foreign:
        """What the files of other tools say of contracts."""
        return read_foreign(self._contents(tree, foreign_paths))

    def _project(self, tree: Iterable[TreeEntry]) -> Project:
        """What the settings of build and test tools say."""
        return read_project(self._contents(tree, project_paths))

    def _collection(self, tree: Iterable[TreeEntry]) -> CollectionRules:
        """What the settings for tests say."""
        return read_collection(self._contents(tree, collection_paths))

    def _contents(
        self, tree: Iterable[TreeEntry], which: Callable[[Iterable[str]], tuple[str, ...]]
    ) -> dict[str, bytes]:
        """Some files of a tree, but for those that are too large."""
        files = {entry.path: entry.blob for entry in tree if entry.kind == "file"}
        wanted = {path: files[path] for path in which(files)}
        contents = dict(self.repository.blobs(sorted(set(wanted.values())), LARGEST_POLICY)) if wanted else {}
        return {path: content for path, blob in wanted.items() if isinstance(content := contents[blob], bytes)}


def _settings_in(question: Question) -> tuple[object, ...]:
    """What a question has from the settings in a tree."""
    return question.contracts, question.notes, question.collection


def day_of(commit: Commit) -> dt.date:
    return moment(commit).date()


def policy_in_force(repository: Repository, comparison: Comparison) -> PolicyFile:
    """The policy that a comparison is measured by. Blocks where it extends others. Raises InvalidPolicyError."""
    if comparison.policy_text is None:
        try:
            return policy_of(repository, comparison.policy_at, comparison.sources)
        except InvalidPolicyError as error:
            url = error.url or comparison.repository.file(comparison.policy_at, error.path)
            raise InvalidPolicyError(error.path, error.problems, url) from error
    name, text = comparison.policy_text
    try:
        return _policy_file(text, name, None, comparison.sources)
    except PolicyError as error:
        raise InvalidPolicyError(name, error.problems) from error


def subject_of(repository: Repository, comparison: Comparison, in_force: PolicyFile) -> Subject:
    return Subject(
        repository=comparison.repository,
        head=commit_of(repository.commit_info(comparison.head)),
        base=None if comparison.base is None else commit_of(repository.commit_info(comparison.base)),
        policy_source=in_force.path,
        policy_commit=comparison.policy_at if in_force.blob else None,
        policy_extends=in_force.extends,
        is_by_others=in_force.is_owners or bool(in_force.extends),
        policy_by_hand=comparison.policy_text is not None,
        version=VERSION,
        pull_request=comparison.pull_request,
    )


def _policy_change(
    measuring: Measuring, comparison: Comparison, change: Change, outcome: Outcome
) -> PolicyChange | None:
    """What a change of the policy file in this very change would do; it never applies to the change itself."""
    touched = any(each.path in POLICY_PATHS or each.old_path in POLICY_PATHS for each in change.files)
    if comparison.policy_text is not None or not touched:
        return None
    repository = measuring.repository
    (path, blob), (old_path, old_blob) = _policy_entry(repository, change.head), _policy_entry(repository, change.base)
    if blob == old_blob:
        return None
    shown = path or old_path or POLICY_PATHS[0]
    url = None if path is None else comparison.repository.file(comparison.head, path)
    try:
        proposed = measuring.under(policy_of(repository, change.head, comparison.sources).policy)
    except InvalidPolicyError as error:
        return PolicyChange(shown, removed=False, problems=error.problems, effects=(), url=url)
    effects = policy_effects(outcome.metrics, proposed.audit(change.head, is_last=True).metrics)
    return PolicyChange(shown, removed=path is None, problems=(), effects=effects, url=url)
