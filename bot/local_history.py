"""The history of a commit on this machine, for `fifthwhy history`; without a network."""

from __future__ import annotations

from pathlib import Path

import msgspec

from analyzers.anchor import Anchor
from analyzers.history import History, Seen, moment
from analyzers.places import Commit
from analyzers.places import Repository as ReportedRepository
from analyzers.policy import Policy
from analyzers.summary import anchor_of, seen_of
from bot.budget import Budget
from bot.facts_reader import Progress
from bot.local_audit import local_caches, reported
from bot.measure import Caches, Comparison, Measuring, policy_in_force
from bot.object_reader import Repository
from bot.past import Past, Plan
from bot.settings import LocalSettings


class HistoryRequest(msgspec.Struct, frozen=True):
    """What a person asks for: a commit, how far to look back from it, and what that may cost."""

    path: Path
    head: str
    plan: Plan
    seconds: float
    policy: tuple[str, bytes] | None = None
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
    policy = policy_in_force(repository, Comparison(sha, None, sha, web, request.policy)).policy
    with local_caches(settings) as caches:
        newest, anchor = _seen(repository, sha, policy, caches, progress)
        past = Past(repository, caches, policy, Budget(request.seconds, request.files, progress))
        found = past.history(sha, request.plan, newest, anchor)
    return LocalHistory(found, policy, web)


def _seen(repository: Repository, sha: str, policy: Policy, caches: Caches, progress: Progress) -> tuple[Seen, Anchor]:
    info = repository.commit_info(sha)
    commit = Commit(info.sha, info.date, info.subject)
    measuring = Measuring(repository, caches, progress, policy, moment(commit).date())
    audit = measuring.audit(sha, is_last=True)
    return seen_of(audit, commit), anchor_of(audit)
