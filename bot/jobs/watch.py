"""Telling the thread of an audit when to stop: overtaken, out of turn, or out of time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from bot.jobs.turns import BusyError, Turn

T = TypeVar("T")


class Watch:
    """What an audit in a thread asks between two phases, and between two files."""

    def __init__(self, turn: Turn, phase_begins: Callable[[str], None] = lambda _name: None) -> None:
        self._turn = turn
        self._phase_begins = phase_begins
        self._abandoned = Event()  # threads cannot be cancelled: they look here

    def phase(self, name: str) -> None:
        """Go on to the next phase. Raises SupersededError, BusyError."""
        self._turn.checkpoint_from_thread(name)
        self._phase_begins(name)

    def file(self, _done: int, _all: int) -> None:
        """Go on with the next file. Raises BusyError."""
        if self._abandoned.is_set():
            raise BusyError("the audit was given up")
        self._turn.go_on()

    def abandon(self) -> None:
        """Nobody waits for the thread any more."""
        self._abandoned.set()


async def watched(watch: Watch, work: Callable[[], T]) -> T:
    """Run work that asks this watch in a thread, which is told to stop where nobody waits for it to end."""
    try:
        return await asyncio.to_thread(work)
    finally:
        watch.abandon()
