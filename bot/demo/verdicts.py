"""What others say of pull requests and commits, in memory: reviews, check runs and commit statuses."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any, Literal

from bot.demo.records import CheckRun, CommitStatus, Conclusion, PullRequest, Repository, Review, ReviewVerdict, User


class Verdicts:
    """Reviews, check runs and statuses of all repositories. Each method is one atomic step."""

    def __init__(self, next_id: Callable[[], int], now: Callable[[], datetime], changed: Callable[[], None]) -> None:
        self._next_id = next_id
        self._now = now
        self._changed = changed
        self._lock = Lock()
        self._reviews: list[Review] = []
        self._runs: dict[int, CheckRun] = {}
        self._runs_of: dict[tuple[int, str], list[int]] = defaultdict(list)
        self._suites: dict[tuple[int, str, bool], int] = {}
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
        """Another App runs a check on a commit; another run of its name comes after it."""
        done = self._now() if conclusion else None
        said = {"conclusion": conclusion, "status": "completed" if done else "in_progress", "completed_at": done}
        return self.start_check_run(repository, commit, {"name": name, "own": False, "title": title, **said})

    def start_check_run(self, repository: Repository, commit: str, said: dict[str, Any]) -> CheckRun:
        """Add a check run with the fields that its App names."""
        with self._lock:
            suite = repository.id, commit, bool(said["own"])
            run = CheckRun(
                id=self._next_id(),
                suite_id=self._suites.setdefault(suite, self._next_id()),
                repository_id=repository.id,
                commit=commit,
                **{"started_at": self._now(), **said},
            )
            self._runs[run.id] = run
            self._runs_of[repository.id, commit].append(run.id)
        self._changed()
        return run

    def change_check_run(self, run: CheckRun, said: dict[str, Any]) -> CheckRun:
        """Replace fields of a check run; annotations are added to those that are there."""
        with self._lock:
            now = self._runs[run.id]
            more = {"annotations": now.annotations + said["annotations"]} if "annotations" in said else {}
            changed = self._runs[run.id] = replace(now, **(said | more))
        self._changed()
        return changed

    def check_run(self, repository: Repository, number: int) -> CheckRun | None:
        """A check run by its id, looked for in one repository."""
        run = self._runs.get(number)
        return run if run is not None and run.repository_id == repository.id else None

    def check_runs(self, repository: Repository, commit: str, *, latest: bool) -> list[CheckRun]:
        """The check runs of a commit, newest first; with `latest`, the last one of each name and App only."""
        found = [self._runs[number] for number in list(self._runs_of.get((repository.id, commit), ()))]
        return list({(run.name, run.own): run for run in found}.values())[::-1] if latest else found[::-1]

    def knows(self, repository: Repository, commit: str) -> bool:
        """Whether something was said of this commit, so that there is one."""
        return (repository.id, commit) in self._runs_of

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
