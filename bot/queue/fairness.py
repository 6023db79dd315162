"""Fairness: which of the jobs that wait may run next, so that no installation stands in another's way.

arq takes jobs in the order in which they came. So it is given only those that may run now: one of each installation
in turn, and no more of one installation at the same time than its share.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from arq import ArqRedis
from arq.constants import in_progress_key_prefix, job_key_prefix, retry_key_prefix

from bot.queue.attempts import ATTEMPTS, CAME
from bot.queue.jobs import Lane
from bot.queue.queue import NEWEST, TURN, installations_key, queue_key, waiting_prefix

# One script, so that no two workers hand out at once and nothing is lost between two queues.
# A job that runs has arq's in-progress key. One without is about to be taken by a worker, or was put off by one: then
# it goes back to its installation's queue, where it takes nobody's place until it is due. Nor does one whose subject
# somebody has in hand, a worker that has died included: it would take a place only to wait there.
# Once it is due again it has the place among the others that it had when it came.
# arq forgets a job whose time is 0, and breaks off at one that is minus infinity.
_HAND_OUT: Final = """
local queue, installations, newest, put_off, waiting = KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[4]
local in_progress, stored, retries, turn, attempts, came = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local now, free, share = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local taken, pending, handed_out, most_drops, most_busy = {}, 0, {}, 1000, 100

local function owner(id) return string.match(id, '^(%d+):') end

local function superseded(id)
    local subject, generation = string.match(id, '^%d+:(.*):(%d+)$')
    local latest = subject and redis.call('ZSCORE', newest, subject)
    return latest and tonumber(latest) > tonumber(generation)
end

local function is_busy(id)
    local subject = string.match(id, '^%d+:(.*):%d+$')
    return subject and redis.call('EXISTS', turn .. subject) == 1
end

local function next_of(installation)
    local jobs, busy = waiting .. installation, 0
    while most_drops > 0 and busy < most_busy do
        local first = redis.call('ZRANGE', jobs, busy, busy, 'WITHSCORES')
        local due = tonumber(first[2])
        if not first[1] and busy == 0 then
            redis.call('ZREM', installations, installation)
            return nil
        end
        if not first[1] or due > now then
            redis.call('ZADD', installations, busy > 0 and now or first[2], installation)
            return nil
        end
        if redis.call('EXISTS', stored .. first[1]) == 0 or superseded(first[1]) then
            redis.call('ZREM', jobs, first[1])
            redis.call('DEL', stored .. first[1], retries .. first[1])
            most_drops = most_drops - 1
        elseif is_busy(first[1]) then
            busy = busy + 1
        else
            redis.call('ZREM', jobs, first[1])
            return first[1], math.max(due, 1)
        end
    end
end

for _, id in ipairs(redis.call('ZRANGE', queue, 0, -1)) do
    local installation = owner(id)
    local due = redis.call('ZSCORE', queue, id)
    local runs = redis.call('EXISTS', in_progress .. id) == 1
    if tonumber(due) < 1 then redis.call('ZADD', queue, 1, id) end
    if installation and not runs and tonumber(due) > now then
        redis.call('ZREM', queue, id)
        redis.call('ZADD', waiting .. installation, due, id)
        redis.call('ZADD', installations, 'LT', due, installation)
        redis.call('ZADD', put_off, due, id)
    else
        if installation then taken[installation] = (taken[installation] or 0) + 1 end
        if not runs and tonumber(due) <= now then pending = pending + 1 end
    end
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', put_off, '-inf', now, 'LIMIT', 0, 1000)) do
    local installation, place = owner(id), tonumber(redis.pcall('HGET', attempts .. id, came))
    redis.call('ZREM', put_off, id)
    if installation and place then redis.call('ZADD', waiting .. installation, 'XX', 'LT', place, id) end
end

local room = free - pending
local candidates = redis.call('ZRANGEBYSCORE', installations, '-inf', now, 'LIMIT', 0, 1000)
for level = 0, share - 1 do
    for _, installation in ipairs(candidates) do
        if room > 0 and (taken[installation] or 0) == level then
            local id, due = next_of(installation)
            if id then
                redis.call('ZADD', queue, due, id)
                redis.call('ZADD', installations, now, installation)
                taken[installation] = level + 1
                handed_out[#handed_out + 1] = id
                room = room - 1
            end
        end
    end
end
return handed_out
"""


def put_off_key(lane: Lane) -> str:
    """A sorted set: the ids of jobs that wait in their installation's queue for a later time, by that time, in ms."""
    return f"fifthwhy:put-off:{lane}"


class Dispenser:
    """Hands the jobs of one lane to arq."""

    def __init__(self, redis: ArqRedis, lane: Lane, share: int) -> None:
        self._lane: Lane = lane
        self._share = share
        self._script = redis.register_script(_HAND_OUT)

    async def hand_out(self, free: int) -> list[bytes]:
        """The ids of the jobs that arq may start now in addition, for a worker with so many free places.

        Of one installation no more than `share` are with arq at any time, over all workers. The installation of which
        the fewest are comes first; of those alike, the one that was served longest ago; of its jobs that are due, the
        one that came first, whether or not it was put off in between. What was superseded is dropped here, where it
        costs no place; what is about a subject that somebody has in hand is passed over.
        """
        handed_out: list[bytes] = await self._script(
            keys=[queue_key(self._lane), installations_key(self._lane), NEWEST, put_off_key(self._lane)],
            args=[
                round(datetime.now(UTC).timestamp() * 1000),
                free,
                self._share,
                waiting_prefix(self._lane),
                in_progress_key_prefix,
                job_key_prefix,
                retry_key_prefix,
                TURN,
                ATTEMPTS,
                CAME,
            ],
        )
        return handed_out
