"""The GitHub stand-in: what people and the App do there, and the ASGI application that serves it.

Every operation is one change of the state and, where GitHub tells the App of it, one webhook delivery.
"""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount

from bot.demo.access import Access
from bot.demo.api import API
from bot.demo.endpoints import TABLE
from bot.demo.faults import Fault, Faults
from bot.demo.git_http import GitHTTP
from bot.demo.pages import Pages
from bot.demo.profiles import user
from bot.demo.records import (
    CheckRun,
    Comment,
    CommitStatus,
    Conclusion,
    Issue,
    Person,
    PullRequest,
    Repository,
    Review,
    ReviewVerdict,
    User,
)
from bot.demo.registration import AppRegistration
from bot.demo.schemas import SchemaError
from bot.demo.state import State
from bot.demo.webhooks import Delivery, Message, Webhooks, comment_event, pull_request_event


def _utc_now() -> datetime:
    return datetime.now(UTC)


class GitHubStandIn:
    """GitHub for one App, one installation and as many repositories and people as one adds.

    The methods are what people do on the site; each returns when its webhook, if any, was answered. What the
    App and git do over HTTP comes in through `asgi`. `faults` is a list to append to; see `Fault`.
    """

    def __init__(
        self,
        app: AppRegistration,
        git_root: Path,
        webhook_url: str | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.app = app
        self.state = State(app, git_root, clock)
        self.webhooks = Webhooks(app, webhook_url, clock)
        self.faults: list[Fault] = []
        self.violations: list[Exception] = []
        self.asgi = self._application()

    def raise_violations(self) -> None:
        """Raise if anything was said over HTTP that GitHub's schemas do not know."""
        if self.violations:
            raise ExceptionGroup("the stand-in left GitHub's schemas", self.violations)

    # People and repositories

    def add_person(self, login: str, *, member: bool = True) -> Person:
        """Register a person with a token for git; members may push to the account's repositories."""
        return self.state.add_person(login, member=member)

    def add_repository(self, full_name: str, source: Path, fork_of: str | None = None) -> Repository:
        """Copy in a git repository, bare or not, under this name. Pull requests may come from its forks."""
        return self.state.add_repository(full_name, source, fork_of)

    def delete_repository(self, full_name: str) -> None:
        """Delete a repository. Pull requests from it go on with `head.repo` null."""
        self.state.delete_repository(full_name)

    def push_address(self, full_name: str, person: Person) -> str:
        """The address with which `git push` works for this person."""
        scheme, _, host = self.state.address.partition("://")
        return f"{scheme}://{person.user.login}:{person.token}@{host}/{full_name}.git"

    # Issues and pull requests

    def open_issue(
        self, full_name: str, title: str, body: str | None, by: Person, labels: tuple[str, ...] = ()
    ) -> Issue:
        """Open an issue. The App does not subscribe to `issues`, so nothing is delivered."""
        return self.state.add_issue(full_name, title, body, by.user, labels)

    def open_pull_request(
        self,
        full_name: str,
        *,
        head: str,
        base: str,
        title: str,
        by: Person,
        body: str | None = None,
        draft: bool = False,
    ) -> PullRequest:
        """Open a pull request from `branch` or, out of a fork, `owner:branch`; delivers `opened`."""
        pull = self.state.add_pull_request(full_name, head, base, title, body, by.user, draft)
        self._deliver(pull_request_event(self.state, "opened", pull, by.user))
        return pull

    def refresh(self, full_name: str, by: Person) -> None:
        """Bring the pull requests from a repository to where their branches are now.

        A push over HTTP does this by itself; call it after changing the bare repository on the disk. Delivers
        `synchronize` for each that moved, and `closed` for each whose branch is gone.
        """
        for delivery in self._follow_heads(self.state.repository(full_name), by.user):
            delivery.result()

    def change_base(self, full_name: str, number: int, branch: str, by: Person) -> PullRequest:
        """Retarget a pull request; delivers `edited` with `changes.base`."""
        before = self.state.pull_request(full_name, number).base
        pull = self.state.set_base(self.state.pull_request(full_name, number), branch)
        changes = {"base": {"ref": {"from": before.ref}, "sha": {"from": before.sha}}}
        self._deliver(pull_request_event(self.state, "edited", pull, by.user, {"changes": changes}))
        return pull

    def retitle(self, full_name: str, number: int, title: str, by: Person) -> PullRequest:
        """Rename a pull request; delivers `edited` with `changes.title`."""
        before = self.state.pull_request(full_name, number)
        pull = self.state.set_title(before, title)
        changes = {"title": {"from": before.title}}
        self._deliver(pull_request_event(self.state, "edited", pull, by.user, {"changes": changes}))
        return pull

    def close_pull_request(self, full_name: str, number: int, by: Person) -> PullRequest:
        """Close without merging; delivers `closed`."""
        pull = self.state.set_open(self.state.pull_request(full_name, number), "closed")
        self._deliver(pull_request_event(self.state, "closed", pull, by.user))
        return pull

    def merge_pull_request(self, full_name: str, number: int, by: Person) -> PullRequest:
        """Merge into the base branch; delivers `closed`."""
        pull = self.state.set_merged(self.state.pull_request(full_name, number), by.user)
        self._deliver(pull_request_event(self.state, "closed", pull, by.user))
        return pull

    def reopen_pull_request(self, full_name: str, number: int, by: Person) -> PullRequest:
        """Open a closed pull request again; delivers `reopened`."""
        pull = self.state.set_open(self.state.pull_request(full_name, number), "open")
        self._deliver(pull_request_event(self.state, "reopened", pull, by.user))
        return pull

    def mark_ready(self, full_name: str, number: int, by: Person) -> PullRequest:
        """Take a pull request out of draft; delivers `ready_for_review`."""
        pull = self.state.set_ready(self.state.pull_request(full_name, number))
        self._deliver(pull_request_event(self.state, "ready_for_review", pull, by.user))
        return pull

    # Reviews, checks and statuses: the App does not subscribe to these, so but for a request nothing is delivered

    def request_review(self, full_name: str, number: int, reviewer: Person, by: Person) -> PullRequest:
        """Ask somebody for a review; delivers `review_requested`."""
        pull = self.state.pull_request(full_name, number)
        pull = self.state.set_requested(pull, (*pull.requested, reviewer.user))
        asked = {"requested_reviewer": user(self.state, reviewer.user)}
        self._deliver(pull_request_event(self.state, "review_requested", pull, by.user, asked))
        return pull

    def review(self, full_name: str, number: int, verdict: ReviewVerdict, by: Person, body: str = "") -> Review:
        """Review a pull request, which answers a request for it."""
        pull = self.state.pull_request(full_name, number)
        self.state.set_requested(pull, tuple(one for one in pull.requested if one != by.user))
        return self.state.verdicts.add_review(pull, by.user, verdict, body)

    def run_check(
        self, full_name: str, commit: str, name: str, conclusion: Conclusion | None, title: str | None = None
    ) -> CheckRun:
        """Run a check on a commit, as a workflow does; without a conclusion it is under way."""
        return self.state.verdicts.add_check_run(self.state.repository(full_name), commit, name, conclusion, title)

    def report_status(
        self,
        full_name: str,
        commit: str,
        context: str,
        state: Literal["error", "failure", "pending", "success"],
        description: str | None = None,
        target_url: str | None = None,
    ) -> CommitStatus:
        """Report a commit status, as an older service does."""
        repository = self.state.repository(full_name)
        return self.state.verdicts.add_status(repository, commit, context, state, (description, target_url))

    # Comments

    def comment(self, full_name: str, number: int, body: str, by: Person) -> Comment:
        """Write a comment as a person; delivers `issue_comment.created`."""
        issue = self.state.issue(full_name, number)
        written = self.state.add_comment(issue, by.user, _as_form_text(body), via_app=False)
        self._deliver(comment_event(self.state, "created", written, by.user))
        return written

    def edit_comment(self, full_name: str, comment_id: int, body: str, by: Person) -> Comment:
        """Edit anybody's comment as a person, in the browser; delivers `issue_comment.edited`."""
        comment = self.state.comment(full_name, comment_id)
        edited = self.state.edit_comment(comment, _as_form_text(body))
        changes = {"body": {"from": comment.body}}
        self._deliver(comment_event(self.state, "edited", edited, by.user, {"changes": changes}))
        return edited

    def delete_comment(self, full_name: str, comment_id: int, by: Person) -> None:
        """Delete a comment as a person; delivers `issue_comment.deleted`."""
        comment = self.state.comment(full_name, comment_id)
        message = comment_event(self.state, "deleted", comment, by.user)
        self.state.delete_comment(comment)
        self._deliver(message)

    # Webhooks

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Every delivery that was tried, oldest first."""
        return self.webhooks.deliveries

    def redeliver(self, guid: str) -> Delivery:
        """Deliver again, as the button in the App's settings does; the GUID stays."""
        return self.webhooks.redeliver(guid)

    # What the App does through the API; these do not wait for the webhooks they set off.

    def app_commented(self, issue: Issue, body: str) -> Comment:
        """The App writes a comment."""
        written = self.state.add_comment(issue, self.app.bot, body, via_app=True)
        self._send(comment_event(self.state, "created", written, self.app.bot))
        return written

    def comment_edited(self, comment: Comment, body: str, sender: User) -> Comment:
        """The App replaces the text of a comment."""
        edited = self.state.edit_comment(comment, body)
        changes = {"body": {"from": comment.body}}
        self._send(comment_event(self.state, "edited", edited, sender, {"changes": changes}))
        return edited

    def comment_deleted(self, comment: Comment, sender: User) -> None:
        """The App removes a comment."""
        message = comment_event(self.state, "deleted", comment, sender)
        self.state.delete_comment(comment)
        self._send(message)

    def pushed(self, repository: Repository, by: User) -> None:
        """Somebody pushed over HTTP: pull requests follow at once, while webhooks go out on their own."""
        try:
            self._follow_heads(repository, by)
        except SchemaError as mismatch:
            self.violations.append(mismatch)
            raise

    def _follow_heads(self, repository: Repository, sender: User) -> list[Future[Delivery]]:
        messages = []
        for pull in self.state.pull_requests_from(repository):
            moved = self.state.follow_head(pull)
            if moved is None:
                closed = self.state.set_open(pull, "closed")
                messages.append(pull_request_event(self.state, "closed", closed, sender))
            elif moved.head.sha != pull.head.sha:
                commits = {"before": pull.head.sha, "after": moved.head.sha}
                messages.append(pull_request_event(self.state, "synchronize", moved, sender, commits))
        return [delivery for message in messages if (delivery := self._send(message)) is not None]

    def _send(self, message: Message | None) -> Future[Delivery] | None:
        return self.webhooks.send(message) if message is not None else None

    def _deliver(self, message: Message | None) -> None:
        if (delivery := self._send(message)) is not None:
            delivery.result()

    def _application(self) -> Starlette:
        access = Access(self.state)
        api = API(self.state, access, self, self.violations)
        git = GitHTTP(self.state, access, self.pushed)
        routes = [Mount("/api/v3", app=api.router(TABLE)), *git.routes(), *Pages(self.state).routes()]
        # A page in somebody's browser that resolves its name to this machine must not get in.
        loopback = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
        return Starlette(routes=routes, middleware=[loopback, Middleware(Faults, faults=self.faults)])


def _as_form_text(text: str) -> str:
    # Text from a browser's form has CRLF line ends, which GitHub keeps; an App that compares lines meets them
    return text.replace("\r\n", "\n").replace("\n", "\r\n")
