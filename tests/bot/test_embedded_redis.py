"""The embedded Redis, with the real server: what is put in stays, whoever dies, and nothing is left running."""

from __future__ import annotations

import os
import select
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from arq.connections import RedisSettings, create_pool
from redis import Redis

from bot.embedded_redis import EmbeddedRedis, EmbeddedRedisError, find_server

OWNER = """
import sys
from pathlib import Path
from bot.embedded_redis import EmbeddedRedis
with EmbeddedRedis(Path(sys.argv[1])) as server:
    print(server.pid, server.url, flush=True)
    sys.stdin.read()
"""
"""An owner in a process of its own, which stays until its standard input ends."""

A_TEST_FAILS_AFTER_SECONDS = 30


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "redis"


def connected(server: EmbeddedRedis, stack: ExitStack) -> Redis:
    client: Redis = Redis.from_url(server.url, decode_responses=True)
    stack.callback(client.close)
    return client


def kill(server: EmbeddedRedis) -> None:
    """Kill the server as the kernel does when memory runs out, and wait until it is gone."""
    pid = server.pid
    assert pid is not None
    with end_of(pid) as ended:
        os.kill(pid, signal.SIGKILL)
        ended.wait()


class end_of:  # noqa: N801  # reads as a phrase
    """The end of a process that need not be our child."""

    def __init__(self, pid: int) -> None:
        self._descriptor = os.pidfd_open(pid)

    def __enter__(self) -> end_of:
        return self

    def __exit__(self, *_error: object) -> None:
        os.close(self._descriptor)

    def wait(self) -> None:
        ready, _, _ = select.select([self._descriptor], [], [], A_TEST_FAILS_AFTER_SECONDS)
        assert ready, "the process still runs"


@pytest.fixture
def owner(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that owns the server in `directory`; its first line of output names the server."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(directory)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        process.kill()


def first_line(process: subprocess.Popen[str]) -> tuple[int, str]:
    assert process.stdout is not None
    pid, url = process.stdout.readline().split()
    return int(pid), url


def test_it_is_a_server_that_answers(directory: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(EmbeddedRedis(directory))
        client = connected(server, stack)

        assert client.ping()
        assert client.config_get("port") == {"port": "0"}


def test_what_was_put_in_is_there_the_next_time(directory: Path) -> None:
    with ExitStack() as stack:
        connected(stack.enter_context(EmbeddedRedis(directory)), stack).rpush("jobs", "first", "second")

    with ExitStack() as stack:
        assert connected(stack.enter_context(EmbeddedRedis(directory)), stack).lrange("jobs", 0, -1) == [
            "first",
            "second",
        ]


def test_no_job_is_lost_when_the_server_is_killed(directory: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(EmbeddedRedis(directory))
        client = connected(server, stack)
        client.rpush("jobs", "first")
        kill(server)
        assert server.pid is None

        assert server.keep_running()

        assert client.lrange("jobs", 0, -1) == ["first"]
        assert not server.keep_running()


@pytest.mark.anyio
async def test_a_job_queued_with_arq_outlives_the_server(directory: Path) -> None:
    with EmbeddedRedis(directory) as server:
        pool = await create_pool(RedisSettings.from_dsn(server.url))
        await pool.enqueue_job("audit", 1)
        await pool.aclose()
        kill(server)
    with EmbeddedRedis(directory) as server:
        pool = await create_pool(RedisSettings.from_dsn(server.url))
        (job,) = await pool.queued_jobs()
        await pool.aclose()

    assert (job.function, job.args) == ("audit", (1,))


def test_nothing_is_left_running_when_its_context_ends(directory: Path) -> None:
    with EmbeddedRedis(directory) as server:
        assert server.pid is not None
        ended = end_of(server.pid)

    with ended:
        ended.wait()
    assert not (directory / "redis.sock").exists()


def test_nothing_is_left_running_when_the_owner_is_killed(directory: Path, owner: subprocess.Popen[str]) -> None:
    pid, _ = first_line(owner)
    with end_of(pid) as ended:
        os.killpg(owner.pid, signal.SIGKILL)

        ended.wait()

    with EmbeddedRedis(directory) as server:  # nor is the directory left locked
        assert server.pid is not None


def test_ctrl_c_leaves_the_server_to_its_owner(directory: Path, owner: subprocess.Popen[str]) -> None:
    """In a terminal it reaches every process of the group; a server that obeyed would be gone before the workers."""
    pid, url = first_line(owner)

    assert os.getpgid(pid) != os.getpgid(owner.pid)
    with Redis.from_url(url) as client:
        assert client.ping()


def test_a_second_owner_is_told_that_the_directory_is_in_use(directory: Path) -> None:
    with EmbeddedRedis(directory), pytest.raises(EmbeddedRedisError) as caught, EmbeddedRedis(directory):
        pass

    assert str(caught.value).startswith(f"{directory} is in use by another fifthwhy: stop that one, ")


def test_the_server_of_an_owner_that_is_gone_is_waited_for(directory: Path) -> None:
    """It still writes for a moment, so it holds on to the directory as long as it lives."""
    with EmbeddedRedis(directory) as server:
        assert server.pid is not None
        held_by_the_server = [path.resolve() for path in Path(f"/proc/{server.pid}/fd").iterdir()]

    assert directory / "server.lock" in held_by_the_server


def test_nobody_else_on_the_machine_can_read_the_jobs(directory: Path) -> None:
    directory.mkdir(mode=0o755)
    with EmbeddedRedis(directory):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert stat.S_IMODE((directory / "redis.sock").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["d" * 150, "with a blank", "q?x=1#y", "50%20", "grün"])
def test_any_directory_will_do(tmp_path: Path, name: str) -> None:
    """Even one too long for a socket, or with characters that mean something in an address."""
    with ExitStack() as stack:
        server = stack.enter_context(EmbeddedRedis(tmp_path / name))
        assert connected(server, stack).ping()
        socket = RedisSettings.from_dsn(server.url).unix_socket_path
        assert socket is not None
        assert Path(socket).is_socket()
        assert list((tmp_path / name).glob("appendonlydir/*.aof")) or (tmp_path / name / "appendonly.aof").exists()

    assert not Path(socket).exists()


def test_the_server_does_not_get_our_secrets(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIFTHWHY_WEBHOOK_SECRET", "do-not-hand-on")
    with EmbeddedRedis(directory) as server:
        assert b"do-not-hand-on" not in Path(f"/proc/{server.pid}/environ").read_bytes()


def test_a_machine_without_any_server_is_told_what_to_do() -> None:
    with pytest.raises(EmbeddedRedisError) as caught:
        find_server(path="/nowhere", wheel="no_such_wheel")

    assert "apt install redis-server" in str(caught.value)
    assert "FIFTHWHY_REDIS_URL" in str(caught.value)


def test_the_machine_s_own_server_goes_before_the_wheel_s(tmp_path: Path) -> None:
    own = tmp_path / "redis-server"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)

    assert find_server(path=str(tmp_path)) == own


def test_a_server_that_does_not_start_has_the_last_word(directory: Path, tmp_path: Path) -> None:
    broken = tmp_path / "redis-server"
    broken.write_text("#!/bin/sh\necho 'Bad directive or wrong number of arguments'\nexit 1\n")
    broken.chmod(0o755)

    with pytest.raises(EmbeddedRedisError) as caught, EmbeddedRedis(directory, broken):
        pass

    assert str(caught.value) == f"{broken} ended at once: Bad directive or wrong number of arguments"


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedRedisError) as caught, EmbeddedRedis(tmp_path / "file" / "redis"):
        pass

    assert str(caught.value) == f"{tmp_path}/file/redis cannot hold the Redis server's data: Not a directory"
