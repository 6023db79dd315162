"""Who gets an answer to their commands: by their role, or as the author of the pull request, so many times an hour.

What the policy said lately is remembered, so that those who may not cost no fetch.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec
from pydantic import ValidationError

from analyzers.policy import CommandsPolicy
from bot.commands.commands import Command
from bot.commands.roles import may
from bot.github.records import Role
from bot.queue.queue import Queue

MOST_AN_HOUR: Final = 10
"""Commands of an author without the role; whoever opens a pull request is one."""

_HOUR: Final = timedelta(hours=1)
_KNOWN_FOR: Final = timedelta(minutes=10)
_GUESSED_FOR: Final = timedelta(minutes=1)
_GIVEN: Final = "fifthwhy:commands:"

# A command that was counted is not counted again when its job is. Returns how many of those that are asked for may be.
_SPEND: Final = """
local may = 0
for at = 3, #ARGV do
    if redis.call('SISMEMBER', KEYS[1], ARGV[at]) == 1 then
        may = may + 1
    elseif redis.call('SCARD', KEYS[1]) < tonumber(ARGV[1]) then
        redis.call('SADD', KEYS[1], ARGV[at])
        may = may + 1
    end
end
if redis.call('PTTL', KEYS[1]) == -1 then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return may
"""


class Asker(msgspec.Struct, frozen=True):
    """Somebody who gives commands in a comment: their role, and whether the pull request is theirs."""

    login: str
    role: Role
    is_author: bool
    comment_id: int


class Permit(msgspec.Struct, frozen=True):
    """What becomes of commands: those to answer, those that the role does not allow, those that are too many."""

    granted: tuple[Command, ...] = ()
    refused: tuple[Command, ...] = ()
    too_many: tuple[Command, ...] = ()


class Permits:
    """What one policy and the last hour let people do in a repository. Its coroutines raise what Redis does."""

    def __init__(self, queue: Queue, repository_id: int, branch: str) -> None:
        self._queue = queue
        self._repository_id = repository_id
        self._policy = f"commands-policy {repository_id} {branch}"
        self._spend = queue.redis.register_script(_SPEND)

    async def remembered(self) -> CommandsPolicy | None:
        """What the policy of the branch said in the last minutes; None where nobody asked."""
        told = await self._queue.recall(self._policy)
        try:
            return None if told is None else CommandsPolicy.model_validate_json(told)
        except ValidationError:  # another version of fifthwhy wrote it
            return None

    async def remember(self, policy: CommandsPolicy, *, is_certain: bool) -> None:
        """Keep what the policy says; not for long if it is only assumed, as the policy could not be read."""
        kept_for = _KNOWN_FOR if is_certain else _GUESSED_FOR
        await self._queue.remember(self._policy, policy.model_dump_json(), kept_for)

    async def permit(self, asker: Asker, commands: Sequence[Command], policy: CommandsPolicy) -> Permit:
        """Which of the commands of one comment to answer. Asked again of the same comment, it says the same."""
        role, by_authors = asker.role, asker.is_author
        mine = [each for each in commands if may(each.permitted_as, policy, role, is_author=by_authors)]
        owed = [each for each in mine if not may(each.permitted_as, policy, role, is_author=False)]
        spared = owed[await self._spent(asker, owed) :]
        return Permit(
            granted=tuple(each for each in mine if each not in spared),
            refused=tuple(each for each in commands if each not in mine),
            too_many=tuple(spared),
        )

    async def _spent(self, asker: Asker, commands: Sequence[Command]) -> int:
        """How many of these an author may give now."""
        if not commands:
            return 0
        key = f"{_GIVEN}{self._repository_id} {asker.login.lower()}"
        names = [f"{asker.comment_id} {each.written}" for each in commands]
        return int(await self._spend(keys=[key], args=[MOST_AN_HOUR, round(_HOUR.total_seconds() * 1000), *names]))
