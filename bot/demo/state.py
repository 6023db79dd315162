"""What the stand-in remembers, in memory: look-ups and changes, behind one lock. It tells nobody."""

import itertools
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Condition, RLock
from typing import Literal, TypeVar

from bot.demo import bare_git
from bot.demo.records import Comment, Issue, Person, PullRequest, Repository, Side, User
from bot.demo.registration import AppRegistration
from bot.demo.verdicts import Verdicts

IssueType = TypeVar("IssueType", bound=Issue)
T = TypeVar("T")


class NotFoundError(LookupError):
    """There is no such repository, issue or comment."""


class State:
    """Users, repositories, issues and comments. Each method is one atomic step."""

    def __init__(self, app: AppRegistration, git_root: Path, clock: Callable[[], datetime]) -> None:
        self.app = app
        self.address = ""  # known once somebody serves it
        self._git_root = git_root
        self._clock = clock
        self._lock = RLock()
        self._changed = Condition(self._lock)
        self._next_id = itertools.count(5001)
        self._users: dict[str, User] = {app.installation.account.login.lower(): app.installation.account}
        self._members: set[int] = {app.installation.account.id}
        self._people: dict[str, Person] = {}
        self._repositories: dict[int, Repository] = {}
        self._issues: dict[tuple[int, int], Issue] = {}
        self._comments: dict[int, Comment] = {}
        self.verdicts = Verdicts(lambda: next(self._next_id), self.now)

    def now(self) -> datetime:
        """The time, in the whole seconds that GitHub's answers carry."""
        return self._clock().replace(microsecond=0)

    # People

    def add_person(self, login: str, *, member: bool) -> Person:
        """Register a person; a member may push to the installation account's repositories."""
        with self._lock:
            person = Person(User(next(self._next_id), login), token=f"ghp_{secrets.token_hex(18)}")
            self._users[login.lower()] = person.user
            self._people[person.token] = person
            if member:
                self._members.add(person.user.id)
            return person

    def person_with_token(self, token: str) -> Person | None:
        """Whoever this token was handed to."""
        return self._people.get(token)

    def may_push(self, user: User, repository: Repository) -> bool:
        """Owners push to what is theirs, members to what is the account's."""
        account = self.app.installation.account
        return user.id == repository.owner.id or (user.id in self._members and repository.owner == account)

    def is_member(self, user: User) -> bool:
        """Whether the user belongs to the account that has the App installed."""
        return user.id in self._members

    # Repositories

    def add_repository(self, full_name: str, source: Path, fork_of: str | None = None) -> Repository:
        """Copy a bare git repository in. Its owner is the account or a person who was added before."""
        login, name = full_name.split("/")
        with self._lock:
            if any(known.full_name.lower() == full_name.lower() for known in self._repositories.values()):
                raise ValueError(f"{full_name} exists already")
            owner = self._users.get(login.lower())
            if owner is None:
                raise NotFoundError(f"no user {login}: add the person first")
            path = self._git_root / owner.login / f"{name}.git"
            bare_git.create(source, path)
            repository = Repository(
                id=next(self._next_id),
                owner=owner,
                name=name,
                path=path,
                default_branch=bare_git.default_branch(path),
                created_at=self.now(),
                pushed_at=self.now(),
                fork_of=self.repository(fork_of).id if fork_of else None,
            )
            self._repositories[repository.id] = repository
            return repository

    def delete_repository(self, full_name: str) -> None:
        """Delete a repository with all in it. Pull requests from it stay open, with an unknown head."""
        with self._lock:
            gone = self._repositories.pop(self.repository(full_name).id)
            self._issues = {key: one for key, one in self._issues.items() if one.repository_id != gone.id}
            self._comments = {key: one for key, one in self._comments.items() if one.repository_id != gone.id}
            bare_git.delete(gone.path)

    def repositories(self) -> list[Repository]:
        """All repositories, oldest first."""
        return list(self._repositories.values())

    def repository(self, full_name: str) -> Repository:
        """The repository of that name; GitHub does not tell upper from lower case here."""
        for repository in self.repositories():
            if repository.full_name.lower() == full_name.lower():
                return repository
        raise NotFoundError(f"no repository {full_name}")

    def repository_with_id(self, repository_id: int) -> Repository | None:
        """The repository, unless it was deleted."""
        return self._repositories.get(repository_id)

    def repository_of(self, thing: Issue | Comment) -> Repository:
        """The repository that an issue or a comment is in; what is in a deleted one is gone with it."""
        repository = self._repositories.get(thing.repository_id)
        if repository is None:
            raise NotFoundError("the repository was deleted")
        return repository

    # Issues and pull requests

    def add_issue(
        self, full_name: str, title: str, body: str | None, author: User, labels: tuple[str, ...] = ()
    ) -> Issue:
        """Open an issue."""
        with self._lock:
            repository = self.repository(full_name)
            return self._keep(
                Issue(
                    id=next(self._next_id),
                    repository_id=repository.id,
                    number=self._next_number(repository),
                    title=title,
                    body=body,
                    author=author,
                    created_at=self.now(),
                    updated_at=self.now(),
                    labels=labels,
                )
            )

    def add_pull_request(
        self, full_name: str, head: str, base: str, title: str, body: str | None, author: User, draft: bool
    ) -> PullRequest:
        """Open a pull request from `branch` or, for a fork, `owner:branch`."""
        with self._lock:
            repository = self.repository(full_name)
            owner, _, branch = head.rpartition(":")
            source = self._fork_network(repository, owner) if owner else repository
            number = self._next_number(repository)
            head_side, base_side = self._side(source, branch), self._side(repository, base)
            bare_git.publish_head(source.path, repository.path, head_side.sha, number)
            return self._keep(
                PullRequest(
                    id=next(self._next_id),
                    repository_id=repository.id,
                    number=number,
                    title=title,
                    body=body,
                    author=author,
                    created_at=self.now(),
                    updated_at=self.now(),
                    head=head_side,
                    base=base_side,
                    size=bare_git.measure(repository.path, base_side.sha, head_side.sha),
                    draft=draft,
                )
            )

    def issue(self, full_name: str, number: int) -> Issue:
        """An issue or a pull request by its number."""
        issue = self._issues.get((self.repository(full_name).id, number))
        if issue is None:
            raise NotFoundError(f"no issue {full_name}#{number}")
        return issue

    def pull_request(self, full_name: str, number: int) -> PullRequest:
        """A pull request by its number."""
        issue = self.issue(full_name, number)
        if not isinstance(issue, PullRequest):
            raise NotFoundError(f"{full_name}#{number} is no pull request")
        return issue

    def issues(self, repository: Repository) -> list[Issue]:
        """Issues and pull requests of a repository, oldest first."""
        return [issue for issue in list(self._issues.values()) if issue.repository_id == repository.id]

    def pull_requests(self, repository: Repository) -> list[PullRequest]:
        """Pull requests into a repository, oldest first."""
        return [issue for issue in self.issues(repository) if isinstance(issue, PullRequest)]

    def pull_requests_from(self, repository: Repository) -> list[PullRequest]:
        """Open pull requests whose head is a branch of this repository."""
        return [
            issue
            for issue in list(self._issues.values())
            if isinstance(issue, PullRequest) and issue.state == "open" and issue.head.repository_id == repository.id
        ]

    def set_open(self, issue: PullRequest, state: Literal["open", "closed"]) -> PullRequest:
        """Close or reopen."""
        closed_at = self.now() if state == "closed" else None
        return self._keep(replace(issue, state=state, closed_at=closed_at, updated_at=self.now()))

    def set_title(self, pull: PullRequest, title: str) -> PullRequest:
        """Rename a pull request."""
        return self._keep(replace(pull, title=title, updated_at=self.now()))

    def set_ready(self, pull: PullRequest) -> PullRequest:
        """Take a pull request out of draft."""
        return self._keep(replace(pull, draft=False, updated_at=self.now()))

    def set_merged(self, pull: PullRequest, by: User) -> PullRequest:
        """Merge a pull request into its base branch with a merge commit, and close it."""
        with self._lock:
            subject = f"Merge pull request #{pull.number} from {pull.head.owner.login}/{pull.head.ref}"
            path = self._repositories[pull.repository_id].path
            bare_git.merge(path, pull.base.ref, pull.head.sha, f"{subject}\n\n{pull.title}\n")
            now = self.now()
            return self._keep(replace(pull, state="closed", closed_at=now, updated_at=now, merged_at=now, merged_by=by))

    def set_requested(self, pull: PullRequest, requested: tuple[User, ...]) -> PullRequest:
        """Change who is asked for a review."""
        return self._keep(replace(pull, requested=requested, updated_at=self.now()))

    def set_base(self, pull: PullRequest, branch: str) -> PullRequest:
        """Retarget a pull request to another branch."""
        with self._lock:
            repository = self._repositories[pull.repository_id]
            base = self._side(repository, branch)
            size = bare_git.measure(repository.path, base.sha, pull.head.sha)
            return self._keep(replace(pull, base=base, size=size, updated_at=self.now()))

    def follow_head(self, pull: PullRequest) -> PullRequest | None:
        """Bring a pull request to where its head branch is now; None where the branch is gone."""
        with self._lock:
            source = self._repositories[pull.head.repository_id]
            if bare_git.branch_tip(source.path, pull.head.ref) is None:
                return None
            target = self._repositories[pull.repository_id]
            head, base = self._side(source, pull.head.ref), self._side(target, pull.base.ref)
            if head.sha == pull.head.sha:
                return pull
            bare_git.publish_head(source.path, target.path, head.sha, pull.number)
            size = bare_git.measure(target.path, base.sha, head.sha)
            self._repositories[source.id] = replace(source, pushed_at=self.now())
            return self._keep(replace(pull, head=head, base=base, size=size, updated_at=self.now()))

    # Comments

    def add_comment(self, issue: Issue, author: User, body: str, *, via_app: bool) -> Comment:
        """Write a comment below an issue or a pull request."""
        with self._lock:
            now = self.now()
            comment_id = next(self._next_id)
            comment = Comment(comment_id, issue.repository_id, issue.number, author, body, via_app, now, now)
            self._comments[comment.id] = comment
            self._changed.notify_all()
            return comment

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """Replace the text of a comment; author and App stay as they were."""
        with self._lock:
            edited = replace(self._comments[comment.id], body=body, updated_at=self.now())
            self._comments[comment.id] = edited
            self._changed.notify_all()
            return edited

    def delete_comment(self, comment: Comment) -> None:
        """Remove a comment."""
        with self._lock:
            del self._comments[comment.id]
            self._changed.notify_all()

    def wait_until(self, found: Callable[[], T | None], seconds: float) -> T | None:
        """What `found` gives, asked again whenever a comment comes, changes or goes; None after `seconds`."""
        with self._changed:
            return self._changed.wait_for(found, seconds)

    def comment(self, full_name: str, comment_id: int) -> Comment:
        """A comment by its id, looked for in one repository."""
        comment = self._comments.get(comment_id)
        if comment is None or comment.repository_id != self.repository(full_name).id:
            raise NotFoundError(f"no comment {comment_id} in {full_name}")
        return comment

    def comments(self, issue: Issue) -> list[Comment]:
        """The comments below an issue, by ascending id as GitHub lists them."""
        place = (issue.repository_id, issue.number)
        return [one for one in list(self._comments.values()) if (one.repository_id, one.number) == place]

    def _keep(self, issue: IssueType) -> IssueType:
        with self._lock:
            self._issues[issue.repository_id, issue.number] = issue
            return issue

    def _next_number(self, repository: Repository) -> int:
        return len(self.issues(repository)) + 1

    def _side(self, repository: Repository, branch: str) -> Side:
        tip = bare_git.branch_tip(repository.path, branch)
        if tip is None:
            raise NotFoundError(f"no branch {branch} in {repository.full_name}")
        return Side(repository.id, repository.owner, branch, tip)

    def _fork_network(self, repository: Repository, owner: str) -> Repository:
        for candidate in self.repositories():
            if candidate.owner.login.lower() == owner.lower() and repository.id in (
                candidate.id,
                candidate.fork_of,
            ):
                return candidate
        raise NotFoundError(f"{owner} has no fork of {repository.full_name}")
