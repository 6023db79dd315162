"""What the handlers of jobs work with, wired once for a worker process."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bot.git.mirror import MirrorLimits
from bot.github.app import GitHubApp
from bot.jobs.put_off import PutOff
from bot.measuring.measure import Caches
from bot.policies.github import GitHubPolicies
from bot.queue.queue import Queue


class Tools(msgspec.Struct, frozen=True):
    """What a handler works with."""

    github: GitHubApp
    web_url: str
    """Where repositories are cloned from and links point to, such as https://github.com."""
    data_dir: Path
    mirror_limits: MirrorLimits
    caches: Caches
    policies: GitHubPolicies
    """Where policies are had that others extend."""
    seconds: float
    """How long one audit may take."""
    queue: Queue
    """Where a handler puts jobs of its own."""
    look_back_seconds: float = 120.0
    """What one look into a repository's past may take, and how many files it may read; the next one goes on."""
    look_back_files: int = 200_000
    put_off: PutOff = msgspec.field(default_factory=PutOff)
    """What was audited and could not be published yet."""
