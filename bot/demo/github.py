"""The GitHub stand-in: what people and the App do there, and the ASGI application that serves it.

Every operation is one change of the state and, where GitHub tells the App of it, one webhook delivery.
"""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount

from bot.demo import bare_git
from bot.demo.access import Access
from bot.demo.answers import RateLimits
from bot.demo.api import API
from bot.demo.check_page import CheckPage
from bot.demo.endpoints import TABLE
from bot.demo.events import check_run_event, comment_event, issue_event, pull_request_event, push_event
from bot.demo.faults import Fault, Faults
from bot.demo.git_http import GitHTTP
from bot.demo.graphql import GraphQL
from bot.demo.manifest import Manifests, Registered
from bot.demo.merge_queue import MergeQueue
from bot.demo.owner import Owner
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
    Role,
    User,
)
from bot.demo.registration import AppRegistration
from bot.demo.request_log import Asked, RequestLog
from bot.demo.schemas import SchemaError
from bot.demo.state import State
from bot.demo.webhooks import Delivery, Message, Webhooks


def _utc_now() -> datetime:
    return datetime.now(UTC)


class GitHubStandIn:
    """GitHub for one App and as many accounts, repositories and people as one adds.

    The methods are what people do on the site; each returns when its webhook, if any, was answered. `owner`,
    `checks` and `merge_queue` are more of them, by the page they are on. What the App and git do over HTTP comes in
    through `asgi`, and is noted down in `requests`. `faults` is a list to append to; see `Fault`. `limits.per_hour`
    is how much the App may ask. Without `checked` nothing is held against GitHub's schemas, for load runs.
    """

    def __init__(
        self,
        app: AppRegistration,
        git_root: Path,
        webhook_url: str | None = None,
        clock: Callable[[], datetime] = _utc_now,
        *,
        checked: bool = True,
    ) -> None:
        self.state = State(app, git_root, clock)
        self.state.checked = checked
        self.webhooks = Webhooks(lambda: self.state.app, webhook_url, clock)
        self.owner = Owner(self.state, self.webhooks)
        self.checks = CheckPage(self.state, self.webhooks)
        self.merge_queue = MergeQueue(self.state, self.webhooks)
        self.limits = RateLimits(self.state.now)
        self.requests: list[Asked] = []
        self.faults: list[Fault] = []
        self.violations: list[Exception] = []
        self._manifests = Manifests(self.state, self._register)
        self.asgi = self._application(clock)

    @property
    def app(self) -> AppRegistration:
        """The one App here: the last one that was registered."""
        return self.state.app

    def raise_violations(self) -> None:
        """Raise if anything was said over HTTP that GitHub's schemas do not know."""
        if self.violations:
            raise ExceptionGroup("the stand-in left GitHub's schemas", self.violations)

    # People and repositories

    def add_person(self, login: str, *, member: bool = True, role: Role = "write") -> Person:
        """Register a person with a token for git. Members have this role in the repositories of organizations."""
        return self.state.people.add(login, role if member else None)

    def add_bot(self, login: str, role: Role | None = "write") -> Person:
        """Register another App's bot, such as `dependabot[bot]`."""
        return self.state.people.add(login, role, "Bot")

    def set_role(self, full_name: str, person: Person, role: Role) -> None:
        """Give somebody another role in one repository."""
        self.state.people.set_role(person.user, self.state.repository(full_name), role)

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
        """Open an issue; delivers `issues.opened` to an App that subscribes to it."""
        issue = self.state.add_issue(full_name, title, body, by.user, labels)
        self._deliver(issue_event(self.state, "opened", issue, by.user))
        return issue

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
        `push` for the default branch, `synchronize` for each that moved, and `closed` for each whose branch is gone.
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
        pull = self.state.change_issue(before, title=title)
        changes = {"title": {"from": before.title}}
        self._deliver(pull_request_event(self.state, "edited", pull, by.user, {"changes": changes}))
        return pull

    def close_pull_request(self, full_name: str, number: int, by: Person) -> PullRequest:
        """Close without merging; delivers `closed`."""
        pull = self.state.set_open(self.state.pull_request(full_name, number), "closed")
        self._deliver(pull_request_event(self.state, "closed", pull, by.user))
        return pull

    def merge_pull_request(self, full_name: str, number: int, by: Person) -> PullRequest:
        """Merge into the base branch; delivers `closed`, and `push` where that is the default branch."""
        pull = self.state.set_merged(self.state.pull_request(full_name, number), by.user)
        self._deliver(pull_request_event(self.state, "closed", pull, by.user))
        self._deliver(self._default_branch_moved(self.state.repository(full_name), by.user))
        return pull

    def reopen_pull_request(self, full_name: str, number: int, by: Person) -> PullRequest:
        """Open a closed pull request again; delivers `reopened`."""
        pull = self.state.set_open(self.state.pull_request(full_name, number), "open")
        self._deliver(pull_request_event(self.state, "reopened", pull, by.user))
        return pull

    def mark_ready(self, full_name: str, number: int, by: Person) -> PullRequest:
        """Take a pull request out of draft; delivers `ready_for_review`."""
        pull = self.state.change_issue(self.state.pull_request(full_name, number), draft=False)
        self._deliver(pull_request_event(self.state, "ready_for_review", pull, by.user))
        return pull

    def convert_to_draft(self, full_name: str, number: int, by: Person) -> PullRequest:
        """Make a pull request a draft again; delivers `converted_to_draft`."""
        pull = self.state.change_issue(self.state.pull_request(full_name, number), draft=True)
        self._deliver(pull_request_event(self.state, "converted_to_draft", pull, by.user))
        return pull

    def lock(self, full_name: str, number: int, by: Person) -> Issue:
        """Let nobody comment but people who can write; delivers `locked` for pull requests and issues alike."""
        issue = self.state.change_issue(self.state.issue(full_name, number), locked=True)
        if isinstance(issue, PullRequest):
            self._deliver(pull_request_event(self.state, "locked", issue, by.user))
        else:
            self._deliver(issue_event(self.state, "locked", issue, by.user))
        return issue

    # Reviews, checks and statuses

    def request_review(self, full_name: str, number: int, reviewer: Person, by: Person) -> PullRequest:
        """Ask somebody for a review; delivers `review_requested`."""
        pull = self.state.pull_request(full_name, number)
        pull = self.state.change_issue(pull, requested=(*pull.requested, reviewer.user))
        asked = {"requested_reviewer": user(self.state, reviewer.user)}
        self._deliver(pull_request_event(self.state, "review_requested", pull, by.user, asked))
        return pull

    def review(self, full_name: str, number: int, verdict: ReviewVerdict, by: Person, body: str = "") -> Review:
        """Review a pull request, which answers a request for it."""
        pull = self.state.pull_request(full_name, number)
        self.state.change_issue(pull, requested=tuple(one for one in pull.requested if one != by.user))
        return self.state.verdicts.add_review(pull, by.user, verdict, body)

    def run_check(
        self, full_name: str, commit: str, name: str, conclusion: Conclusion | None, title: str | None = None
    ) -> CheckRun:
        """Run a check on a commit, as a workflow does; without a conclusion it is under way.

        The App hears of `check_run.created` or `completed`, without anybody waiting for it.
        """
        repository = self.state.repository(full_name)
        run = self.state.verdicts.add_check_run(repository, commit, name, conclusion, title)
        self._tell_of_run("completed" if conclusion else "created", run, repository.owner)
        return run

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

    def minimize_comment(self, full_name: str, comment_id: int, reason: str = "outdated") -> Comment:
        """Hide a comment as a person; no App hears of it."""
        return self.state.minimize_comment(self.state.comment(full_name, comment_id), reason)

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

    @property
    def webhook_url(self) -> str | None:
        """Where webhooks go, as the App's settings say."""
        return self.webhooks.url

    def redeliver(self, guid: str) -> Delivery:
        """Deliver again, as the button in the App's settings does; the GUID stays."""
        first = next(delivery for delivery in self.deliveries if delivery.guid == guid)
        return self.webhooks.redeliver(first).result()

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

    def app_opened_issue(self, full_name: str, title: str, body: str | None, labels: tuple[str, ...]) -> Issue:
        """The App opens an issue."""
        issue = self.state.add_issue(full_name, title, body, self.app.bot, labels, via_app=True)
        self._send(issue_event(self.state, "opened", issue, self.app.bot))
        return issue

    def check_run_started(self, repository: Repository, commit: str, said: dict[str, Any]) -> CheckRun:
        """The App starts a check run, or reports one that is completed."""
        run = self.state.verdicts.start_check_run(repository, commit, said)
        self._tell_of_run("created", run, self.app.bot)
        return run

    def check_run_changed(self, run: CheckRun, said: dict[str, Any]) -> CheckRun:
        """The App goes on with a check run; whoever listens is told when it is completed."""
        changed = self.state.verdicts.change_check_run(run, said)
        if changed.status == "completed" != run.status:
            self._tell_of_run("completed", changed, self.app.bot)
        return changed

    def delivery_requested(self, delivery: Delivery) -> None:
        """The App asks for a delivery once more."""
        self.webhooks.redeliver(delivery)

    def manifest_converted(self, code: str) -> AppRegistration | None:
        """The App that a manifest's code stands for; None where the code is wrong, used or too old."""
        return self._manifests.convert(code)

    def pushed(self, repository: Repository, by: User) -> None:
        """Somebody pushed over HTTP: pull requests follow at once, while webhooks go out on their own."""
        try:
            self._follow_heads(repository, by)
        except SchemaError as mismatch:
            self.violations.append(mismatch)
            raise

    def _follow_heads(self, repository: Repository, sender: User) -> list[Future[Delivery]]:
        messages = [self._default_branch_moved(repository, sender)]
        tips = bare_git.tips(repository.path)
        for pull in self.state.pull_requests_from(repository):
            if tips.get(pull.head.ref) == pull.head.sha:
                continue
            moved = self.state.follow_head(pull)
            if moved is None:
                closed = self.state.set_open(pull, "closed")
                messages.append(pull_request_event(self.state, "closed", closed, sender))
            else:
                commits = {"before": pull.head.sha, "after": moved.head.sha}
                messages.append(pull_request_event(self.state, "synchronize", moved, sender, commits))
        return [delivery for message in messages if (delivery := self._send(message)) is not None]

    def _default_branch_moved(self, repository: Repository, sender: User) -> Message | None:
        before, after = self.state.move_default_branch(repository)
        if before == after:
            return None
        return push_event(self.state, repository, repository.default_branch, before, after, sender)

    def _tell_of_run(self, action: str, run: CheckRun, sender: User) -> None:
        if (repository := self.state.repository_with_id(run.repository_id)) is not None:
            self._send(check_run_event(self.state, action, repository, run, sender))

    def _register(self, registered: Registered) -> None:
        self.state.register(registered.app)
        self.webhooks.url = registered.webhook_url

    def _send(self, message: Message | None) -> Future[Delivery] | None:
        return self.webhooks.send(message)

    def _deliver(self, message: Message | None) -> None:
        self.webhooks.deliver(message)

    def _application(self, clock: Callable[[], datetime]) -> Starlette:
        access = Access(self.state)
        api = API(self.state, access, self, self.limits, self.violations)
        git = GitHTTP(self.state, access, self.pushed)
        routes = [
            Mount("/api/v3", app=api.application(TABLE)),
            GraphQL(self.state, access, self.limits).route(),
            *self._manifests.routes(),
            *git.routes(),
            *Pages(self.state).routes(),
        ]
        # A page in somebody's browser that resolves its name to this machine must not get in.
        loopback = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
        log = Middleware(RequestLog, requests=self.requests, clock=clock)
        return Starlette(routes=routes, middleware=[loopback, log, Middleware(Faults, faults=self.faults)])


def _as_form_text(text: str) -> str:
    # Text from a browser's form has CRLF line ends, which GitHub keeps; an App that compares lines meets them
    return text.replace("\r\n", "\n").replace("\n", "\r\n")
