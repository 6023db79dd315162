"""The status report of a commit on this machine, for `fifthwhy audit --issue-report`; without a network."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Final

import msgspec

from analyzers.report import Report
from analyzers.status_of import Context
from analyzers.suites import suites_of
from bot.git.object_reader import Repository
from bot.local.audit import LocalRequest, comparison_of
from bot.local.junit import read_junit
from bot.measuring.caches import opened_caches
from bot.measuring.measure import policy_in_force
from bot.measuring.other_end import OtherEnd
from bot.measuring.past import Plan
from bot.measuring.status import StatusRequest, status_report
from bot.reading.facts_reader import Progress
from bot.settings.settings import LocalSettings

_NO_SUITES: Final = "The policy names no `suites`: the results of tests that were given are not shown."


class LocalStatus(msgspec.Struct, frozen=True):
    """What a person asks for: a commit, how far to look back and what that may cost, and results of tests."""

    request: LocalRequest
    plan: Plan
    seconds: float
    junit: tuple[Path, ...] = ()


def status_locally(asked: LocalStatus, settings: LocalSettings, progress: Progress) -> Report:
    """The report with its status. Raises GitError, InvalidPolicyError and JUnitError, each fit to be shown."""
    repository = Repository.discover(asked.request.path)
    comparison = comparison_of(repository, asked.request)
    policy = policy_in_force(repository, comparison).policy
    suites = suites_of(policy, read_junit(asked.junit), known=True) if asked.junit else ()
    notes = (_NO_SUITES,) if asked.junit and not policy.suites else ()
    request = StatusRequest(
        comparison,
        asked.plan,
        asked.seconds,
        context=Context(suites=suites, notes=notes),
        other_end=OtherEnd(settings),
    )
    with opened_caches(settings) as caches:
        report = status_report(repository, request, caches, lambda _phase: None, progress)
    return msgspec.structs.replace(report, command=report.command + _as_asked(asked))


def _as_asked(asked: LocalStatus) -> str:
    """The options that are not as they are by default."""
    usual = Plan()
    since = f" --since {asked.plan.since_days}d" if asked.plan.since_days != usual.since_days else ""
    every = f" --every {asked.plan.every_days}d" if asked.plan.every_days != usual.every_days else ""
    return since + every + "".join(f" --junit {shlex.quote(str(path))}" for path in asked.junit)
