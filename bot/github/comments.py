"""Comments on issues and pull requests, and the reactions to them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from bot.github.answers import Identified
from bot.github.base import RepositoryAccess
from bot.github.client import PER_PAGE, ask, pages, send
from bot.github.errors import NotFoundError
from bot.github.people import Account, name_of
from bot.github.records import Comment, IssueComment, Reaction

_MOST_PAGES: Final = 300


class CommentAccess(RepositoryAccess):
    """https://docs.github.com/en/rest/issues/comments and https://docs.github.com/en/rest/reactions/reactions."""

    async def list_comments(self, number: int) -> tuple[Comment, ...]:
        """Every comment of an issue or pull request, oldest first."""
        list_page = self._github.rest.issues.async_list_comments
        found: list[Comment] = []
        async for page in pages(
            lambda page: list_page(*self._where, number, per_page=PER_PAGE, page=page), list[_Comment], _MOST_PAGES
        ):
            found += (comment.value for comment in page)
        return tuple(found)

    async def comment(self, id: int) -> IssueComment | None:
        """One comment; None if it is gone."""
        try:
            found = await ask(self._github.rest.issues.async_get_comment(*self._where, id), _CommentInFull)
        except NotFoundError:
            return None
        return found.value

    async def create_comment(self, number: int, body: str) -> int:
        """Post a comment and return its id."""
        request = self._github.rest.issues.async_create_comment(*self._where, number, data={"body": body})
        return (await ask(request, Identified)).id

    async def update_comment(self, id: int, body: str) -> bool:
        """Edit a comment; False if it is gone."""
        try:
            await send(self._github.rest.issues.async_update_comment(*self._where, id, data={"body": body}))
        except NotFoundError:
            return False
        return True

    async def delete_comment(self, id: int) -> None:
        """Remove a comment; one that is gone is no error."""
        try:
            await send(self._github.rest.issues.async_delete_comment(*self._where, id))
        except NotFoundError:
            return

    async def react(self, comment_id: int, content: Reaction) -> int:
        """React to a comment and return the reaction's id; GitHub keeps one of a kind and answers with that."""
        reactions = self._github.rest.reactions
        request = reactions.async_create_for_issue_comment(*self._where, comment_id, data={"content": content})
        return (await ask(request, Identified)).id

    async def unreact(self, comment_id: int, id: int) -> None:
        """Take a reaction back, by the id that `react` gave; one that is gone is no error."""
        reactions = self._github.rest.reactions
        try:
            await send(reactions.async_delete_for_issue_comment(*self._where, comment_id, id))
        except NotFoundError:
            return


class _Minimized(msgspec.Struct):
    """Why somebody has hidden a comment. Enterprise Servers with an older API do not tell that one is."""

    reason: str | None = None


class _Comment(msgspec.Struct):
    id: int
    body: str | None = None
    performed_via_github_app: Identified | None = None
    minimized: _Minimized | None = None

    @property
    def value(self) -> Comment:
        app = self.performed_via_github_app
        return Comment(self.id, self.body or "", None if app is None else app.id, self.minimized is not None)


class _CommentInFull(msgspec.Struct):
    id: int
    issue_url: str
    created_at: datetime
    body: str | None = None
    user: Account | None = None
    performed_via_github_app: Identified | None = None
    minimized: _Minimized | None = None

    @property
    def value(self) -> IssueComment:
        app = self.performed_via_github_app
        return IssueComment(
            id=self.id,
            number=int(self.issue_url.rpartition("/")[2]),
            body=self.body or "",
            author=name_of(self.user),
            author_is_bot=self.user is not None and self.user.is_bot,
            app_id=None if app is None else app.id,
            created_at=self.created_at,
            minimized=self.minimized is not None,
        )
