"""The web process as GitHub meets it: over HTTP, with a real Redis that is there, away, or silent."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from select import select
from typing import Final

import httpx
import msgspec
import pytest
from redis import Redis

from bot.embedded_redis import EmbeddedRedis
from bot.queue.jobs import CommandJob, Job, ReviewJob
from bot.queue.queue import HEARTBEAT, decode_job
from bot.webhooks.bodies import LARGEST_BODY, MIB, USUAL, Bounds
from bot.webhooks.web import create_app
from tests.bot.conftest import Shop, stored_jobs
from tests.bot.http import serving

APP: Final = 4242
SECRET: Final = "a7f3c09be15d42886b"
JSON_TYPE: Final = "application/json"
A_TEST_FAILS_AFTER_SECONDS: Final = 30
GUIDS: Final = count(1)


def status_of(connection: socket.socket) -> int:
    """What is answered on a connection."""
    with connection.makefile("rb") as answer:
        return int(answer.readline().split()[1])


def signature(body: bytes) -> str:
    return "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def headers(body: bytes, **changes: str | None) -> dict[str, str]:
    """What GitHub sends with a body; `changes` replace headers, None leaves one out."""
    sent: dict[str, str | None] = {
        "content_type": JSON_TYPE,
        "x_github_delivery": f"delivery-{next(GUIDS)}",
        "x_github_event": "pull_request",
        "x_hub_signature_256": signature(body),
    }
    sent |= changes
    return {name.replace("_", "-"): value for name, value in sent.items() if value is not None}


@dataclass
class Web:
    """The web process, from outside."""

    address: tuple[str, int]
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        host, port = self.address
        self.client = httpx.Client(
            base_url=f"http://{host}:{port}", trust_env=False, timeout=A_TEST_FAILS_AFTER_SECONDS
        )

    def deliver(self, body: bytes, **changes: str | None) -> httpx.Response:
        """Deliver as GitHub does, with these headers changed."""
        return self.client.post("/webhook", content=body, headers=headers(body, **changes))

    def deliver_until(self, status: int, body: bytes) -> httpx.Response:
        """Deliver it again and again until it is answered that way."""
        for _ in range(1_000):
            if (answer := self.deliver(body)).status_code == status:
                return answer
        pytest.fail(f"was never answered by {status}")

    @contextmanager
    def began(self, *, body: bytes = b"", **changes: str | None) -> Iterator[socket.socket]:
        """A delivery of which this much of the body has come, and which says that there is more."""
        sent = headers(body, **({"content_length": str(len(body) + 1)} | changes)) | {"host": "x"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        with socket.create_connection(self.address, A_TEST_FAILS_AFTER_SECONDS) as connection:
            connection.sendall(f"POST /webhook HTTP/1.1\r\n{lines}\r\n".encode() + body)
            yield connection


@contextmanager
def web_on(redis_url: str, redis_seconds: float = A_TEST_FAILS_AFTER_SECONDS, bounds: Bounds = USUAL) -> Iterator[Web]:
    app = create_app(redis_url=redis_url, webhook_secret=SECRET, app_id=APP, redis_seconds=redis_seconds, bounds=bounds)
    with serving(app) as address:
        web = Web(address)
        with closing(web.client):
            yield web


@pytest.fixture(scope="module")
def web_process(redis_server: EmbeddedRedis) -> Iterator[Web]:
    with web_on(redis_server.url) as web:
        yield web


@pytest.fixture
def web(web_process: Web, redis: Redis) -> Web:
    """The web process in front of a Redis that is empty."""
    assert redis.dbsize() == 0
    return web_process


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """A Redis that may come to harm."""
    with EmbeddedRedis(tmp_path / "redis") as server:
        yield server


@pytest.fixture(scope="module")
def opened(delivered: Shop) -> bytes:
    """What GitHub delivers when a pull request is opened."""
    return delivered.payload("opened")


def jobs(redis: Redis) -> list[Job]:
    """The jobs that wait in Redis."""
    return [msgspec.convert(decode_job(job)["a"][0], Job) for job in stored_jobs(redis).values()]


# --- taken ------------------------------------------------------------------------------------------------------------


def test_a_delivery_is_acknowledged_with_its_job_in_redis(
    web: Web, redis: Redis, delivered: Shop, opened: bytes
) -> None:
    answer = web.deliver(opened, x_github_delivery="delivery-of-ada")

    assert (answer.status_code, answer.json()) == (202, {"enqueued": 1})
    installation = delivered.standin.app.installation.id
    expected = ReviewJob(installation, delivered.repository.id, delivered.pull.number, "delivery-of-ada")
    assert jobs(redis) == [expected]


def test_a_replayed_delivery_is_acknowledged_and_makes_no_second_job(web: Web, redis: Redis, opened: bytes) -> None:
    web.deliver(opened, x_github_delivery="the-same")

    again = web.deliver(opened, x_github_delivery="the-same")

    assert (again.status_code, again.json()) == (202, {"ignored": "this delivery was taken in before"})
    assert len(jobs(redis)) == 1


def test_another_delivery_for_the_same_pull_request_makes_another_job(web: Web, redis: Redis, opened: bytes) -> None:
    web.deliver(opened)
    web.deliver(opened)
    assert len(jobs(redis)) == 2


def commented(body: str, kind: str = "User") -> bytes:
    """What GitHub delivers when somebody comments, as far as it is read."""
    user = {"login": "ada", "type": kind}
    return json.dumps(
        {
            "action": "created",
            "comment": {"id": 4, "body": body, "user": user},
            "issue": {"number": 3},
            "sender": user,
            "installation": {"id": 1},
            "repository": {"id": 2},
        }
    ).encode()


def test_a_command_is_acknowledged_with_its_job_in_redis(web: Web, redis: Redis) -> None:
    answer = web.deliver(commented("/audit"), x_github_event="issue_comment", x_github_delivery="delivery-of-ada")

    assert (answer.status_code, answer.json()) == (202, {"enqueued": 1})
    assert jobs(redis) == [CommandJob(1, 2, 3, 4, "delivery-of-ada")]


@pytest.mark.parametrize(("body", "kind"), [("Thanks!", "User"), ("> /audit", "User"), ("/audit", "Bot")])
def test_a_comment_that_asks_for_nothing_leaves_no_trace(web: Web, redis: Redis, body: str, kind: str) -> None:
    assert web.deliver(commented(body, kind), x_github_event="issue_comment").status_code == 202
    assert redis.dbsize() == 0


def test_a_long_comment_is_read_as_a_short_one_is(web: Web, redis: Redis) -> None:
    web.deliver(commented("/audit\n\n" + "Thanks! " * 8_000), x_github_event="issue_comment")
    assert len(jobs(redis)) == 1


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_the_content_type_may_be_written_in_any_way(web: Web, opened: bytes, content_type: str) -> None:
    assert web.deliver(opened, content_type=content_type).status_code == 202


@pytest.mark.parametrize("event", ["ping", "issues", "an_event_of_tomorrow"])
def test_what_is_not_subscribed_to_is_acknowledged_and_leaves_no_trace(web: Web, redis: Redis, event: str) -> None:
    answer = web.deliver(b'{"zen": "Keep it logically awesome."}', x_github_event=event)

    assert answer.status_code == 202
    assert "not subscribed" in answer.json()["ignored"]
    assert redis.dbsize() == 0


def test_the_largest_body_that_github_sends_is_taken(web: Web, redis: Redis, opened: bytes) -> None:
    filled = opened[:-1] + b" " * (LARGEST_BODY - len(opened)) + b"}"
    assert len(filled) == LARGEST_BODY
    assert web.deliver(filled).status_code == 202
    assert len(jobs(redis)) == 1


# --- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"x_hub_signature_256": None}, 401, "X-Hub-Signature-256 is missing"),
        ({"x_hub_signature_256": "sha256=" + "0" * 64}, 401, "X-Hub-Signature-256 does not match the body"),
        ({"x_hub_signature_256": "sha1=" + "0" * 40}, 401, "X-Hub-Signature-256 is no signature"),
        ({"x_github_delivery": None}, 400, "X-GitHub-Delivery is missing"),
        ({"x_github_delivery": ""}, 400, "X-GitHub-Delivery is missing"),
        ({"content_type": None}, 415, "the content type must be application/json"),
        ({"content_type": "application/x-www-form-urlencoded"}, 415, "the content type must be application/json"),
        ({"content_type": "text/plain; x=application/json"}, 415, "the content type must be application/json"),
    ],
)
def test_a_delivery_that_is_not_as_github_sends_it_is_refused(
    web: Web, redis: Redis, opened: bytes, changes: dict[str, str | None], status: int, reason: str
) -> None:
    answer = web.deliver(opened, **changes)

    assert (answer.status_code, answer.json()) == (status, {"error": reason})
    assert redis.dbsize() == 0


@pytest.mark.parametrize("body", [b"", b"{", b"\x00\xff", b'{"a":' + b"[" * 100_000])
def test_a_signed_body_that_is_not_json_is_refused(web: Web, redis: Redis, body: bytes) -> None:
    answer = web.deliver(body)

    assert (answer.status_code, answer.json()) == (400, {"error": "the body is not JSON"})
    assert redis.dbsize() == 0


@pytest.mark.parametrize("signature", [None, "sha256=", "sha256=" + "g" * 64, "0" * 64])
def test_an_unsigned_body_is_refused_before_anybody_reads_it(web: Web, signature: str | None) -> None:
    """The answer comes without one byte of it; and whoever cannot sign learns nothing of what would be made of it."""
    with web.began(x_hub_signature_256=signature) as connection:
        assert status_of(connection) == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_posts_are_taken(web: Web, method: str) -> None:
    assert web.client.request(method, "/webhook").status_code == 405


def test_a_body_declared_larger_than_github_s_cap_is_refused_unread(web: Web) -> None:
    """Only the head is sent: the answer comes without one byte of the body."""
    with web.began(content_length=str(LARGEST_BODY + 1)) as connection:
        assert status_of(connection) == 413


def test_a_body_that_declares_no_size_is_refused_once_it_is_too_large(web: Web, redis: Redis) -> None:
    """It is cut off there: the sender goes on until it is told, and is told before it has come to an end."""
    chunk = b"%x\r\n%b\r\n" % (LARGEST_BODY + 1, b" " * (LARGEST_BODY + 1))
    with web.began(content_length=None, transfer_encoding="chunked") as connection:
        connection.sendall(chunk)  # and no last one
        assert status_of(connection) == 413
    assert redis.dbsize() == 0


def test_a_body_that_does_not_come_is_given_up_and_its_sender_hung_up_on(redis_server: EmbeddedRedis) -> None:
    with web_on(redis_server.url, bounds=Bounds(seconds=0.2)) as web, web.began(body=b"{") as connection:
        head, _, _ = connection.makefile("rb").read().partition(b"\r\n\r\n")  # to the end of the connection
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in head.lower().splitlines(), "and not some seconds later, as any that is idle"


FORGED: Final = "sha256=" + "0" * 64
FEW: Final = Bounds(small=MIB // 4, of_large=4 * MIB, of_all=5 * MIB)


def test_bodies_that_nobody_signed_take_no_more_memory_than_a_few_have(
    redis_server: EmbeddedRedis, redis: Redis, opened: bytes
) -> None:
    """What they are is known once they have come to an end, which they never do."""
    large = opened + b" " * (3 * MIB)
    with web_on(redis_server.url, bounds=FEW) as web:
        with ExitStack() as stack:
            forged = [stack.enter_context(web.began(body=b" " * MIB, x_hub_signature_256=FORGED)) for _ in range(5)]
            refused, _, _ = select(forged, [], [], A_TEST_FAILS_AFTER_SECONDS)
            assert [status_of(connection) for connection in refused] == [503]

            answer = web.deliver_until(503, large)
            assert (answer.headers["retry-after"], answer.json()) == (
                "10",
                {"error": "too much is sent at once; redeliver later"},
            )
            assert web.deliver(opened).status_code == 202, "GitHub's are small as a rule, and find their way"

        web.deliver_until(202, large)
        assert [web.deliver(large).status_code for _ in range(5)] == [202] * 5, "there is room again"


def test_small_bodies_that_nobody_signed_take_no_more_memory_either(redis_server: EmbeddedRedis) -> None:
    with web_on(redis_server.url, bounds=FEW) as web, ExitStack() as stack:
        body = b" " * FEW.small
        forged = [stack.enter_context(web.began(body=body, x_hub_signature_256=FORGED)) for _ in range(21)]

        refused, _, _ = select(forged, [], [], A_TEST_FAILS_AFTER_SECONDS)

        assert [status_of(connection) for connection in refused] == [503]


def test_a_body_that_breaks_off_makes_no_job(web: Web, redis: Redis, opened: bytes) -> None:
    with web.began(body=opened) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert not connection.makefile("rb").readline().startswith(b"HTTP/1.1 2")

    assert redis.dbsize() == 0
    assert web.client.get("/healthz").status_code == 200


# --- a Redis that is not there ----------------------------------------------------------------------------------------


def kill(server: EmbeddedRedis) -> None:
    """Kill the server as the kernel does when memory runs out, and wait until it is gone."""
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


@contextmanager
def silenced(server: EmbeddedRedis) -> Iterator[None]:
    """The server takes connections in this block, and never answers."""
    assert server.pid is not None
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


def test_without_redis_a_delivery_is_left_to_github_which_keeps_it_as_failed(
    own_redis: EmbeddedRedis, opened: bytes
) -> None:
    with web_on(own_redis.url) as web:
        assert web.deliver(opened).status_code == 202
        kill(own_redis)

        answer = web.deliver(opened)

        assert (answer.status_code, answer.json()) == (503, {"error": "the queue is not available; redeliver later"})


def test_a_delivery_that_failed_for_want_of_redis_works_when_it_is_sent_again(
    own_redis: EmbeddedRedis, opened: bytes
) -> None:
    with web_on(own_redis.url) as web, Redis.from_url(own_redis.url) as redis:
        kill(own_redis)
        assert web.deliver(opened, x_github_delivery="failed-once").status_code == 503
        own_redis.keep_running()

        again = web.deliver(opened, x_github_delivery="failed-once")

        assert (again.status_code, again.json()) == (202, {"enqueued": 1})
        assert len(jobs(redis)) == 1


def test_a_redis_that_takes_no_writes_counts_as_away(own_redis: EmbeddedRedis, opened: bytes) -> None:
    with web_on(own_redis.url) as web, Redis.from_url(own_redis.url) as redis:
        redis.config_set("min-replicas-to-write", 1)
        assert web.deliver(opened, x_github_delivery="failed-once").status_code == 503
        redis.config_set("min-replicas-to-write", 0)

        assert web.deliver(opened, x_github_delivery="failed-once").json() == {"enqueued": 1}


def test_a_redis_that_is_silent_counts_as_away(own_redis: EmbeddedRedis, opened: bytes) -> None:
    """GitHub waits for ten seconds; a connection without an answer would wait for ever."""
    with web_on(own_redis.url, redis_seconds=0.3) as web:
        assert web.deliver(opened).status_code == 202
        with silenced(own_redis):
            assert web.deliver(opened).status_code == 503
            assert web.client.get("/readyz").json() == {"redis": "away", "worker": "unknown"}


def test_it_starts_while_redis_is_down_and_works_once_redis_is_up(tmp_path: Path, opened: bytes) -> None:
    with EmbeddedRedis(tmp_path / "redis") as own_redis:
        kill(own_redis)
        with web_on(own_redis.url) as web, Redis.from_url(own_redis.url) as redis:
            assert web.client.get("/healthz").status_code == 200
            assert web.deliver(opened).status_code == 503
            own_redis.keep_running()
            assert web.deliver(opened).status_code == 202
            assert len(jobs(redis)) == 1


def test_what_asks_for_nothing_is_acknowledged_even_without_redis(tmp_path: Path) -> None:
    with web_on(f"unix://{tmp_path}/none.sock") as web:
        assert web.deliver(b"{}", x_github_event="ping").status_code == 202


# --- health -----------------------------------------------------------------------------------------------------------


def test_healthz_answers_whatever_redis_does(tmp_path: Path) -> None:
    with web_on(f"unix://{tmp_path}/none.sock") as web:
        answer = web.client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_it_is_ready_while_a_worker_is_alive(web: Web, redis: Redis) -> None:
    redis.set(HEARTBEAT, "alive")
    answer = web.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"redis": "ok", "worker": "ok"})


def test_it_is_not_ready_without_a_worker(web: Web) -> None:
    answer = web.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"redis": "ok", "worker": "none seen lately"})


def test_it_is_not_ready_without_redis(tmp_path: Path) -> None:
    with web_on(f"unix://{tmp_path}/none.sock") as web:
        answer = web.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"redis": "away", "worker": "unknown"})
