"""Which commit of a pull request was published on last, remembered to notice pushes that nobody told us of."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.publishing.publish import Memory

_REMEMBERED_FOR: Final = timedelta(days=30)


async def remember_published(memory: Memory, repository_id: int, number: int, head: str) -> None:
    """Note that this commit has what there is to say about it."""
    await memory.remember(_name(repository_id, number), head, _REMEMBERED_FOR)


async def published_head(memory: Memory, repository_id: int, number: int) -> str | None:
    """The commit that was published on last; None where it is not known."""
    return await memory.recall(_name(repository_id, number))


def _name(repository_id: int, number: int) -> str:
    return f"published {repository_id}/{number}"
