"""The web process: takes GitHub's deliveries, puts their jobs into Redis, and only then acknowledges them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Final

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.observability.exposition import CONTENT_TYPE
from bot.queue.figures import exposed, queue_figures
from bot.queue.queue import Queue, Unavailable, job_id, open_queue
from bot.setup.pages import configured
from bot.webhooks.bodies import USUAL, Bodies, Bounds, TooMuchAtOnceError
from bot.webhooks.deliveries import RejectedError, parse, signature_in, verify
from bot.webhooks.events import Event, Ignored
from bot.webhooks.jobs import jobs_for
from bot.webhooks.seen_deliveries import Became, delivery_seen

log = structlog.get_logger(__name__)

_LONGEST_DELIVERY_ID: Final = 100
_READ_AT_ONCE: Final = 64 * 1024
"""Bytes of a payload that are read in a millisecond or two; GitHub's usual ones have a third of that."""
_REDIS_SECONDS: Final = 5.0
"""A Redis that is silent for this long counts as away; GitHub itself waits for 10 seconds."""


def create_app(
    *,
    redis_url: str,
    webhook_secret: str,
    app_id: int,
    redis_seconds: float = _REDIS_SECONDS,
    bounds: Bounds = USUAL,
    metrics: bool = False,
) -> Starlette:
    """The application: `POST /webhook`, `GET /healthz`, `GET /readyz`, and `GET /metrics` if asked for."""
    web = _Web(redis_url, webhook_secret, app_id, redis_seconds, Bodies(bounds))
    return Starlette(
        routes=[
            Route("/webhook", web.webhook, methods=["POST"]),
            Route("/healthz", web.healthz, methods=["GET"]),
            Route("/readyz", web.readyz, methods=["GET"]),
            Route("/setup", configured, methods=["GET", "POST"]),
            *([Route("/metrics", web.metrics, methods=["GET"])] if metrics else []),
        ],
        lifespan=web.lifespan,
    )


class _Web:
    def __init__(self, redis_url: str, webhook_secret: str, app_id: int, redis_seconds: float, bodies: Bodies) -> None:
        self._redis_url = redis_url
        self._secret = webhook_secret
        self._app_id = app_id
        self._redis_seconds = redis_seconds
        self._bodies = bodies
        self._queue: Queue | None = None
        self._opened = AsyncExitStack()

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Serve also while Redis is away: deliveries are then refused, and GitHub keeps them as failed."""
        try:
            yield
        finally:
            await self._opened.aclose()

    async def queue(self) -> Queue:
        """The queue, connected at its first use; redis-py reconnects by itself after that."""
        if self._queue is None:
            self._queue = await self._opened.enter_async_context(open_queue(self._redis_url))
        return self._queue

    async def webhook(self, request: Request) -> Response:
        """One delivery from GitHub."""
        delivery = request.headers.get("x-github-delivery", "")[:_LONGEST_DELIVERY_ID]
        with delivery_seen(request.headers.get("x-github-event", ""), delivery) as note:
            became, answer = await self._answer(request, delivery)
            note(became)
            return answer

    async def _answer(self, request: Request, delivery: str) -> tuple[Became, Response]:
        try:
            return await self._receive(request, delivery)
        except RejectedError as error:
            log.info("delivery refused", status=error.status, reason=error.reason)
            # One that does not send what it said would stay; RFC 9110, 15.5.9.
            closes = {"Connection": "close"} if error.status == 408 else None
            return "refused", JSONResponse({"error": error.reason}, error.status, closes)
        except TooMuchAtOnceError as error:
            log.warning("no room for a delivery, left to GitHub", error=str(error))
            later = {"Retry-After": f"{error.seconds:.0f}"}
            return "unavailable", JSONResponse({"error": f"{error}; redeliver later"}, 503, later)
        except ClientDisconnect:
            log.info("delivery broken off")
            return "broken off", Response(status_code=400)
        except Unavailable as error:
            log.warning("redis is away, delivery left to GitHub", error=repr(error))
            return "unavailable", JSONResponse({"error": "the queue is not available; redeliver later"}, 503)

    async def _receive(self, request: Request, delivery: str) -> tuple[Became, Response]:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise RejectedError(415, "the content type must be application/json")
        signature = signature_in(request.headers.get("x-hub-signature-256"))
        if not delivery:
            raise RejectedError(400, "X-GitHub-Delivery is missing")
        event = await self._event(request, delivery, signature)
        if isinstance(event, Ignored):
            return "ignored", JSONResponse({"ignored": event.reason}, 202)
        async with asyncio.timeout(self._redis_seconds):
            return await self._enqueue(delivery, event)

    async def _event(self, request: Request, delivery: str, signature: str) -> Event:
        """The event; a large payload is verified and read beside the event loop, for which others wait."""
        name = request.headers.get("x-github-event", "")
        async with self._bodies.read(request) as body:

            def event() -> Event:
                verify(self._secret, body, signature)
                return parse(name, delivery, body, self._app_id)

            return event() if len(body) <= _READ_AT_ONCE else await asyncio.to_thread(event)

    async def _enqueue(self, delivery: str, event: Event) -> tuple[Became, Response]:
        queue = await self.queue()
        if await queue.has_seen(delivery):
            return "repeated", JSONResponse({"ignored": "this delivery was taken in before"}, 202)
        jobs = jobs_for(event)
        for job in jobs:
            generation = await queue.enqueue(job)
            ids = {"installation": job.installation_id, "repository": job.repository_id, "subject": job.subject}
            log.info("job enqueued", job=job_id(job, generation), **ids)
        await queue.mark_seen(delivery)
        return "enqueued", JSONResponse({"enqueued": len(jobs)}, 202)

    async def metrics(self, _request: Request) -> Response:
        """What Prometheus asks for: of this process, and of the queue while Redis is there."""
        figures = None
        with suppress(*Unavailable):
            async with asyncio.timeout(self._redis_seconds):
                figures = await queue_figures(await self.queue())
        return Response(exposed(figures), headers={"Content-Type": CONTENT_TYPE})

    async def healthz(self, _request: Request) -> Response:
        """Whether this process answers."""
        return JSONResponse({"status": "ok"})

    async def readyz(self, _request: Request) -> Response:
        """Whether a delivery taken now would be worked on: Redis answers, and a worker was alive lately."""
        try:
            async with asyncio.timeout(self._redis_seconds):
                queue = await self.queue()
                await queue.ping()
                worker = await queue.has_worker()
        except Unavailable:
            return JSONResponse({"redis": "away", "worker": "unknown"}, 503)
        return JSONResponse({"redis": "ok", "worker": "ok" if worker else "none seen lately"}, 200 if worker else 503)
