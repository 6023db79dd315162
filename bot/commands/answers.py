"""The answers to commands: each worked out on the ground that was fetched, as text that fits into a reply.

All of it blocks and is done in a thread; what it works out is kept, so that the next answer has less to do.
"""

from __future__ import annotations

from typing import Final

import msgspec

from analyzers.explain import UnknownNameError
from analyzers.families import Family, narrowed
from analyzers.history import History
from analyzers.policy import CommandsPolicy
from analyzers.problem import PolicyFault
from bot.commands.commands import MOST_COMMANDS, USAGES, Command
from bot.commands.issue import Circumstances
from bot.jobs.ground import Ground
from bot.jobs.watch import Watch
from bot.measuring.budget import Budget
from bot.measuring.measure import Caches, report_on
from bot.measuring.past import Plan
from bot.measuring.questions import Place, explanation_at, past_at
from bot.measuring.status import StatusRequest, status_report
from report_templates.reply import (
    HelpRow,
    PolicyAnswer,
    render_change_answer,
    render_explanation_answer,
    render_help,
    render_history_answer,
    render_not_understood,
    render_policy_answer,
    render_status_answer,
    render_unknown_name,
)

_MOST_FILES: Final = 200_000
"""Files that one look back may read."""


class Answer(msgspec.Struct, frozen=True):
    """An answer in Markdown. `well`: it is what was asked for; `left`: there is more to look back to than was done."""

    text: str
    notes: tuple[str, ...] = ()
    well: bool = True
    left: int = 0


class Answers:
    """Works out answers on one ground, each in `limit` bytes.

    Raises GitError, InvalidPolicyError where the policy cannot be used, NoMergeBaseError, and what the watch raises.
    """

    def __init__(self, ground: Ground, caches: Caches, watch: Watch, limit: int) -> None:
        self._ground = ground
        self._caches = caches
        self._watch = watch
        self._limit = limit

    def status(self, circumstances: Circumstances, seconds: float, family: Family | None = None) -> Answer:
        """The status report of the branch; to look back may take so many seconds."""
        self._check_policy()
        pasts: list[History] = []
        request = StatusRequest(
            self._ground.state,
            seconds=seconds,
            files=_MOST_FILES,
            context=circumstances.context,
            opened=circumstances.opened,
            family=family,
            looked_back=pasts.append,
            required_checks=circumstances.required_checks,
        )
        repository = self._ground.mirror.repository
        report = status_report(repository, request, self._caches, self._watch.phase, self._watch.file)
        left = sum(past.left for past in pasts)
        notes = () if family is None else (f"This is about `{family}` alone, but for the recommendation.",)
        return Answer(render_status_answer(report, self._limit), notes, left=left)

    def change(self, family: Family) -> Answer:
        """What a pull request does to one family."""
        self._check_policy()
        repository = self._ground.mirror.repository
        report = report_on(repository, self._ground.change, self._caches, self._watch.phase, self._watch.file)
        text = render_change_answer(narrowed(report, family), self._limit)
        return Answer(text, (f"This is about `{family}` alone.",))

    def explanation(self, symbol: str) -> Answer:
        """By which paths a symbol is reached, at the head of the pull request or on the branch."""
        self._check_policy()
        self._watch.phase("read")
        try:
            found = explanation_at(self._place(self._ground.head), symbol, self._caches, self._watch.file)
        except UnknownNameError as error:
            return Answer(render_unknown_name(error), well=False)
        return Answer(render_explanation_answer(found, self._limit))

    def history(self, seconds: float) -> Answer:
        """What the metrics of the branch were; to look back may take so many seconds."""
        self._check_policy()
        self._watch.phase("look back")
        place = self._place(self._ground.tip)
        budget = Budget(seconds, _MOST_FILES, self._watch.file)
        past = past_at(place, Plan(), budget, self._caches, self._watch.file)
        text = render_history_answer(past, place.policy, self._ground.repository, self._limit)
        return Answer(text, left=past.left)

    def policy(self) -> Answer:
        """The policy of the branch, or what is wrong with it."""
        ground = self._ground
        fault, file = ground.fault, ground.policy
        path = file.path if fault is None else fault.path
        is_own = file.blob is not None or fault is not None
        answer = PolicyAnswer(
            branch=ground.asked.branch if is_own else "",
            path=path,
            url=ground.repository.file(ground.tip, path) if path and is_own else None,
            policy=file.policy,
            parts=ground.policy_parts(),
            warnings=file.problems,
            fault=None if fault is None else PolicyFault(fault.path, fault.url, fault.problems),
        )
        return Answer(render_policy_answer(answer, self._limit), well=fault is None)

    def _check_policy(self) -> None:
        if self._ground.fault is not None:
            raise self._ground.fault

    def _place(self, commit: str) -> Place:
        return Place(self._ground.mirror.repository, commit, self._ground.policy.policy)


def help_answer(command: Command, policy: CommandsPolicy, *, lists: bool = True) -> Answer:
    """What was not understood, and what there is to ask for if it `lists` that."""
    told = render_not_understood(command.problem) if command.problem else ""
    return Answer("\n".join(filter(None, (told, _listed(policy) if lists else ""))), well=not command.problem)


def _listed(policy: CommandsPolicy) -> str:
    rows = (HelpRow(each.written, each.does, policy.role(Command(each.name).permitted_as)) for each in USAGES)
    return render_help(rows, most=MOST_COMMANDS, authors=policy.authors)
