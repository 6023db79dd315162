"""The history of a commit on this machine, for `fifthwhy history`; without a network."""

from __future__ import annotations

from pathlib import Path

import msgspec

from analyzers.history import History
from analyzers.places import Repository as ReportedRepository
from analyzers.policy import Policy
from bot.git.object_reader import Repository
from bot.local.audit import reported
from bot.measuring.budget import Budget
from bot.measuring.caches import opened_caches
from bot.measuring.measure import Comparison, policy_in_force
from bot.measuring.other_end import OtherEnd
from bot.measuring.past import Plan
from bot.measuring.questions import Place, past_at
from bot.policies.sources import local_sources
from bot.reading.facts_reader import Progress
from bot.settings.settings import LocalSettings


class HistoryRequest(msgspec.Struct, frozen=True):
    """What a person asks for: a commit, how far to look back from it, and what that may cost."""

    path: Path
    head: str
    plan: Plan
    seconds: float
    policy: tuple[str, bytes] | None = None
    extends_from: Path | None = None
    files: int = 10_000_000
    """How many files may be read for it."""


class LocalHistory(msgspec.Struct, frozen=True):
    """A history, the policy that it is held against, and the repository that it is of."""

    history: History
    policy: Policy
    repository: ReportedRepository


def history_locally(request: HistoryRequest, settings: LocalSettings, progress: Progress) -> LocalHistory:
    """The history by the policy of the commit itself.

    Raises GitError and InvalidPolicyError, each fit to be shown.
    """
    repository = Repository.discover(request.path)
    sha = repository.resolve(request.head)
    web = reported(repository)
    sources = local_sources(request.extends_from)
    policy = policy_in_force(repository, Comparison(sha, None, sha, web, request.policy, sources=sources)).policy
    with opened_caches(settings) as caches:
        budget = Budget(request.seconds, request.files, progress)
        place = Place(repository, sha, policy)
        found = past_at(place, request.plan, budget, caches, progress, OtherEnd(settings))
    return LocalHistory(found, policy, web)
