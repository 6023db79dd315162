"""Auditing a repository on this machine, for `fifthwhy audit`: nothing but git and the core, no server, no network."""

from __future__ import annotations

from pathlib import Path

import msgspec

from analyzers.places import Repository as ReportedRepository
from analyzers.report import Report
from bot.git.git import UnknownRefError
from bot.git.object_reader import Repository
from bot.measuring.caches import opened_caches
from bot.measuring.measure import Comparison, report_on
from bot.policies.sources import local_sources
from bot.reading.facts_reader import Progress
from bot.settings.settings import LocalSettings


class LocalRequest(msgspec.Struct, frozen=True):
    """What a person asks for. `base` None: the default branch; `state`: one commit, compared with nothing."""

    path: Path
    base: str | None = None
    head: str = "HEAD"
    state: bool = False
    whole: bool = False
    policy: tuple[str, bytes] | None = None
    extends_from: Path | None = None
    """The folder in which the owner's repositories are cloned, whose policies may be extended."""


class UnrelatedError(Exception):
    """Base and head share no history."""


def audit_locally(request: LocalRequest, settings: LocalSettings, progress: Progress) -> Report:
    """The report that was asked for. Raises GitError, InvalidPolicyError and UnrelatedError, each fit to be shown."""
    repository = Repository.discover(request.path)
    comparison = comparison_of(repository, request)
    with opened_caches(settings) as caches:
        return report_on(repository, comparison, caches, lambda _phase: None, progress)


def comparison_of(repository: Repository, request: LocalRequest) -> Comparison:
    """What is to be compared with what. Raises GitError and UnrelatedError."""
    head = repository.resolve(request.head)
    tip = None if request.state else _base_tip(repository, request)
    base = None if tip is None else _merge_base(repository, tip, head, request)
    return Comparison(
        head=head,
        base=base,
        policy_at=head if base is None or tip is None else tip,
        repository=reported(repository),
        policy_text=request.policy,
        sources=local_sources(request.extends_from),
        whole=request.whole,
    )


def reported(repository: Repository) -> ReportedRepository:
    """The repository by the name and the address that reports have for it."""
    web = repository.remote_web_url()
    return ReportedRepository(repository.folder_name() if web is None else web.split("/", 3)[3], web)


def _base_tip(repository: Repository, request: LocalRequest) -> str | None:
    """The commit to compare with: the one named, else the default branch where there is one."""
    if request.base is not None:
        return repository.resolve(request.base)
    try:
        return repository.resolve(repository.default_branch())
    except UnknownRefError:
        return None


def _merge_base(repository: Repository, tip: str, head: str, request: LocalRequest) -> str | None:
    """Where head parted from the base; None where it has not, unless the base was asked for by name."""
    base = repository.merge_base(tip, head)
    if base is None:
        named = request.base or repository.default_branch()
        raise UnrelatedError(f"{request.head} and {named} share no history; name another --base, or use --state")
    return None if base == head and request.base is None else base
