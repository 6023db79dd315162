"""The timeline of an issue: its comments, and which issues and pull requests refer to it.

Source: https://docs.github.com/en/rest/issues/timeline.
"""

import re

from bot.demo.payloads import comment, issue
from bot.demo.profiles import JSON, repository, timestamp, user
from bot.demo.records import Comment, Issue
from bot.demo.state import State

_REFERENCE = re.compile(r"(?<!\w)([\w.-]+/[\w.-]+)?#(\d+)\b")


def events(state: State, thread: Issue) -> list[Comment | Issue]:
    """What happened to an issue, oldest first. A thread stands for its reference to this one."""
    happened: list[Comment | Issue] = [*state.comments(thread), *_referring(state, thread)]
    return sorted(happened, key=lambda one: (one.created_at, one.id))


def event(state: State, happened: Comment | Issue) -> JSON:
    """One event of a timeline."""
    if isinstance(happened, Comment):
        return comment(state, happened) | {"event": "commented", "actor": user(state, happened.author)}
    source = issue(state, happened) | {"repository": repository(state, state.repository_of(happened))}
    return {
        "event": "cross-referenced",
        "actor": user(state, happened.author),
        "created_at": timestamp(happened.created_at),
        "updated_at": timestamp(happened.created_at),
        "source": {"type": "issue", "issue": source},
    }


def _referring(state: State, thread: Issue) -> list[Issue]:
    return [
        other
        for repo in state.repositories()
        for other in state.issues(repo)
        if other != thread and _refers(other.body or "", repo.full_name, thread, state)
    ]


def _refers(body: str, full_name: str, thread: Issue, state: State) -> bool:
    wanted = state.repository_of(thread).full_name.lower(), thread.number
    return any(((name or full_name).lower(), int(number)) == wanted for name, number in _REFERENCE.findall(body))
