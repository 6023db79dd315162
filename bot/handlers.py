"""Which use case does which job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from bot.answer import answer
from bot.checks import requested
from bot.jobs import CheckJob, CommandJob, GroupJob, Job, LifecycleJob, LookBackJob, ReviewJob, WeeklyJob
from bot.lifecycle import take_in
from bot.look_back import look_back
from bot.merge_group import evaluate
from bot.review import review
from bot.tools import Tools
from bot.turns import Turn
from bot.weekly import post_weekly

Handler = Callable[[Any, Turn, Tools], Awaitable[str]]
"""Takes the job, the turn for its subject and the tools; returns in one word what came of it, for the log.

It raises what `bot.worker` knows: SupersededError and BusyError from the turn, GitHubError, GitError; and publishes
nothing without asking `turn.checkpoint` right before.
"""

HANDLERS: Final[Mapping[type[Job], Handler]] = {
    ReviewJob: review,
    CommandJob: answer,
    CheckJob: requested,
    GroupJob: evaluate,
    LookBackJob: look_back,
    WeeklyJob: post_weekly,
    LifecycleJob: take_in,
}
