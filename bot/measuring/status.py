"""The status of a commit: the audit of it, its past, why each goal is off, and what to do next; one report of all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import msgspec

from analyzers.audit import Audit
from analyzers.catalogue import entry, figure, is_met, is_planned, metric_of, target_of
from analyzers.causes.actions import proposals_of
from analyzers.causes.engine import chains_of
from analyzers.causes.fallbacks import fallbacks_of
from analyzers.causes.lost import missing_of, since_gone, sought_of
from analyzers.causes.model import Action, Chain, Inquiry, Proposal, Surroundings, Target
from analyzers.causes.simulate import checked
from analyzers.families import Family, is_of, narrowed, narrowed_history
from analyzers.findings import Metric, MetricName
from analyzers.history import History, Traced
from analyzers.outcome import Outcome
from analyzers.policy import Policy
from analyzers.report import Report, Subject, report_of
from analyzers.snapshot import SourceFile
from analyzers.status_of import NO_CONTEXT, Context, status_of
from analyzers.summary import anchor_of, outcome_of_state, seen_of
from analyzers.trend import since_of
from bot.git.object_reader import Repository
from bot.measuring.budget import Budget
from bot.measuring.measure import (
    Caches,
    Checkpoint,
    Comparison,
    Measuring,
    PolicyFile,
    day_of,
    no_garbage_collection,
    policy_in_force,
    subject_of,
)
from bot.measuring.other_end import OtherEnd
from bot.measuring.past import Past, Plan
from bot.measuring.surroundings import Wanted, surroundings_of
from bot.reading.facts_reader import Progress

_MOST_TRACED: Final = 300
"""Findings of a metric that nobody planned for, beyond which they are not traced to single commits."""


class StatusRequest(msgspec.Struct, frozen=True):
    """What the status is to be of: a commit, compared with nothing; `looking_back` and what that may cost.

    `context` is what is known from outside of the code; with `opened`, when the issue was, the report compares with
    that time. With a `family` it is about that alone, but for the recommendation. `looked_back` is told of the past, as
    far as it was looked at. `required_checks` are those that the default branch requires; None: nobody knows. With an
    `other_end`, one more process looks back.
    """

    comparison: Comparison
    plan: Plan = Plan()
    seconds: float = 600.0
    files: int = 1_000_000
    context: Context = NO_CONTEXT
    opened: dt.datetime | None = None
    family: Family | None = None
    looked_back: Callable[[History], None] | None = None
    required_checks: tuple[str, ...] | None = None
    other_end: OtherEnd | None = None


def status_report(
    repository: Repository, request: StatusRequest, caches: Caches, checkpoint: Checkpoint, progress: Progress
) -> Report:
    """The report on one commit with its status. Raises what `report_on` does."""
    with no_garbage_collection():
        return _Inquest(repository, request, caches, progress).report(checkpoint)


class _Inquest:
    """The steps to a status, with what all of them need."""

    def __init__(self, repository: Repository, request: StatusRequest, caches: Caches, progress: Progress) -> None:
        self._repository = repository
        self._request = request
        self._caches = caches
        self._progress = progress
        self._in_force: PolicyFile = policy_in_force(repository, request.comparison)
        self._subject: Subject = subject_of(repository, request.comparison, self._in_force)
        self._measuring = Measuring(repository, caches, progress, self._policy, day_of(self._subject.head))

    @property
    def _policy(self) -> Policy:
        return self._in_force.policy

    def report(self, checkpoint: Checkpoint) -> Report:
        """All of it, step by step."""
        checkpoint("read")
        audit = self._measuring.audit(self._subject.head.id)
        outcome = outcome_of_state(audit, whole=True)
        report = report_of(self._subject, self._policy, outcome)
        command = self._subject.locally(" --issue-report")
        checkpoint("look back")
        past = self._past(audit, outcome)
        if self._request.looked_back is not None:
            self._request.looked_back(past)
        checkpoint("ask why")
        around = self._around(audit, outcome, past)
        past = since_gone(past, outcome.standing, around.departed)
        traced = tuple(
            Traced(each.fingerprint, each.finding, past.origins.get(each.fingerprint)) for each in outcome.standing
        )
        inquiries = tuple(self._inquiries(audit, outcome, past, traced, around))
        chains = chains_of(inquiries)
        actions = checked(audit, _proposals(inquiries, chains), self._measuring.detail)
        told = self._with_status(report, past, traced, chains, actions)
        return msgspec.structs.replace(told, command=command)

    def _with_status(
        self,
        report: Report,
        past: History,
        traced: Sequence[Traced],
        chains: tuple[Chain, ...],
        actions: tuple[Action, ...],
    ) -> Report:
        """The report with its status; of a family with what is recommended by all."""
        context = self._context(past)
        status = status_of(report, self._policy, past, chains, actions, traced=traced, context=context)
        family = self._request.family
        if family is not None:
            report, past = narrowed(report, family), narrowed_history(past, family, traced)
            context = self._context(past)
            part = status_of(report, self._policy, past, chains, actions, traced=traced, context=context)
            status = msgspec.structs.replace(part, recommendation=status.recommendation)
        return msgspec.structs.replace(report, status=status)

    def _asks_about(self, name: MetricName) -> bool:
        family = self._request.family
        return family is None or is_of(family, name)

    def _past(self, audit: Audit, outcome: Outcome) -> History:
        request = self._request
        budget = Budget(request.seconds, request.files, self._progress)
        metrics = tuple(filter(self._asks_about, (metric.name for metric in outcome.metrics)))
        plan = msgspec.structs.replace(request.plan, traced=tuple(traced_metrics(outcome, self._policy, metrics)))
        past = Past(self._repository, self._caches, self._policy, budget, request.other_end)
        return past.history(self._subject.head.id, plan, seen_of(audit, self._subject.head), anchor_of(audit))

    def _context(self, past: History) -> Context:
        context, opened = self._request.context, self._request.opened
        since = None if opened is None else since_of(past, opened, "since this issue was opened")
        return context if since is None else msgspec.structs.replace(context, since=(*context.since, since))

    def _inquiries(
        self, audit: Audit, outcome: Outcome, past: History, traced: Sequence[Traced], around: Surroundings
    ) -> Iterator[Inquiry]:
        files = _files(audit)
        sought = sought_of(files, audit.tree, outcome.standing, around.departed)
        fallbacks = fallbacks_of(audit.tree, outcome.standing)
        ignores = tuple(each.finding for each in traced if each.finding.rule == "ssot.ignores")
        for metric in outcome.metrics:
            if not self._asks_about(metric.name):
                continue
            yield Inquiry(
                repository=self._subject.repository,
                head=self._subject.head,
                policy=self._policy,
                target=_target(metric, self._policy),
                findings=tuple(each for each in traced if metric_of(each.finding.rule) == metric.name),
                symbols=outcome.symbols,
                patterns=outcome.auth,
                auth_canonical=outcome.auth_canonical,
                history=past if past.looks_back else None,
                around=around,
                fallbacks=fallbacks,
                ignores=ignores,
                sought=sought if metric.name == "imports.unresolved" else {},
            )

    def _around(self, audit: Audit, outcome: Outcome, past: History) -> Surroundings:
        modules = {name: file.path for name in _modules(outcome) if (file := audit.tree.module(name)) is not None}
        wanted = Wanted(
            found_in=frozenset(each.finding.path for each in outcome.standing),
            modules=modules,
            contracts=audit.question.contracts,
            files=_files(audit),
            window=self._window(past),
            missing=_missing(audit, outcome),
            layout=audit.tree.layout,
        )
        subject = self._subject
        path = subject.policy_source if subject.policy_commit is not None else None
        seen = surroundings_of(self._repository, subject.head.id, subject.repository, self._policy, path, wanted)
        return msgspec.structs.replace(seen, required_checks=self._request.required_checks)

    @staticmethod
    def _window(past: History) -> tuple[str, ...]:
        """The commits from the oldest sample on, oldest first."""
        oldest = past.order[past.samples[0].commit.id]
        return tuple(commit for commit, number in past.order.items() if number >= oldest)


def _files(audit: Audit) -> tuple[SourceFile, ...]:
    return tuple(file for path, _ in audit.ledger.files.all() if (file := audit.tree.file(path)) is not None)


def _target(metric: Metric, policy: Policy) -> Target:
    wanted = policy.metrics.get(metric.name)
    kind, target = entry(metric.name), target_of(metric.name, policy)
    value = figure(metric)
    return Target(
        metric=metric,
        title=kind.title,
        target=target,
        due=wanted.due if wanted else None,
        is_met=is_met(metric.name, value, target),
        percent=value if kind.is_share else None,
    )


def traced_metrics(outcome: Outcome, policy: Policy, asked: Sequence[MetricName]) -> Iterator[frozenset[MetricName]]:
    """The metrics to be traced: first those that the policy plans for, then those with few findings."""
    off = {each.name for each in outcome.metrics if each.name in asked and not _target(each, policy).is_met}
    planned = {name for name in off if is_planned(name, policy)}
    few = {each.name for each in outcome.metrics if each.name in off - planned and each.value <= _MOST_TRACED}
    yield from (frozenset(group) for group in (planned, few) if group)


def _modules(outcome: Outcome) -> set[str]:
    """The modules of interest: those by which split symbols are reached, and legacy ones."""
    found = {path.module for symbol in outcome.symbols for path in symbol.paths}
    found |= {symbol.canonical for symbol in outcome.symbols}
    return found | {each.finding.symbol for each in outcome.standing if each.finding.rule == "imports.legacy"}


def _missing(audit: Audit, outcome: Outcome) -> frozenset[str]:
    """What imports ask for that is not there, modules and names."""
    ways = {path.module for symbol in outcome.symbols for path in symbol.paths if path.role == "broken"}
    found = frozenset(missing for each in outcome.standing if (missing := missing_of(each.finding)))
    return found | {module for module in ways if not audit.tree.is_module(module)}


def _proposals(inquiries: Iterable[Inquiry], chains: Sequence[Chain]) -> Iterator[Proposal]:
    """What to do about each chain, in the order of the chains."""
    by_metric = {inquiry.target.metric.name: inquiry for inquiry in inquiries}
    for chain in chains:
        yield from proposals_of(by_metric[chain.metric], chain)
