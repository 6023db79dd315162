"""Pull requests: one, all that are open, those of a commit, and those that refer to an issue."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

import msgspec

from analyzers.status import LinkedPull
from analyzers.suites import combined
from bot.github.answers import Identified, PullLinks
from bot.github.checks import CheckAccess
from bot.github.client import PER_PAGE, ask, pages
from bot.github.linked import Review, closes, review_state
from bot.github.people import Account, name_of
from bot.github.records import LinkedPulls, PullRequest

_MOST_PAGES: Final = 300
_MOST_OPEN_PAGES: Final = 100
_MOST_REVIEW_PAGES: Final = 10
_MOST_COMMIT_PAGES: Final = 3
MOST_LINKED_PULLS: Final = 20


class PullAccess(CheckAccess):
    """https://docs.github.com/en/rest/pulls."""

    async def pull_request(self, number: int) -> PullRequest:
        """https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request."""
        return (await ask(self._github.rest.pulls.async_get(*self._where, number), _Pull)).value

    async def open_pulls(self) -> tuple[PullRequest, ...]:
        """All that are open, the newest first, up to 10,000.

        https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
        """
        list_page = self._github.rest.pulls.async_list
        found: list[PullRequest] = []
        async for page in pages(
            lambda page: list_page(*self._where, state="open", per_page=PER_PAGE, page=page),
            list[_Pull],
            _MOST_OPEN_PAGES,
        ):
            found += (pull.value for pull in page)
        return tuple(found)

    async def pulls_of_commit(self, sha: str) -> tuple[int, ...]:
        """The open pull requests that have this commit for their head, out of forks too, the oldest first.

        https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit
        """
        list_page = self._github.rest.repos.async_list_pull_requests_associated_with_commit
        found: list[int] = []
        async for page in pages(
            lambda page: list_page(*self._where, sha, per_page=PER_PAGE, page=page), list[_Pull], _MOST_COMMIT_PAGES
        ):
            found += (pull.number for pull in page if pull.state == "open" and pull.head.sha == sha)
        return tuple(sorted(found))

    async def linked_pulls(self, number: int) -> LinkedPulls:
        """The pull requests of this repository that refer to an issue, those opened last first.

        One after the other, as GitHub asks for:
        https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
        """
        numbers = sorted(await self._referring(number), reverse=True)
        shown = [await self._linked_pull(pull, number) for pull in numbers[:MOST_LINKED_PULLS]]
        return LinkedPulls(tuple(shown), more=len(numbers) - len(shown))

    async def _referring(self, number: int) -> set[int]:
        """https://docs.github.com/en/rest/issues/timeline#list-timeline-events-for-an-issue: cross-references."""
        list_page, where = self._github.rest.issues.async_list_events_for_timeline, (*self._where, number)
        found: set[int] = set()
        async for page in pages(
            lambda page: list_page(*where, per_page=PER_PAGE, page=page), list[_Event], _MOST_PAGES
        ):
            found |= {pull for event in page if (pull := event.pull_request_of(self.session.full_name)) is not None}
        return found - {number}

    async def _linked_pull(self, number: int, issue: int) -> LinkedPull:
        """A pull request with its reviews and its checks, and whether it closes the issue once it is merged."""
        pull = await ask(self._github.rest.pulls.async_get(*self._where, number), _PullInFull)
        # Closing keywords count in pull requests to the default branch only.
        to_default = pull.base.ref == pull.base.repo.default_branch
        return LinkedPull(
            number=number,
            title=pull.title,
            state=pull.how_far,
            closes=to_default and closes(pull.body or "", issue, self.session.full_name),
            review=review_state(await self._reviews(number), asked=pull.asks_for_review),
            checks=combined(await self.checks(pull.head.sha)),
            url=pull.html_url,
        )

    async def _reviews(self, number: int) -> tuple[Review, ...]:
        """https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request, oldest first."""
        list_page, where = self._github.rest.pulls.async_list_reviews, (*self._where, number)
        found: list[Review] = []
        async for page in pages(
            lambda page: list_page(*where, per_page=PER_PAGE, page=page), list[_Review], _MOST_REVIEW_PAGES
        ):
            found += (review.value for review in page)
        return tuple(found)


class _Side(msgspec.Struct):
    ref: str
    sha: str


class _Pull(msgspec.Struct):
    number: int
    state: str
    head: _Side
    base: _Side
    user: Account | None = None
    updated_at: datetime | None = None

    @property
    def value(self) -> PullRequest:
        return PullRequest(
            number=self.number,
            is_open=self.state == "open",
            base_branch=self.base.ref,
            head_sha=self.head.sha,
            author=name_of(self.user),
            author_is_bot=self.user is not None and self.user.is_bot,
            updated_at=self.updated_at,
        )


class _SourceIssue(msgspec.Struct):
    number: int
    repository_url: str
    pull_request: PullLinks | None = None


class _Source(msgspec.Struct):
    issue: _SourceIssue | None = None


class _Event(msgspec.Struct):
    """An event of a timeline; only cross-references have a source."""

    event: str = ""
    source: _Source | None = None

    def pull_request_of(self, full_name: str) -> int | None:
        """The number of the pull request that refers to the issue, if it is one of this repository."""
        issue = self.source.issue if self.event == "cross-referenced" and self.source else None
        if issue is None or issue.pull_request is None:
            return None
        repository = issue.repository_url.rpartition("/repos/")[2]
        return issue.number if repository.lower() == full_name.lower() else None


class _Head(msgspec.Struct):
    sha: str


class _Target(msgspec.Struct):
    default_branch: str


class _TargetBranch(msgspec.Struct):
    ref: str
    repo: _Target


class _PullInFull(msgspec.Struct):
    title: str
    state: Literal["open", "closed"]
    html_url: str
    head: _Head
    base: _TargetBranch
    body: str | None = None
    draft: bool = False
    merged_at: datetime | None = None
    requested_reviewers: list[Identified] | None = None
    requested_teams: list[Identified] | None = None

    @property
    def how_far(self) -> Literal["open", "draft", "merged", "closed"]:
        if self.state == "closed":
            return "merged" if self.merged_at else "closed"
        return "draft" if self.draft else "open"

    @property
    def asks_for_review(self) -> bool:
        return bool(self.requested_reviewers or self.requested_teams)


class _Review(msgspec.Struct):
    state: str
    author_association: str = "NONE"
    user: Identified | None = None

    @property
    def value(self) -> Review:
        # GitHub shows accounts that were deleted as one.
        return Review(self.user.id if self.user else 0, self.state, self.author_association)
