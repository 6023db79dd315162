"""What the stand-in remembers, in memory: look-ups and changes, behind one lock. It tells nobody."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Condition, RLock
from typing import Any, Literal, TypeVar

from bot.demo import bare_git
from bot.demo.branch_rules import BranchRules
from bot.demo.installations import Installations
from bot.demo.people import People
from bot.demo.reactions import Reactions
from bot.demo.records import Comment, Issue, PullRequest, Repository, Side, User
from bot.demo.registration import AppRegistration
from bot.demo.verdicts import Verdicts

IssueType = TypeVar("IssueType", bound=Issue)
T = TypeVar("T")


MOST_PINNED = 3


class NotFoundError(LookupError):
    """There is no such repository, issue or comment."""


class State:
    """Users, repositories, issues and comments. Each method is one atomic step."""

    def __init__(self, app: AppRegistration, git_root: Path, clock: Callable[[], datetime]) -> None:
        self.app = app
        self.address = ""  # known once somebody serves it
        self.checked = True
        """Whether everything that is said is held against GitHub's schemas. A load run does without."""
        self._git_root = git_root
        self._clock = clock
        self._lock = RLock()
        self._changed = Condition(self._lock)
        self._next_id = itertools.count(5001)
        self._repositories: dict[int, Repository] = {}
        self._tips: dict[int, str] = {}
        self._former_names: dict[str, int] = {}
        self._issues: dict[int, dict[int, Issue]] = defaultdict(dict)
        self._numbers: Counter[int] = Counter()
        self._pinned: dict[int, tuple[int, ...]] = {}
        self._comments: dict[int, Comment] = {}
        self._threads: dict[tuple[int, int], dict[int, None]] = defaultdict(dict)
        self.people = People(self.new_id)
        self.installations = Installations(self.new_id, self.now)
        self.reactions = Reactions(self.new_id, self.now, self._notify)
        self.verdicts = Verdicts(self.new_id, self.now, self._notify)
        self.branch_rules = BranchRules()
        account = app.installation.account
        self.people.add_account(account)
        self.installations.add(app, account, app.installation.id)

    def now(self) -> datetime:
        """The time, in the whole seconds that GitHub's answers carry."""
        return self._clock().replace(microsecond=0)

    def new_id(self) -> int:
        """A number that nothing else here has."""
        return next(self._next_id)

    def register(self, app: AppRegistration) -> None:
        """Let another App be the one here; nobody has installed it yet."""
        with self._lock:
            self.app = app
            self.installations.clear()
            self.people.add_account(app.installation.account)

    # Repositories

    def add_repository(self, full_name: str, source: Path, fork_of: str | None = None) -> Repository:
        """Copy a bare git repository in. Its owner is the account or a person who was added before."""
        login, name = full_name.split("/")
        with self._lock:
            if any(known.full_name.lower() == full_name.lower() for known in self._repositories.values()):
                raise ValueError(f"{full_name} exists already")
            owner = self.people.user(login)
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
            self.move_default_branch(repository)
            return repository

    def delete_repository(self, full_name: str) -> None:
        """Delete a repository with all in it. Pull requests from it stay open, with an unknown head."""
        with self._lock:
            gone = self._repositories.pop(self.repository(full_name).id)
            self._issues.pop(gone.id, None)
            self._comments = {key: one for key, one in self._comments.items() if one.repository_id != gone.id}
            bare_git.delete(gone.path)

    def change_repository(self, repository: Repository, **fields: Any) -> Repository:
        """Replace fields of a repository. Under a former name it is found until another one takes that."""
        with self._lock:
            changed = self._repositories[repository.id] = replace(self._repositories[repository.id], **fields)
            if changed.full_name != repository.full_name:
                self._former_names[repository.full_name.lower()] = repository.id
            return changed

    def move_default_branch(self, repository: Repository) -> tuple[str, str]:
        """The commit that the default branch was at when this was asked last, and the one it is at now."""
        with self._lock:
            before = self._tips.get(repository.id, "")
            after = bare_git.branch_tip(repository.path, repository.default_branch) or before
            self._tips[repository.id] = after
            return before or after, after

    def moved(self, full_name: str) -> Repository | None:
        """The repository that had this name before it was renamed or transferred."""
        return self._repositories.get(self._former_names.get(full_name.lower(), 0))

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
        self,
        full_name: str,
        title: str,
        body: str | None,
        author: User,
        labels: tuple[str, ...] = (),
        *,
        via_app: bool = False,
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
                    via_app=via_app,
                )
            )

    def add_pull_request(
        self, full_name: str, head: str, base: str, title: str, body: str | None, author: User, draft: bool
    ) -> PullRequest:
        """Open a pull request from `branch` or, for a fork, `owner:branch`. While git works, others are not held up."""
        repository = self.repository(full_name)
        owner, _, branch = head.rpartition(":")
        source = self._fork_network(repository, owner) if owner else repository
        head_side, base_side = self._sides(source, branch, repository, base)
        with self._lock:
            number = self._next_number(repository)
        bare_git.publish_head(source.path, repository.path, head_side.sha, number)
        return self._keep(
            PullRequest(
                id=self.new_id(),
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
        issue = self._issues[self.repository(full_name).id].get(number)
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
        return list(self._issues[repository.id].values())

    def pull_requests(self, repository: Repository) -> list[PullRequest]:
        """Pull requests into a repository, oldest first."""
        return [issue for issue in self.issues(repository) if isinstance(issue, PullRequest)]

    def pull_requests_from(self, repository: Repository) -> list[PullRequest]:
        """Open pull requests whose head is a branch of this repository."""
        return [
            issue
            for target in self.repositories()
            for issue in self.pull_requests(target)
            if issue.state == "open" and issue.head.repository_id == repository.id
        ]

    def set_open(self, issue: IssueType, state: Literal["open", "closed"]) -> IssueType:
        """Close or reopen."""
        closed_at = self.now() if state == "closed" else None
        return self._keep(replace(issue, state=state, closed_at=closed_at, updated_at=self.now()))

    def pull_requests_at(self, repository: Repository, commit: str) -> list[PullRequest]:
        """Open pull requests whose head is this commit."""
        return [pull for pull in self.pull_requests(repository) if pull.state == "open" and pull.head.sha == commit]

    def change_issue(self, issue: IssueType, **fields: Any) -> IssueType:
        """Replace fields of an issue or a pull request."""
        with self._lock:
            now = self._issues[issue.repository_id].get(issue.number)
            current = now if isinstance(now, type(issue)) else issue  # somebody may have changed it meanwhile
            return self._keep(replace(current, **fields, updated_at=self.now()))

    def pin(self, issue: Issue) -> bool:
        """Pin an issue to the top of the list; False where as many are pinned as GitHub allows."""
        with self._lock:
            pinned = self._pinned.get(issue.repository_id, ())
            if issue.id not in pinned:
                if len(pinned) >= MOST_PINNED:
                    return False
                self._pinned[issue.repository_id] = (*pinned, issue.id)
            return True

    def is_pinned(self, issue: Issue) -> bool:
        """Whether an issue is at the top of the list."""
        return issue.id in self._pinned.get(issue.repository_id, ())

    def set_merged(self, pull: PullRequest, by: User) -> PullRequest:
        """Merge a pull request into its base branch with a merge commit, and close it."""
        with self._lock:
            path = self._repositories[pull.repository_id].path
            bare_git.merge(path, pull.base.ref, pull.head.sha, merge_message(pull))
            return self.close_merged(pull, by)

    def close_merged(self, pull: PullRequest, by: User) -> PullRequest:
        """Close a pull request whose head is in its base branch by now."""
        now = self.now()
        return self._keep(replace(pull, state="closed", closed_at=now, updated_at=now, merged_at=now, merged_by=by))

    def set_base(self, pull: PullRequest, branch: str) -> PullRequest:
        """Retarget a pull request to another branch."""
        with self._lock:
            repository = self._repositories[pull.repository_id]
            base = self._side(repository, branch)
            size = bare_git.measure(repository.path, base.sha, pull.head.sha)
            return self._keep(replace(pull, base=base, size=size, updated_at=self.now()))

    def follow_head(self, pull: PullRequest) -> PullRequest | None:
        """Bring a pull request to where its head branch is now; None where the branch is gone."""
        source, target = self._repositories[pull.head.repository_id], self._repositories[pull.repository_id]
        if bare_git.branch_tip(source.path, pull.head.ref) is None:
            return None
        head, base = self._sides(source, pull.head.ref, target, pull.base.ref)
        bare_git.publish_head(source.path, target.path, head.sha, pull.number)
        size = bare_git.measure(target.path, base.sha, head.sha)
        with self._lock:
            self.change_repository(source, pushed_at=self.now())
            return self.change_issue(pull, head=head, base=base, size=size)

    # Comments

    def add_comment(self, issue: Issue, author: User, body: str, *, via_app: bool) -> Comment:
        """Write a comment below an issue or a pull request."""
        with self._lock:
            now = self.now()
            comment_id = next(self._next_id)
            comment = Comment(comment_id, issue.repository_id, issue.number, author, body, via_app, now, now)
            self._comments[comment.id] = comment
            self._threads[issue.repository_id, issue.number][comment.id] = None
            self._changed.notify_all()
            return comment

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """Replace the text of a comment; author and App stay as they were."""
        with self._lock:
            edited = replace(self._comments[comment.id], body=body, updated_at=self.now())
            self._comments[comment.id] = edited
            self._changed.notify_all()
            return edited

    def minimize_comment(self, comment: Comment, reason: str) -> Comment:
        """Hide a comment."""
        with self._lock:
            hidden = self._comments[comment.id] = replace(self._comments[comment.id], minimized=reason)
            self._changed.notify_all()
            return hidden

    def delete_comment(self, comment: Comment) -> None:
        """Remove a comment."""
        with self._lock:
            del self._comments[comment.id]
            self._threads[comment.repository_id, comment.number].pop(comment.id)
            self._changed.notify_all()

    def wait_until(self, found: Callable[[], T | None], seconds: float) -> T | None:
        """What `found` gives, asked again whenever something that is said here changes; None after `seconds`."""
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
        written = list(self._threads[issue.repository_id, issue.number])
        return [comment for number in written if (comment := self._comments.get(number)) is not None]

    def _keep(self, issue: IssueType) -> IssueType:
        with self._lock:
            self._issues[issue.repository_id][issue.number] = issue
            self._changed.notify_all()
            return issue

    def _notify(self) -> None:
        with self._lock:
            self._changed.notify_all()

    def _next_number(self, repository: Repository) -> int:
        self._numbers[repository.id] += 1
        return self._numbers[repository.id]

    def _side(self, repository: Repository, branch: str) -> Side:
        return self._at(repository, branch, bare_git.branch_tip(repository.path, branch))

    def _at(self, repository: Repository, branch: str, tip: str | None) -> Side:
        if tip is None:
            raise NotFoundError(f"no branch {branch} in {repository.full_name}")
        return Side(repository.id, repository.owner, branch, tip)

    def _sides(self, source: Repository, branch: str, target: Repository, base: str) -> tuple[Side, Side]:
        if source != target:
            return self._side(source, branch), self._side(target, base)
        tips = zip((branch, base), bare_git.branch_tips(source.path, branch, base), strict=True)
        head, onto = (self._at(source, name, tip) for name, tip in tips)
        return head, onto

    def _fork_network(self, repository: Repository, owner: str) -> Repository:
        for candidate in self.repositories():
            if candidate.owner.login.lower() == owner.lower() and repository.id in (
                candidate.id,
                candidate.fork_of,
            ):
                return candidate
        raise NotFoundError(f"{owner} has no fork of {repository.full_name}")


def merge_message(pull: PullRequest) -> str:
    """What GitHub writes into a merge commit."""
    return f"Merge pull request #{pull.number} from {pull.head.owner.login}/{pull.head.ref}\n\n{pull.title}\n"
