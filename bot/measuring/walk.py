"""Walking through history: an audit that moves from commit to commit, by what differs where that is little."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Final

import msgspec

from analyzers.advance import NeedsFullAuditError
from analyzers.anchor import NO_ANCHOR, Anchor
from analyzers.audit import Audit
from analyzers.facts import Facts
from analyzers.history import Seen
from analyzers.outline import Outline
from analyzers.places import Commit
from analyzers.policy import Policy
from analyzers.summary import seen_of
from analyzers.tree import TreeEntry, is_python
from bot.git.object_reader import Repository
from bot.measuring.measure import Caches, Change, Measuring
from bot.reading.facts_reader import Progress, Reader

_LARGEST_STEP: Final = 0.1
"""The share of a tree's files beyond which a look at all of them is as quick as to find out which these concern."""
_MOST_STEPS: Final = 32
"""From a look at a whole tree to the next one. Each step asks the one before for what it does not know itself."""


class HoldingReader(Reader):
    """A reader that holds what was asked for last, and reads ahead: neighbours in history have most files in common."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(*reader.parts)
        self._facts: dict[str, Facts] = {}
        self._outlines: dict[str, Outline] = {}
        self._beside = ThreadPoolExecutor(1)
        self._ahead: Future[dict[str, Facts]] | None = None

    def facts(self, repository: Repository, blobs: Iterable[str], progress: Progress) -> dict[str, Facts]:
        """The facts of each blob."""
        wanted = set(blobs)
        missing = wanted - self._facts.keys()
        if missing and self._ahead is not None:
            ahead, self._ahead = self._ahead, None
            self._facts |= ahead.result()
            missing -= self._facts.keys()
        if missing:
            self._facts |= super().facts(repository, missing, progress)
        return {blob: self._facts[blob] for blob in wanted}

    def outlines(self, repository: Repository, blobs: Collection[str]) -> Iterator[tuple[str, Outline]]:
        """The outline of each blob; nothing where a reader does not survive that."""
        wanted = set(blobs)
        self._outlines |= super().outlines(repository, wanted - self._outlines.keys())
        yield from ((blob, self._outlines[blob]) for blob in wanted if blob in self._outlines)

    def known_outline(self, blob: str) -> Outline | None:
        """The outline of a blob that is at hand; None where it is not."""
        return self._outlines.get(blob) or super().known_outline(blob)

    def keep_only(self, blobs: Iterable[str]) -> None:
        """Forget all but these."""
        kept = set(blobs)
        self._facts = {blob: facts for blob, facts in self._facts.items() if blob in kept}
        self._outlines = {blob: outline for blob, outline in self._outlines.items() if blob in kept}

    def read_ahead(self, repository: Repository, blobs: Iterable[str], progress: Progress) -> None:
        """Begin to read what will be asked for next."""
        missing = set(blobs) - self._facts.keys()
        self._ahead = self._beside.submit(super().facts, repository, missing, progress)

    def close(self) -> None:
        """Wait for what is read ahead, and let go of it."""
        self._beside.shutdown(cancel_futures=True)


class Walk:
    """An audit that moves. What it finds at a commit is what an audit of that commit in full would, as of one day.

    All that it has found holds from `first_day` to `last_day`.
    """

    def __init__(
        self, repository: Repository, caches: Caches, policy: Policy, progress: Progress, today: dt.date
    ) -> None:
        self._repository = repository
        self._reader = HoldingReader(caches.reader)
        self._caches = msgspec.structs.replace(caches, reader=self._reader)
        self._measuring = Measuring(repository, self._caches, progress, policy, today)
        self._progress = progress
        self.first_day, self.last_day = dt.date.min, dt.date.max
        self._at: Commit | None = None
        self._audit: Audit | None = None
        self._next: Change | None = None
        self._tree: dict[str, TreeEntry] = {}
        self._steps = 0
        """How many there were since the whole tree was looked at."""

    def begin(self, commit: Commit, audit: Audit) -> None:
        """Set out from an audit in full that is at hand, and is used up."""
        self._at, self._audit = commit, audit
        self._tree = {entry.path: entry for entry in self._measuring.tree(commit.id) if is_python(entry.path)}

    def see(self, commit: Commit, then: Commit | None = None, anchor: Anchor = NO_ANCHOR) -> Seen:
        """What an audit of a commit finds, measured by an anchor. `then` is the commit that will be next."""
        way = self._way_to(commit)
        entries = self._measuring.tree(commit.id) if way is None else _entries(way)
        self._reader.facts(self._repository, self._measuring.blobs(entries), self._progress)
        if then is not None:
            self._next = self._between(commit, then)
            blobs = self._measuring.blobs(_entries(self._next))
            self._reader.read_ahead(self._repository, blobs, self._progress)
        done = (None if way is None else self._step(way, anchor)) or self._leap(commit, anchor)
        self._at, self._audit = commit, done
        seen = seen_of(done, commit)
        self.first_day, self.last_day = max(self.first_day, seen.first_day), min(self.last_day, seen.last_day)
        return seen

    def close(self) -> None:
        """End what goes on beside."""
        self._reader.close()

    def has(self, path: str) -> bool:
        """Whether the commit that it stands at has a file."""
        return path in self._tree

    def _between(self, older: Commit, newer: Commit) -> Change:
        return Change(older.id, newer.id, self._repository.changes(older.id, newer.id, follow=False))

    def _way_to(self, commit: Commit) -> Change | None:
        """What differs between the commit at hand and another one; None where a look at the whole of it is as good."""
        if self._at is None or self._steps == _MOST_STEPS:
            return None
        way = self._next
        if way is None or (way.base, way.head) != (self._at.id, commit.id):
            way = self._between(self._at, commit)
        changed = sum(1 for each in way.files if is_python(each.path))
        return None if changed > _LARGEST_STEP * len(self._tree) else way

    def _step(self, way: Change, anchor: Anchor) -> Audit | None:
        """The audit at hand taken to another commit by the files that differ; None where that does not do."""
        if self._audit is None:
            return None
        try:
            done = self._measuring.advance(self._audit, way, anchor)
        except NeedsFullAuditError:
            return None
        self._steps += 1
        for each in way.files:
            self._tree.pop(each.path, None)
        self._tree |= {entry.path: entry for entry in _entries(way) if is_python(entry.path)}
        return done

    def _leap(self, commit: Commit, anchor: Anchor) -> Audit:
        """The audit of a commit by its whole tree: the one at hand taken there, or else one in full."""
        tree = self._measuring.tree(commit.id)
        self._reader.keep_only(self._measuring.blobs(tree))
        self._tree = {entry.path: entry for entry in tree if is_python(entry.path)}
        self._steps = 0
        if self._audit is not None:
            with suppress(NeedsFullAuditError):
                return self._measuring.advance_to(self._audit, commit.id, anchor)
        return self._measuring.audit(commit.id, anchor=anchor)


def _entries(change: Change) -> list[TreeEntry]:
    """What is there after a change of the files that differ."""
    return [each.entry for each in change.files if each.entry is not None]
