"""What the GitHub door hands out and takes: frozen values, as narrow as what is done with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from analyzers.status import LinkedPull

Role = Literal["admin", "maintain", "write", "triage", "read", "none"]
"""What somebody may do in a repository, the most first.

https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/repository-roles-for-an-organization
"""

Reaction = Literal["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]

CheckStatus = Literal["queued", "in_progress", "completed"]
CheckConclusion = Literal[
    "action_required", "cancelled", "failure", "neutral", "success", "skipped", "stale", "timed_out"
]
Level = Literal["notice", "warning", "failure"]


class Session(msgspec.Struct, frozen=True):
    """Leave to work on one repository for a while. `missing` are the permissions that the installation lacks."""

    token: str
    expires: datetime
    full_name: str
    missing: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Session({self.full_name!r})"


class RepositoryInfo(msgspec.Struct, frozen=True):
    """A repository as it is today."""

    id: int
    full_name: str
    default_branch: str
    private: bool
    archived: bool
    disabled: bool
    has_issues: bool


class PullRequest(msgspec.Struct, frozen=True):
    """What an audit needs to know of a pull request. Its head may be in a fork, which may be deleted since."""

    number: int
    is_open: bool
    base_branch: str
    head_sha: str
    author: str
    author_is_bot: bool
    updated_at: datetime | None = None
    """When anything about it was changed last."""


class MergeGroup(msgspec.Struct, frozen=True):
    """What a merge queue is about to merge: its head, and what that was made on."""

    head_sha: str
    base_sha: str
    base_branch: str


class Issue(msgspec.Struct, frozen=True):
    """What a status report needs to know of the issue that it answers."""

    number: int
    title: str
    body: str
    state: Literal["open", "closed"]
    created_at: datetime
    html_url: str
    labels: tuple[str, ...]
    is_pull_request: bool


class LinkedPulls(msgspec.Struct, frozen=True):
    """Pull requests that refer to an issue, the newest first; `more` counts those that are not among them."""

    pulls: tuple[LinkedPull, ...]
    more: int


class Comment(msgspec.Struct, frozen=True):
    """A comment as GitHub has it; `app_id` is the App that wrote it, None for people."""

    id: int
    body: str
    app_id: int | None
    minimized: bool = False
    """Somebody has hidden it. Servers that do not tell count as showing it."""

    def is_ours(self, marker: str, app_id: int) -> bool:
        """Whether this App wrote it, with that marker at its beginning."""
        return self.app_id == app_id and self.body.lstrip().startswith(marker)


class IssueComment(msgspec.Struct, frozen=True):
    """One comment on the issue or pull request `number`. `app_id` is the App that wrote it, None for people."""

    id: int
    number: int
    body: str
    author: str
    author_is_bot: bool
    app_id: int | None
    created_at: datetime
    minimized: bool = False


class OwnCheckRun(msgspec.Struct, frozen=True):
    """A check run of this App."""

    id: int
    external_id: str
    head_sha: str
    status: str
    conclusion: str | None


class Annotation(msgspec.Struct, frozen=True):
    """A remark on lines of the commit. A title takes 255 characters, a message and its details 64 KB each.

    https://docs.github.com/en/rest/checks/runs#create-a-check-run
    """

    path: str
    start_line: int
    end_line: int
    level: Level
    title: str
    message: str
    raw_details: str = ""


class Button(msgspec.Struct, frozen=True):
    """A button of a check run: a label of at most 20 characters, a description of 40, an identifier of 20."""

    label: str
    description: str
    identifier: str


class CheckRunDraft(msgspec.Struct, frozen=True):
    """A check run as it is to be. GitHub adds the annotations to those that are there; it takes three buttons."""

    name: str
    head_sha: str
    external_id: str
    status: CheckStatus
    conclusion: CheckConclusion | None = None
    title: str = ""
    summary: str = ""
    text: str = ""
    annotations: tuple[Annotation, ...] = ()
    actions: tuple[Button, ...] = ()
    details_url: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


class AppIdentity(msgspec.Struct, frozen=True):
    """The App as it is registered, and what its manifest asks for today."""

    id: int
    slug: str
    name: str
    html_url: str
    permissions: Mapping[str, str]
    events: tuple[str, ...]

    @property
    def login(self) -> str:
        """As whom it writes. Another one once the App is renamed, so it is asked for and not kept."""
        return f"{self.slug}[bot]"


class Installation(msgspec.Struct, frozen=True):
    """One installation and what its owner has granted; `html_url` is where the owner grants more."""

    id: int
    account: str
    permissions: Mapping[str, str]
    suspended: bool
    html_url: str


class HookDelivery(msgspec.Struct, frozen=True):
    """One attempt to deliver a webhook; all attempts of one delivery share the `guid`. `status_code` 0: no answer."""

    id: int
    guid: str
    event: str
    action: str | None
    status_code: int
    delivered_at: datetime
    redelivery: bool


class HookConfig(msgspec.Struct, frozen=True):
    """Where the App's webhooks go, and how. The secret itself is never shown, only stars where there is one."""

    url: str | None = None
    content_type: str | None = None
    secret: str | None = None
    insecure_ssl: str | float | None = None
