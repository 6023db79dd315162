"""Audits whose publishing was put off, kept in this process for a while: nothing is audited twice to be said once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cachetools import TTLCache

from bot.github.errors import GitHubUnavailableError
from bot.queue.jobs import Job

if TYPE_CHECKING:
    from bot.jobs.change_audit import Audited, Unaudited

_KEPT_FOR: Final = timedelta(hours=1)
_MOST_ROWS: Final = 200_000
_ROWS_ANYWAY: Final = 100
"""What an audit takes even without findings, in rows of a report."""


class PutOff:
    """What was found, by job and commit. Another process audits again, as does this one where there was no room."""

    def __init__(self, most_rows: int = _MOST_ROWS) -> None:
        self._found: TTLCache[tuple[str, int, str], Audited | Unaudited] = TTLCache(
            most_rows, _KEPT_FOR.total_seconds(), getsizeof=_rows
        )

    @contextmanager
    def until_told(self, job: Job, generation: int, head: str, found: Audited | Unaudited) -> Iterator[None]:
        """Keep it if what is done here is put off by GitHub, or by its limits."""
        try:
            yield
        except GitHubUnavailableError:
            self._keep(job, generation, head, found)
            raise

    def take(self, job: Job, generation: int, head: str) -> Audited | Unaudited | None:
        """What this very job has found on that commit, if it is still there; it is kept no longer."""
        return self._found.pop((job.subject, generation, head), None)

    def _keep(self, job: Job, generation: int, head: str, found: Audited | Unaudited) -> None:
        """What is kept already stays: who has waited for longest is the next."""
        self._found.expire()
        if self._found.currsize + _rows(found) <= self._found.maxsize:
            self._found[job.subject, generation, head] = found


def _rows(found: Audited | Unaudited) -> int:
    """How large it is: a report grows with its findings."""
    report = getattr(found, "report", None)
    if report is None:
        return _ROWS_ANYWAY
    return _ROWS_ANYWAY + len(report.introduced) + len(report.fixed) + len(report.standing)
