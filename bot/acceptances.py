"""Who has let which change pass: remembered in Redis, and again in the external id of the check run itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from analyzers.gate import Acceptance, Gated
from bot.own_check import PullMark
from bot.publish import Memory

_REMEMBERED_FOR: Final = timedelta(days=60)


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


async def _recalled(memory: Memory, name: str, verdict: Gated) -> Acceptance | None:
    stored = await memory.recall(name) if verdict.can_be_accepted else None
    return None if stored is None else msgspec.json.decode(stored, type=Acceptance)


def _on_head(mark: PullMark, head: str, digest: str) -> str:
    return f"accepted {mark.repository_id}/{mark.number} {head} {digest}"


def _in_queue(repository_id: int, digest: str) -> str:
    return f"accepted {repository_id} {digest}"
