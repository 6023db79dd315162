"""Who has let which change pass: remembered in Redis, and again in the external id of the check run itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from analyzers.gate import Acceptance, Gated
from analyzers.ignore_patch import ignore_patch
from bot.checks.own_check import PullMark
from bot.jobs.change_audit import Audited
from bot.publishing.publish import Memory
from report_templates.check import Passing

_REMEMBERED_FOR: Final = timedelta(days=60)
_LARGEST_FILE: Final = 1024 * 1024


async def remember_acceptance(memory: Memory, mark: PullMark, head: str, accepted: Acceptance) -> None:
    """Keep what somebody has accepted on a head, for that head and for the merge queue that it may go through."""
    value = msgspec.json.encode(accepted).decode()
    await memory.remember(_on_head(mark, head, accepted.of), value, _REMEMBERED_FOR)
    await memory.remember(_in_queue(mark.repository_id, accepted.of), value, _REMEMBERED_FOR)


async def acceptance_of(memory: Memory, mark: PullMark, head: str, verdict: Gated) -> Acceptance | None:
    """Who has accepted just this on that head, if anybody has."""
    return await _recalled(memory, _on_head(mark, head, verdict.digest), verdict)


async def acceptance_in_queue(memory: Memory, repository_id: int, verdict: Gated) -> Acceptance | None:
    """Who has accepted just this on a pull request that may be in the merge queue."""
    return await _recalled(memory, _in_queue(repository_id, verdict.digest), verdict)


def passing_of(found: Audited, verdict: Gated, mark: PullMark, accepted: Acceptance | None) -> Passing:
    """What the check run says of an acceptance, with the patch that would keep it so. Blocks."""
    if accepted is None:
        return Passing()
    reason = f"accepted by {accepted.by} in #{mark.number}"
    return Passing(accepted, ignore_patch(verdict.findings, _files(found, verdict), reason))


def _files(found: Audited, verdict: Gated) -> dict[str, bytes]:
    """The files at head with findings, but for those that are too large."""
    repository = found.mirror.repository
    paths = sorted({row.place.path for row in verdict.findings})
    entries = repository.entries(found.head, paths) if paths else ()
    blobs = {entry.path: entry.blob for entry in entries if entry.kind == "file"}
    read = dict(repository.blobs(sorted(set(blobs.values())), _LARGEST_FILE)) if blobs else {}
    return {path: text for path, blob in blobs.items() if isinstance(text := read[blob], bytes)}


async def _recalled(memory: Memory, name: str, verdict: Gated) -> Acceptance | None:
    stored = await memory.recall(name) if verdict.can_be_accepted else None
    return None if stored is None else msgspec.json.decode(stored, type=Acceptance)


def _on_head(mark: PullMark, head: str, digest: str) -> str:
    return f"accepted {mark.repository_id}/{mark.number} {head} {digest}"


def _in_queue(repository_id: int, digest: str) -> str:
    return f"accepted {repository_id} {digest}"
