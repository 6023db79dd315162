"""Webhooks: signs the payload of an event, posts it to the App and remembers how that went.

Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads and
https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries.
"""

import hashlib
import hmac
import ssl
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from time import perf_counter
from urllib.parse import urlsplit

import httpx

from bot.demo.registration import ALWAYS_SENT, AppRegistration

ANSWER_WITHIN = 10.0  # seconds, as GitHub waits
LOOPBACK = ("127.0.0.1", "::1", "localhost")
HOOK_ID = 6001


@dataclass(frozen=True, slots=True)
class Message:
    """An event that is to be delivered, as the bytes that are signed. `action` is empty where an event has none."""

    event: str
    action: str
    installation_id: int
    repository_id: int | None
    payload: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver a message: what was sent, and what came back."""

    id: int
    guid: str
    message: Message
    delivered_at: datetime
    duration: float
    redelivery: bool
    status_code: int
    status: str
    request_headers: dict[str, str]
    response_headers: dict[str, str]
    response_body: str


class Webhooks:
    """Posts messages from threads of its own: no answer to the App waits for a delivery to the App."""

    def __init__(self, app: Callable[[], AppRegistration], url: str | None, clock: Callable[[], datetime]) -> None:
        self.url = url
        self._app = app
        self._clock = clock
        self._lock = Lock()
        self._deliveries: list[Delivery] = []
        self._under_way: set[Future[Delivery]] = set()
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="webhooks")
        # Loopback only: no proxy from the environment, no certificates to load. GitHub follows no redirect.
        no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._client = httpx.Client(timeout=ANSWER_WITHIN, trust_env=False, follow_redirects=False, verify=no_tls)

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """All attempts so far, oldest first."""
        return tuple(self._deliveries)

    def send(self, message: Message | None) -> Future[Delivery] | None:
        """Start a delivery; None where there is nothing to say, no webhook, or no subscription to the event."""
        if message is None or self.url is None or message.event not in (*self._app().events, *ALWAYS_SENT):
            return None
        return self._start(message, str(uuid.uuid4()), redelivery=False)

    def deliver(self, message: Message | None) -> None:
        """Send and wait for the answer."""
        if (delivery := self.send(message)) is not None:
            delivery.result()

    def redeliver(self, delivery: Delivery) -> Future[Delivery]:
        """Start to deliver again, and keep the GUID as GitHub does."""
        return self._start(delivery.message, delivery.guid, redelivery=True)

    def settle(self) -> None:
        """Wait until every delivery that was started has ended."""
        wait(tuple(self._under_way))

    def close(self) -> None:
        """Finish what is under way and stop."""
        self._threads.shutdown()
        self._client.close()

    def _start(self, message: Message, guid: str, *, redelivery: bool) -> Future[Delivery]:
        if self.url is None or urlsplit(self.url).hostname not in LOOPBACK:
            raise ValueError(f"webhooks go to this machine only, not to {self.url}")
        delivery = self._threads.submit(self._post, self.url, message, guid, redelivery=redelivery)
        self._under_way.add(delivery)
        delivery.add_done_callback(self._under_way.discard)
        return delivery

    def _post(self, url: str, message: Message, guid: str, *, redelivery: bool) -> Delivery:
        headers = self._headers(message, guid)
        delivered_at, started = self._clock(), perf_counter()
        answer: httpx.Response | None = None
        try:
            answer = self._client.post(url, content=message.payload, headers=headers)
            code, status = answer.status_code, answer.reason_phrase
        except httpx.TimeoutException:
            code, status = 504, "timed out"
        except httpx.TransportError:
            code, status = 502, "failed to connect to host"
        with self._lock:
            delivery = Delivery(
                id=7001 + len(self._deliveries),
                guid=guid,
                message=message,
                delivered_at=delivered_at,
                duration=perf_counter() - started,
                redelivery=redelivery,
                status_code=code,
                status=status,
                request_headers=headers,
                response_headers=dict(answer.headers) if answer else {},
                response_body=answer.text if answer else "",
            )
            self._deliveries.append(delivery)
        return delivery

    def _headers(self, message: Message, guid: str) -> dict[str, str]:
        app = self._app()
        signature = hmac.new(app.webhook_secret.encode(), message.payload, hashlib.sha256).hexdigest()
        return {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": f"GitHub-Hookshot/{hashlib.sha256(app.slug.encode()).hexdigest()[:7]}",
            "X-GitHub-Delivery": guid,
            "X-GitHub-Event": message.event,
            "X-GitHub-Hook-ID": str(HOOK_ID),
            "X-GitHub-Hook-Installation-Target-ID": str(app.id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
            "X-Hub-Signature-256": f"sha256={signature}",
        }
