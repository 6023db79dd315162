"""Checks of this machine and of what runs beside it: the way to the network, Redis, git, the data directory."""

from __future__ import annotations

import re
import shutil
import stat
from pathlib import Path
from typing import Final
from urllib.request import getproxies

import msgspec
from redis.asyncio import Redis

from bot.doctor.check import Check
from bot.embedded_redis import find_server, running_at
from bot.git.git import Command, run_git
from bot.queue.queue import HEARTBEAT
from bot.settings.credentials import credentials_file, make_writable
from bot.settings.settings import SetupSettings
from bot.settings.values import redacted

_LEAST_GIT: Final = (2, 33)
"""The first whose `rev-list` knows `--no-commit-header`; all else that is asked of it is older."""
_LEAST_REDIS: Final = (6, 2)
_LEAST_FREE: Final = 1024**3
_SECONDS: Final = 10.0

Version = tuple[int, ...]


class RedisState(msgspec.Struct, frozen=True):
    """What Redis tells of itself: https://redis.io/docs/latest/commands/info/."""

    redis_version: str
    aof_enabled: bool = False
    aof_last_write_status: str = "ok"
    maxmemory: int = 0
    maxmemory_policy: str = "noeviction"


async def check_network(settings: SetupSettings) -> list[Check]:
    """By which way GitHub is reached; whether it works, the checks that follow tell."""
    proxies = getproxies()
    ways = [f"by the {name} proxy {redacted(url)}" for name, url in proxies.items() if name in ("http", "https", "all")]
    exempt = f", but none for {proxies['no']}" if ways and "no" in proxies else ""
    trusted = "" if settings.ca_file is None else f"; certificate authorities also from {settings.ca_file}"
    seen = f"{settings.github_api_url} {' or '.join(ways) or 'without a proxy'}{exempt}{trusted}"
    return [Check("network", "ok", seen)]


async def check_redis(url: str | None, data_dir: Path) -> list[Check]:
    """Whether the queue is there and loses nothing. Without an address, it is that of `fifthwhy serve` on this data."""
    address = url or running_at(data_dir / "redis")
    if address is None:
        return [Check("redis", "ok", f"not running now; `fifthwhy serve` starts {find_server()}")]
    async with Redis.from_url(address, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS) as client:
        told = await client.info()
        working = bool(await client.exists(HEARTBEAT))
    state = msgspec.convert(told, RedisState, strict=False)
    problems = redis_problems(state)
    if not working:
        remedy = "Start `fifthwhy worker`; one that has just started is seen within a minute."
        problems.append(Check("worker", "warning", "none was alive in the last minute", remedy))
    return [Check("redis", "ok", f"{state.redis_version} at {redacted(address)} answers"), *problems]


def redis_problems(state: RedisState) -> list[Check]:
    """What may cost jobs."""
    problems = []
    if _version(state.redis_version) < _LEAST_REDIS:
        remedy = f"Use {_dotted(_LEAST_REDIS)} or newer, or Valkey."
        problems.append(Check("redis", "failure", f"version {state.redis_version} is too old", remedy))
    if not state.aof_enabled:
        seen, remedy = "a restart loses the jobs that wait", "Turn its append-only file on: appendonly yes."
        problems.append(Check("redis", "warning", seen, remedy))
    elif state.aof_last_write_status != "ok":
        seen, remedy = "it cannot write its append-only file", "Look into its log; its disk may be full."
        problems.append(Check("redis", "failure", seen, remedy))
    if state.maxmemory and state.maxmemory_policy != "noeviction":
        seen = f"it drops what it holds when memory is short: {state.maxmemory_policy}"
        problems.append(Check("redis", "failure", seen, "Set maxmemory-policy noeviction."))
    return problems


async def check_git() -> list[Check]:
    """Whether git is there, and new enough."""
    return [git_version(run_git(Command(["version"])).decode("utf-8", "replace").strip())]


def git_version(said: str) -> Check:
    """The check of what `git version` said."""
    if _version(said) < _LEAST_GIT:
        return Check("git", "failure", said, f"Install git {_dotted(_LEAST_GIT)} or newer.")
    return Check("git", "ok", said)


async def check_disk(data_dir: Path, largest_repository: int) -> list[Check]:
    """Whether the data directory can be written to and has room, and keeps its secret."""
    make_writable(data_dir)
    found = disk_space(data_dir, shutil.disk_usage(data_dir).free, largest_repository)
    file = credentials_file(data_dir)
    if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        seen, remedy = f"others may read {file}", f"chmod 600 {file}; and make a new private key, if somebody did."
        return [found, Check("disk", "failure", seen, remedy)]
    return [found]


def disk_space(data_dir: Path, free: int, largest_repository: int) -> Check:
    """The check of so many free bytes."""
    seen = f"{data_dir} can be written to; {free / 1024**3:.1f} GiB are free"
    if free < _LEAST_FREE:
        return Check("disk", "failure", seen, "Make room: mirrors and facts need some GiB.")
    if free < largest_repository:
        remedy = "The largest repository that FIFTHWHY_MAX_REPOSITORY_BYTES allows would not fit."
        return Check("disk", "warning", seen, remedy)
    return Check("disk", "ok", seen)


def _version(text: str) -> Version:
    """The first version in a text: `git version 2.39.5 (Apple Git-154)` is (2, 39, 5)."""
    found = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(map(int, found[0].split("."))) if found else ()


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))
