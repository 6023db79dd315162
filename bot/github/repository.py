"""One repository, with everything that its parts can do, as far as its session's token reaches."""

from __future__ import annotations

import msgspec

from bot.github.branches import BranchAccess
from bot.github.client import ask
from bot.github.comments import CommentAccess
from bot.github.contents import ContentAccess
from bot.github.issues import IssueAccess
from bot.github.people import PeopleAccess
from bot.github.pulls import PullAccess
from bot.github.records import RepositoryInfo


class GitHubRepository(PullAccess, BranchAccess, CommentAccess, ContentAccess, IssueAccess, PeopleAccess):
    """Opened by `GitHubApp.repository`. Every method raises GitHubError."""

    async def info(self) -> RepositoryInfo:
        """https://docs.github.com/en/rest/repos/repos#get-a-repository."""
        return (await ask(self._github.rest.repos.async_get(*self._where), Repository)).value


class Repository(msgspec.Struct):
    """A repository in GitHub's answers; an Enterprise Server may leave out what has a default here."""

    id: int
    full_name: str
    default_branch: str
    private: bool
    archived: bool = False
    disabled: bool = False
    has_issues: bool = True

    @property
    def value(self) -> RepositoryInfo:
        """The same, as it is handed out."""
        return RepositoryInfo(**msgspec.structs.asdict(self))
