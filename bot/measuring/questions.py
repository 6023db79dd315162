"""Questions about one commit of any repository at hand: by which paths a symbol is reached, what its past was."""

from __future__ import annotations

import msgspec

from analyzers.audit import Audit, audit
from analyzers.explain import Code, Explanation, explain
from analyzers.history import History
from analyzers.policy import Policy
from analyzers.rules.sites import Symbol
from analyzers.snapshot import Snapshot
from analyzers.summary import anchor_of, seen_of
from bot.git.lineage import commit_of
from bot.git.object_reader import Repository
from bot.measuring.budget import Budget
from bot.measuring.measure import Caches, Measuring, day_of, no_garbage_collection
from bot.measuring.other_end import OtherEnd
from bot.measuring.past import Past, Plan
from bot.reading.facts_reader import Progress


class Place(msgspec.Struct, frozen=True):
    """The commit that is asked about, and the policy by which it is looked at."""

    repository: Repository
    commit: str
    policy: Policy


def explanation_at(place: Place, symbol: str, caches: Caches, progress: Progress) -> Explanation:
    """Explain a symbol. Raises UnknownNameError and GitError."""
    snapshot, audited = audited_at(place, caches, progress)
    return explain(symbol, code_of(snapshot, audited))


def audited_at(place: Place, caches: Caches, progress: Progress) -> tuple[Snapshot, Audit]:
    """The commit's files, and the audit of them. Raises GitError."""
    day = day_of(commit_of(place.repository.commit_info(place.commit)))
    measuring = Measuring(place.repository, caches, progress, place.policy, day)
    with no_garbage_collection():
        tree = measuring.tree(place.commit)
        snapshot = measuring.snapshot(tree)
        return snapshot, audit(snapshot, measuring.question(tree), measuring.detail)


def code_of(snapshot: Snapshot, audited: Audit) -> Code:
    """What a commit says of its symbols."""
    sites = tuple(site for _, row in audited.ledger.files.all() for site in row.examined.sites)

    def canonical(symbol: Symbol) -> str | None:
        path = audited.canonical(symbol)
        return None if path is None else path.module

    return Code(snapshot.files, sites, audited.terms.resolver, canonical)


def past_at(
    place: Place, plan: Plan, budget: Budget, caches: Caches, progress: Progress, other_end: OtherEnd | None = None
) -> History:
    """The past of the commit, as far as the budget goes. Raises GitError."""
    with no_garbage_collection():
        commit = commit_of(place.repository.commit_info(place.commit))
        start = Measuring(place.repository, caches, progress, place.policy, day_of(commit)).audit(commit.id)
        past = Past(place.repository, caches, place.policy, budget, other_end)
        return past.history(commit.id, plan, seen_of(start, commit), anchor_of(start), start)
