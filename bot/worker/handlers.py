"""Which use case does which job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from bot.commands.answer import answer
from bot.jobs.tools import Tools
from bot.jobs.turns import Turn
from bot.pull_requests.check_requests import requested
from bot.pull_requests.merge_group import evaluate
from bot.pull_requests.review import review
from bot.queue.jobs import CheckJob, CommandJob, GroupJob, Job, LifecycleJob, LookBackJob, ReviewJob, WeeklyJob
from bot.upkeep.lifecycle import take_in
from bot.upkeep.look_back import look_back
from bot.weekly.weekly import post_weekly

Handler = Callable[[Any, Turn, Tools], Awaitable[str]]
"""Takes the job, the turn for its subject and the tools; returns in one word what came of it, for the log.

It raises what `bot.worker.worker` knows: SupersededError and BusyError from the turn, GitHubError, GitError; and
publishes nothing without asking `turn.checkpoint` right before.
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
