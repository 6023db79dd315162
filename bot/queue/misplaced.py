"""What lies under a name of ours in Redis and is of another kind, as by a mistake of somebody who shares it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

import structlog
from arq import ArqRedis

from bot.queue.attempts import OUTCOMES
from bot.queue.dead_letters import BY_AGE, LETTERS
from bot.queue.fairness import put_off_key
from bot.queue.jobs import LANES
from bot.queue.queue import GENERATION, NEWEST, installations_key, queue_key, waiting_prefix

log = structlog.get_logger(__name__)

_SET_ASIDE: Final = "fifthwhy:set-aside:"
_KEPT: Final = timedelta(days=30)

Kinds = Mapping[str, Literal["string", "hash", "zset"]]
"""What is to lie under which name, as Redis calls it: https://redis.io/docs/latest/commands/type/."""

_KINDS: Final[Kinds] = {
    NEWEST: "zset",
    GENERATION: "string",
    OUTCOMES: "hash",
    LETTERS: "hash",
    BY_AGE: "zset",
    **{queue_key(lane): "zset" for lane in LANES},
    **{installations_key(lane): "zset" for lane in LANES},
    **{put_off_key(lane): "zset" for lane in LANES},
}
"""The queue's own names, on which everything stands still. What belongs to one job fails with that one."""

_MOST: Final = 999_999_999_999_999
"""No generation is larger: Redis keeps those of subjects as floating-point numbers, of which these are exact."""

# The generation goes on above all that are known: else each new job would count as superseded.
_PUT_RIGHT: Final = """
local newest, generation, set_aside, kept, most = KEYS[1], KEYS[2], ARGV[1], ARGV[2], tonumber(ARGV[3])
local moved = {}

local function move(key)
    redis.call('RENAME', key, set_aside .. key)
    redis.call('PEXPIRE', set_aside .. key, kept)
    moved[#moved + 1] = key
end

local function expect(key, kind)
    local found = redis.call('TYPE', key).ok
    if found ~= 'none' and found ~= kind then move(key) end
end

for at, key in ipairs(KEYS) do expect(key, ARGV[2 * at + 2]) end
for at, key in ipairs(KEYS) do
    local waiting = ARGV[2 * at + 3]
    if waiting ~= '' then
        for _, installation in ipairs(redis.call('ZRANGE', key, 0, -1)) do expect(waiting .. installation, 'zset') end
    end
end
local counted = redis.call('GET', generation)
if counted and (not string.match(counted, '^[1-9]%d*$') or tonumber(counted) > most) then
    move(generation)
    counted = nil
end
if redis.call('ZCOUNT', newest, '(' .. ARGV[3], '+inf') > 0 then move(newest) end
local last = redis.call('ZRANGE', newest, -1, -1, 'WITHSCORES')[2]
if last and tonumber(counted or 0) < tonumber(last) then redis.call('SET', generation, string.format('%.0f', last)) end
return moved
"""


async def set_misplaced_aside(redis: ArqRedis, others: Kinds) -> tuple[str, ...]:
    """Give what is misplaced another name, and tell the operator; what was moved. Raises one of `Unavailable`.

    Looked at are the names of the queue, and those others.
    """
    kinds = {**_KINDS, **others}
    waiting = {installations_key(lane): waiting_prefix(lane) for lane in LANES}
    arguments = [word for key, kind in kinds.items() for word in (kind, waiting.get(key, ""))]
    kept = round(_KEPT.total_seconds() * 1000)
    put_right = redis.register_script(_PUT_RIGHT)
    moved: list[bytes] = await put_right(keys=list(kinds), args=[_SET_ASIDE, kept, _MOST, *arguments])
    names = tuple(key.decode(errors="backslashreplace") for key in moved)
    for name in names:
        log.error("set aside, as it is not what its name says", key=name, kept_as=_SET_ASIDE + name)
    return names
