"""The bodies of requests: read in bounds of size, of time, and of what all of them together may take of the memory.

uvicorn bounds none of these. Its `limit_concurrency` counts connections on which nothing is sent as well, and so would
let a few of those keep GitHub away.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import msgspec
from starlette.requests import Request

from bot.webhooks.deliveries import RejectedError

MIB: Final = 1024 * 1024

LARGEST_BODY: Final = 25 * MIB
"""GitHub's own cap on a payload: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap."""


class TooMuchAtOnceError(Exception):
    """There is no room for a body while others are held. It may be sent again."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too much is sent at once")
        self.seconds = seconds
        """After that time, none of those that are in the way now is read any more."""


class Bounds(msgspec.Struct, frozen=True):
    """How much of what strangers send is held."""

    seconds: float = 10.0
    """A body that has not come by then is given up, as GitHub gives up its delivery."""
    small: int = MIB // 4
    """Bytes that GitHub's usual bodies stay far below."""
    of_large: int = 96 * MIB
    """Bytes of bodies at the same time, above which one that is not small gets no more."""
    of_all: int = 128 * MIB
    """The same for small ones, which therefore come through where large ones take all they may."""


USUAL: Final = Bounds()


class _Body:
    """What has come of one body. In one array: chunks of a byte each would take forty times their size."""

    def __init__(self) -> None:
        self._came = bytearray()
        self.size = 0

    def add(self, chunk: bytes) -> None:
        self._came += chunk
        self.size += len(chunk)

    def whole(self) -> bytes:
        whole = bytes(self._came)
        self._came.clear()
        return whole


class Bodies:
    """Counts what is held of all bodies: before its signature can be known, one is as good as any other."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._held = 0

    @asynccontextmanager
    async def read(self, request: Request) -> AsyncIterator[bytes]:
        """Hold a body for as long as the block runs; at most what GitHub may send, whatever Content-Length says.

        Raises RejectedError (413, or 408 where it does not come), TooMuchAtOnceError, and Starlette's ClientDisconnect.
        """
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > LARGEST_BODY:  # anything else is for the count below
            raise RejectedError(413, "the body is larger than 25 MB")
        with self._held_body() as body:
            try:
                async with asyncio.timeout(self._bounds.seconds):
                    async for chunk in request.stream():
                        self._add(body, chunk)
            except TimeoutError as error:
                raise RejectedError(408, "the body did not come in time") from error
            yield body.whole()

    @contextmanager
    def _held_body(self) -> Iterator[_Body]:
        body = _Body()
        try:
            yield body
        finally:
            self._held -= body.size

    def _add(self, body: _Body, chunk: bytes) -> None:
        size, bounds = body.size + len(chunk), self._bounds
        if size > LARGEST_BODY:
            raise RejectedError(413, "the body is larger than 25 MB")
        if self._held + len(chunk) > (bounds.of_all if size <= bounds.small else bounds.of_large):
            raise TooMuchAtOnceError(bounds.seconds)
        body.add(chunk)
        self._held += len(chunk)
