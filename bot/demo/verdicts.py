"""What others say of pull requests and commits, in memory: reviews, check runs and commit statuses."""

from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Literal

from bot.demo.records import CheckRun, CommitStatus, Conclusion, PullRequest, Repository, Review, ReviewVerdict, User


class Verdicts:
    """Reviews, check runs and statuses of all repositories. Each method is one atomic step."""

    def __init__(self, next_id: Callable[[], int], now: Callable[[], datetime]) -> None:
        self._next_id = next_id
        self._now = now
        self._lock = Lock()
        self._reviews: list[Review] = []
        self._runs: list[CheckRun] = []
        self._statuses: list[CommitStatus] = []

    def add_review(self, pull: PullRequest, author: User, state: ReviewVerdict, body: str) -> Review:
        """Review a pull request as it is now."""
        with self._lock:
            number, commit = pull.number, pull.head.sha
            review = Review(self._next_id(), pull.repository_id, number, author, state, body, commit, self._now())
            self._reviews.append(review)
            return review

    def reviews(self, pull: PullRequest) -> list[Review]:
        """The reviews of a pull request, oldest first as GitHub lists them."""
        place = pull.repository_id, pull.number
        return [one for one in list(self._reviews) if (one.repository_id, one.number) == place]

    def add_check_run(
        self, repository: Repository, commit: str, name: str, conclusion: Conclusion | None, title: str | None
    ) -> CheckRun:
        """Run a check on a commit; another run of its name comes after it."""
        with self._lock:
            run = CheckRun(self._next_id(), repository.id, commit, name, conclusion, title, self._now())
            self._runs.append(run)
            return run

    def check_runs(self, repository: Repository, commit: str, *, latest: bool) -> list[CheckRun]:
        """The check runs of a commit, newest first; with `latest`, the last one of each name only."""
        found = [run for run in list(self._runs) if (run.repository_id, run.commit) == (repository.id, commit)]
        return list({run.name: run for run in found}.values())[::-1] if latest else found[::-1]

    def add_status(
        self,
        repository: Repository,
        commit: str,
        context: str,
        state: Literal["error", "failure", "pending", "success"],
        said: tuple[str | None, str | None],
    ) -> CommitStatus:
        """Report a status; `said` is its description and its address."""
        with self._lock:
            status = CommitStatus(self._next_id(), repository.id, commit, context, state, *said, self._now())
            self._statuses.append(status)
            return status

    def statuses(self, repository: Repository, commit: str) -> list[CommitStatus]:
        """The last status of each context at a commit."""
        found = [one for one in list(self._statuses) if (one.repository_id, one.commit) == (repository.id, commit)]
        return list({one.context: one for one in found}.values())
