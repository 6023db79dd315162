"""Actions tried out: applied to the snapshot of an audit in memory, so that what they come to is counted."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from analyzers.advance import Exchange, NeedsFullAuditError, advance
from analyzers.audit import Audit
from analyzers.causes.model import Action, Done, Proposal
from analyzers.detail import Detail
from analyzers.facts import Facts, FileFacts, ImportFact, Use, encode
from analyzers.findings import Finding, MetricName, fingerprinted, identity
from analyzers.outline import Outline
from analyzers.snapshot import SourceFile, absolute_module, readable
from analyzers.tree import TreeEntry
from analyzers.twins import plain

_MARK: Final = "~"
"""Stands between the blob that a file was made from and the name of what was made of it."""

_MUST_NOT_GROW: Final[frozenset[MetricName]] = frozenset({"imports.unresolved", "imports.strings", "tests.blocked"})
"""What an action must not trade its gain for."""


class _Version(msgspec.Struct, frozen=True):
    """One version of a file: its blob, or the name of what was made of one, and what it says."""

    blob: str
    facts: Facts


_Files = Mapping[str, _Version | None]
"""What becomes of files, by path; None: gone."""


class CannotApplyError(Exception):
    """The action cannot be applied to a snapshot in memory; the audit is still as it was. The message says why."""


def apply_action(audit: Audit, action: Action, detail: Detail) -> Audit:
    """The audit of the tree in which the action is done. The one given is used up.

    Only "rewrite imports", "delete module" and "remove copy" can be applied. Raises CannotApplyError.
    """
    return _exchange(audit, _files(audit, action, _standing(audit)), detail)


def checked(audit: Audit, proposals: Iterable[Proposal], detail: Detail) -> tuple[Action, ...]:
    """The actions as steps of one plan: each begins with the value that those before it leave.

    What an action comes to is counted where it can be applied, on top of those before; else it is what it said. An
    action is left out where those before it take away all that it is about, and so is the deletion of a module that
    something still imports. The audit is used up.
    """
    plan = _Plan(audit, detail)
    for proposal in proposals:
        for action in proposal(plan.done):
            plan.take(action)
    return tuple(plan.actions)


class _Plan:
    """The actions so far, and what they leave."""

    def __init__(self, audit: Audit, detail: Detail) -> None:
        self.actions: list[Action] = []
        self._audit = audit
        self._detail = detail
        self._standing = _standing(audit)
        self._by_path: dict[str, dict[str, Finding]] = defaultdict(dict)
        for mark, finding in self._standing.items():
            self._by_path[finding.path][mark] = finding
        self._gone: set[str] = set()
        self._expected: list[tuple[Action, int]] = []  # what could not be applied, and how much less it is to leave
        self._deleted: set[str] = set()

    @property
    def done(self) -> Done:
        """What the actions so far take away."""
        expected = (mark for action, less in self._expected if less for mark in action.subjects)
        return Done(frozenset(self._gone.union(expected)), frozenset(self._deleted))

    def take(self, action: Action) -> None:
        """Add an action, if there is still something to it."""
        if action.subjects:
            taken = self.done.taken
            left = tuple(mark for mark in action.subjects if mark in self._standing and mark not in taken)
            if not left:
                return
            action = _about(action, left)
        if action.kind == "delete module" and _is_asked_for(self._audit, action.modules):
            return
        before = self._value(action.metric)
        try:
            self._apply(action)
        except CannotApplyError:
            less = 0 if action.after is None else action.before - action.after
            after = None if action.after is None else max(0, before - less)
            self._expected.append((action, less))
            self.actions.append(msgspec.structs.replace(action, before=before, after=after))
        else:
            self._deleted.update(action.modules if action.kind == "delete module" else ())
            self.actions.append(_counted(action, before, self._value(action.metric)))

    def _apply(self, action: Action) -> None:
        values = _values(self._audit)
        files = _files(self._audit, action, self._standing)
        old = _as_they_are(self._audit, files)
        self._exchange(files)
        counted = _values(self._audit)
        if any(counted[name] > values[name] for name in _MUST_NOT_GROW & values.keys()):
            self._exchange(old)
            raise CannotApplyError("it breaks something else")

    def _exchange(self, files: _Files) -> None:
        self._audit = _exchange(self._audit, files, self._detail)
        for path, row in ((path, self._audit.ledger.files.get(path)) for path in self._audit.ledger.previous):
            before = self._by_path.get(path, {})
            self._gone.difference_update(before)
            self._gone.update(_gone(before, () if row is None else row.findings))

    def _value(self, metric: MetricName) -> int:
        """The value of a metric, less what is expected of actions that could not be applied."""
        value = _values(self._audit)[metric]
        for action, less in self._expected:
            if action.metric == metric:
                value -= min(less, sum(1 for mark in action.subjects if mark not in self._gone))
        return max(0, value)


def _about(action: Action, left: tuple[str, ...]) -> Action:
    """The action on what is left of its findings."""
    if action.after is None or action.before - action.after != len(action.subjects):
        return msgspec.structs.replace(action, subjects=left)
    return msgspec.structs.replace(action, subjects=left, after=action.before - len(left))


def _gone(before: Mapping[str, Finding], now: Iterable[Finding]) -> Iterator[str]:
    """The fingerprints of the findings of a file that do not stand any more. Of equal ones, that are the lines."""
    here = [(identity(finding, {}), finding.line) for finding in now]
    there = {mark: (identity(finding, {}), finding.line) for mark, finding in before.items()}
    left, often = Counter(key for key, _ in here), Counter(key for key, _ in there.values())
    lines = set(here)
    yield from (mark for mark, (key, line) in there.items() if left[key] < often[key] and (key, line) not in lines)


def _is_asked_for(audit: Audit, modules: Iterable[str]) -> bool:
    """Whether any file but the module's own says its name, settings with entry points among them."""
    by_settings = {point.value.partition("[")[0].partition(":")[0].strip() for point in audit.points}
    for name in modules:
        if plain(name) in by_settings:
            return True
        file, asked = audit.tree.module(name), audit.ledger.askers.get(name)
        own = "" if file is None else file.path
        if any(path != own for paths in (asked.names.values() if asked else ()) for path in paths):
            return True
    return False


def _counted(action: Action, before: int, after: int) -> Action:
    text = action.text
    if action.kind == "delete module":
        text = text.removesuffix(" once nothing imports it") + ": after what is above, no import of it is left"
    return msgspec.structs.replace(action, text=text, before=before, after=after, is_checked=True)


def _values(audit: Audit) -> dict[MetricName, int]:
    return {metric.name: metric.value for metric in audit.metrics}


def _standing(audit: Audit) -> dict[str, Finding]:
    found = (finding for _, row in audit.ledger.files.all() for finding in row.findings)
    return {each.fingerprint: each.finding for each in fingerprinted(found, {})}


def _exchange(audit: Audit, files: _Files, detail: Detail) -> Audit:
    there = {path: version for path, version in files.items() if version is not None}
    gone: dict[str, TreeEntry | None] = dict.fromkeys(files.keys() - there.keys())
    entries = gone | {path: TreeEntry(path, version.blob, "100644") for path, version in there.items()}
    facts = {version.blob: version.facts for version in there.values()}
    try:
        return advance(audit, Exchange(entries, facts), _of_originals(detail), None)
    except NeedsFullAuditError as error:
        raise CannotApplyError(str(error)) from error


def _as_they_are(audit: Audit, paths: Iterable[str]) -> _Files:
    """The facts of these files before anything becomes of them."""
    files = [file for path in sorted(paths) if (file := audit.tree.file(path)) is not None]
    return {file.path: _Version(file.blob, file.facts) for file in files}


def _files(audit: Audit, action: Action, standing: Mapping[str, Finding]) -> _Files:
    """What an action makes of files."""
    if action.kind == "delete module":
        return _deleted(audit, action.modules)
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for mark in action.subjects:
        if mark not in standing:
            raise CannotApplyError("a finding that it is about does not stand")
        by_path[standing[mark].path].append(standing[mark])
    if not by_path or action.kind not in ("rewrite imports", "remove copy"):
        raise CannotApplyError(f"{action.kind}: nothing that facts tell")
    files: dict[str, _Version] = {}
    for path, findings in sorted(by_path.items()):
        file = audit.tree.file(path)
        facts = None if file is None else readable(file)
        if file is None or facts is None:
            raise CannotApplyError("a file that cannot be read")
        for finding in findings:
            facts = _changed(audit, action, finding, msgspec.structs.replace(file, facts=facts))
        files[path] = _Version(_blob_of(file, facts), facts)
    return files


def _changed(audit: Audit, action: Action, finding: Finding, file: SourceFile) -> FileFacts:
    if action.kind == "remove copy":
        return _without_copy(audit, finding, file)
    return _rewritten(action.to, finding, file)


def _deleted(audit: Audit, modules: Sequence[str]) -> _Files:
    files = [audit.tree.module(name) for name in modules]
    if not files or any(file is None or file.is_package for file in files):
        raise CannotApplyError("no module, or a package with what is in it")
    return {file.path: None for file in files if file is not None}


def _rewritten(to: str, finding: Finding, file: SourceFile) -> FileFacts:
    """The facts of a file whose import, the one of a finding, comes from another module."""
    facts = readable(file) or FileFacts()
    if finding.rule == "imports.unresolved":
        return _found_elsewhere(to, finding, file, facts)
    module, asked, wanted = _asked(finding)
    found = [
        fact
        for fact in facts.imports
        if fact.line == finding.line
        and fact.name == asked
        and plain(absolute_module(fact, file) or "") == plain(module)
    ]
    if len(found) != 1 or not to:
        raise CannotApplyError("no import statement of that name on its line")
    old = found[0]
    alias = old.alias if old.alias is not None or asked == wanted else asked
    new = msgspec.structs.replace(old, level=0, module=plain(to), name=wanted, alias=alias)
    return msgspec.structs.replace(facts, imports=tuple(new if fact is old else fact for fact in facts.imports))


def _found_elsewhere(to: str, finding: Finding, file: SourceFile, facts: FileFacts) -> FileFacts:
    """The facts of a file that takes all names on a line which could not be had from where they are."""
    module, _, name = finding.symbol.rpartition(".")
    wrong = [
        fact
        for fact in facts.imports
        if fact.line == finding.line and fact.name not in (None, "*")
        if (asked := absolute_module(fact, file)) == finding.symbol or (asked == module and fact.name == name)
    ]
    if not wrong or not to:
        raise CannotApplyError("no import statement of that name on its line")
    new = {id(fact): msgspec.structs.replace(fact, level=0, module=plain(to)) for fact in wrong}
    return msgspec.structs.replace(facts, imports=tuple(new.get(id(fact), fact) for fact in facts.imports))


def _asked(finding: Finding) -> tuple[str, str, str]:
    """The module and name that an import of a finding asks for, and the name that it is to ask for."""
    if finding.rule == "imports.legacy":
        return finding.symbol, finding.detail, finding.detail
    if " is another name of " in finding.message:
        module, _, name = finding.detail.rpartition(".")
        return module, name, finding.symbol
    return finding.detail, finding.symbol, finding.symbol


def _without_copy(audit: Audit, finding: Finding, file: SourceFile) -> FileFacts:
    """The facts of a file that imports what it defined."""
    facts = readable(file) or FileFacts()
    other = audit.tree.file(finding.about[0]) if finding.rule == "ssot.duplicates" and finding.about else None
    kept = tuple(each for each in facts.bindings if each.name != finding.symbol)
    if other is None or other.module is None or len(kept) != len(facts.bindings) - 1:
        raise CannotApplyError("no single definition that could be taken from a module")
    line = finding.line
    fact = ImportFact(0, plain(other.module), finding.symbol, None, line, line, 0)
    return msgspec.structs.replace(facts, bindings=kept, imports=(*facts.imports, fact))


def _blob_of(file: SourceFile, facts: Facts) -> str:
    """A name for facts that no blob has, from which that of the blob can be told."""
    original = _original(file.blob)
    return original + _MARK + hashlib.sha256(encode(facts)).hexdigest()[:40]


def _original(blob: str) -> str:
    return blob.partition(_MARK)[0]


def _of_originals(detail: Detail) -> Detail:
    """What is read of files only when a rule asks: that of the blobs which they were made from."""

    def uses(heads: Mapping[str, frozenset[str]]) -> Mapping[str, tuple[Use, ...]]:
        asked: dict[str, frozenset[str]] = {}
        for blob, names in heads.items():
            asked[_original(blob)] = asked.get(_original(blob), frozenset()) | names
        found = detail.uses(asked)
        return {
            blob: tuple(use for use in found.get(_original(blob), ()) if use.head in names)
            for blob, names in heads.items()
        }

    def outlines(blobs: Collection[str]) -> Mapping[str, Outline]:
        found = detail.outlines({_original(blob) for blob in blobs})
        return {blob: found[_original(blob)] for blob in blobs if _original(blob) in found}

    return Detail(uses, outlines, lambda blob: detail.known(_original(blob)))
