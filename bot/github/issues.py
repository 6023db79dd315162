"""Issues: one that a report answers, and the one that the weekly status is posted on."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

import msgspec

from bot.github.answers import Identified, PullLinks
from bot.github.base import RepositoryAccess
from bot.github.client import PER_PAGE, ask, pages, send
from bot.github.errors import GitHubRefusedError
from bot.github.records import Issue

_MOST_PAGES: Final = 10
_PIN: Final = "mutation($issue: ID!) { pinIssue(input: {issueId: $issue}) { issue { id } } }"


class IssueAccess(RepositoryAccess):
    """https://docs.github.com/en/rest/issues/issues."""

    async def issue(self, number: int) -> Issue:
        """https://docs.github.com/en/rest/issues/issues#get-an-issue. A pull request is an issue too."""
        return (await ask(self._github.rest.issues.async_get(*self._where, number), _Issue)).value

    async def find_issue(self, title: str) -> int | None:
        """The oldest open issue of this title that our App wrote and can write on; None if there is none.

        https://docs.github.com/en/rest/issues/issues#list-repository-issues
        """
        list_page, author = self._github.rest.issues.async_list_for_repo, (await self._identity()).login
        found: list[int] = []
        async for page in pages(
            lambda page: list_page(*self._where, state="open", creator=author, per_page=PER_PAGE, page=page),
            list[_Listed],
            _MOST_PAGES,
        ):
            found += (one.number for one in page if one.is_by(self.app_id) and one.title == title and not one.locked)
        return min(found, default=None)

    async def create_issue(self, title: str, body: str) -> int:
        """Open an issue and return its number. https://docs.github.com/en/rest/issues/issues#create-an-issue."""
        request = self._github.rest.issues.async_create(*self._where, data={"title": title, "body": body})
        return (await ask(request, _Numbered)).number

    async def pin_issue(self, number: int) -> bool:
        """Pin an issue; False where GitHub will not: three are pinned already, or the token may not.

        https://docs.github.com/en/graphql/reference/mutations#pinissue; REST has no such thing.
        """
        node = (await ask(self._github.rest.issues.async_get(*self._where, number), _Node)).node_id
        try:
            await send(self._github.graphql.arequest(_PIN, {"issue": node}))
        except GitHubRefusedError:
            return False
        return True


class _Numbered(msgspec.Struct):
    number: int


class _Node(msgspec.Struct):
    node_id: str


class _Label(msgspec.Struct):
    name: str | None = None


class _Listed(msgspec.Struct):
    number: int
    title: str
    locked: bool = False
    pull_request: PullLinks | None = None
    performed_via_github_app: Identified | None = None

    def is_by(self, app_id: int) -> bool:
        """Whether that App wrote it, as an issue and not as a pull request."""
        app = self.performed_via_github_app
        return self.pull_request is None and app is not None and app.id == app_id


class _Issue(msgspec.Struct):
    number: int
    title: str
    state: Literal["open", "closed"]
    created_at: datetime
    html_url: str
    body: str | None = None
    labels: list[_Label | str] = []
    pull_request: PullLinks | None = None

    @property
    def value(self) -> Issue:
        names = (label if isinstance(label, str) else label.name or "" for label in self.labels)
        return Issue(
            number=self.number,
            title=self.title,
            body=self.body or "",
            state=self.state,
            created_at=self.created_at,
            html_url=self.html_url,
            labels=tuple(name for name in names if name),
            is_pull_request=self.pull_request is not None,
        )
