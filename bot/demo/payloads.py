"""JSON of what is discussed: issues, pull requests and comments, as in GitHub's answers and webhooks.

Every required field of GitHub's description is there; `schemas` holds each answer against it.
"""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from bot.demo.profiles import JSON, api_url, app, repository, timestamp, user
from bot.demo.records import Comment, Issue, PullRequest, Reaction, Repository, Side, User
from bot.demo.state import State

# What only GET of a single pull request tells, not the list.
_PULL_DETAIL = frozenset(
    (
        "additions",
        "changed_files",
        "comments",
        "commits",
        "deletions",
        "maintainer_can_modify",
        "mergeable",
        "mergeable_state",
        "merged",
        "merged_by",
        "review_comments",
    )
)
_REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def issue(state: State, thread: Issue) -> JSON:
    """An issue, or the issue that every pull request is as well."""
    repo = state.repository_of(thread)
    url = api_url(state, f"/repos/{repo.full_name}/issues/{thread.number}")
    answer: JSON = {
        "id": thread.id,
        "node_id": f"I_{thread.id}",
        "url": url,
        "repository_url": api_url(state, f"/repos/{repo.full_name}"),
        "labels_url": url + "/labels{/name}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "timeline_url": f"{url}/timeline",
        "html_url": html_url(state, thread),
        "number": thread.number,
        "state": thread.state,
        "state_reason": None,
        "title": thread.title,
        "body": thread.body,
        "user": user(state, thread.author),
        "labels": [_label(state, thread, number) for number in range(len(thread.labels))],
        "assignees": [],
        "milestone": None,
        "locked": thread.locked,
        "active_lock_reason": None,
        "comments": len(state.comments(thread)),
        "created_at": timestamp(thread.created_at),
        "updated_at": timestamp(thread.updated_at),
        "closed_at": _moment(thread.closed_at),
        "closed_by": None,
        "author_association": association(state, repo, thread.author),
        "performed_via_github_app": app(state) if thread.via_app else None,
        "reactions": _reactions(url, {}),
    }
    if isinstance(thread, PullRequest):
        page = html_url(state, thread)
        answer["draft"] = thread.draft
        answer["pull_request"] = {
            "url": api_url(state, f"/repos/{repo.full_name}/pulls/{thread.number}"),
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": _moment(thread.merged_at),
        }
    return answer


def pull_request(state: State, pull: PullRequest) -> JSON:
    """A pull request in full. Whether it can be merged is never known, as on GitHub for the first seconds."""
    repo = state.repository_of(pull)
    url = api_url(state, f"/repos/{repo.full_name}/pulls/{pull.number}")
    issue_url = api_url(state, f"/repos/{repo.full_name}/issues/{pull.number}")
    page = html_url(state, pull)
    addresses = {
        "issue": issue_url,
        "comments": f"{issue_url}/comments",
        "commits": f"{url}/commits",
        "review_comments": f"{url}/comments",
        "review_comment": api_url(state, f"/repos/{repo.full_name}/pulls/comments") + "{/number}",
        "statuses": api_url(state, f"/repos/{repo.full_name}/statuses/{pull.head.sha}"),
    }
    links = {**addresses, "self": url, "html": page}
    return {
        "id": pull.id,
        "node_id": f"PR_{pull.id}",
        "url": url,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        **{f"{name}_url": address for name, address in addresses.items()},
        "_links": {name: {"href": address} for name, address in links.items()},
        "number": pull.number,
        "state": pull.state,
        "draft": pull.draft,
        "title": pull.title,
        "body": pull.body,
        "user": user(state, pull.author),
        "head": _side(state, pull.head),
        "base": _side(state, pull.base),
        "labels": [],
        "milestone": None,
        "locked": pull.locked,
        "active_lock_reason": None,
        "assignees": [],
        "requested_reviewers": [user(state, one) for one in pull.requested],
        "requested_teams": [],
        "author_association": association(state, repo, pull.author),
        "auto_merge": None,
        "created_at": timestamp(pull.created_at),
        "updated_at": timestamp(pull.updated_at),
        "closed_at": _moment(pull.closed_at),
        "merged_at": _moment(pull.merged_at),
        "merged": pull.merged_at is not None,
        "merged_by": user(state, pull.merged_by) if pull.merged_by else None,
        "mergeable": None,
        "mergeable_state": "unknown",
        "maintainer_can_modify": False,
        "comments": len(state.comments(pull)),
        "review_comments": 0,
        "commits": pull.size.commits,
        "additions": pull.size.additions,
        "deletions": pull.size.deletions,
        "changed_files": pull.size.changed_files,
    }


def pull_request_in_list(state: State, pull: PullRequest) -> JSON:
    """A pull request as the list of pull requests shows it."""
    return {key: value for key, value in pull_request(state, pull).items() if key not in _PULL_DETAIL}


def comment(state: State, written: Comment) -> JSON:
    """A comment on an issue or pull request."""
    repo = state.repository_of(written)
    thread = state.issue(repo.full_name, written.number)
    url = api_url(state, f"/repos/{repo.full_name}/issues/comments/{written.id}")
    return {
        "id": written.id,
        "node_id": f"IC_{written.id}",
        "url": url,
        "html_url": f"{html_url(state, thread)}#issuecomment-{written.id}",
        "issue_url": api_url(state, f"/repos/{repo.full_name}/issues/{written.number}"),
        "body": written.body,
        "user": user(state, written.author),
        "created_at": timestamp(written.created_at),
        "updated_at": timestamp(written.updated_at),
        "author_association": association(state, repo, written.author),
        "performed_via_github_app": app(state) if written.via_app else None,
        "reactions": _reactions(url, state.reactions.counts(written)),
        "minimized": None if written.minimized is None else {"reason": written.minimized},
    }


def reaction(state: State, given: Reaction) -> JSON:
    """What somebody thinks of a comment."""
    return {
        "id": given.id,
        "node_id": f"REA_{given.id}",
        "user": user(state, given.author),
        "content": given.content,
        "created_at": timestamp(given.created_at),
    }


def html_url(state: State, thread: Issue) -> str:
    """The page of an issue or pull request."""
    kind = "pull" if isinstance(thread, PullRequest) else "issues"
    return f"{state.address}/{state.repository_of(thread).full_name}/{kind}/{thread.number}"


def _side(state: State, side: Side) -> JSON:
    repo = state.repository_with_id(side.repository_id)
    return {
        "label": f"{side.owner.login}:{side.ref}",
        "ref": side.ref,
        "sha": side.sha,
        "user": user(state, side.owner),
        "repo": repository(state, repo) if repo else None,
    }


def association(state: State, repo: Repository, author: User) -> str:
    """What somebody is to a repository."""
    if author.id == repo.owner.id:
        return "OWNER"
    if state.people.is_member(author) and repo.owner.type == "Organization":
        return "MEMBER"
    return "COLLABORATOR" if state.people.is_collaborator(author, repo) else "NONE"


def _label(state: State, thread: Issue, number: int) -> JSON:
    repo, name = state.repository_of(thread), thread.labels[number]
    return {
        "id": thread.id * 100 + number,
        "node_id": f"LA_{thread.id}_{number}",
        "url": api_url(state, f"/repos/{repo.full_name}/labels/{quote(name)}"),
        "name": name,
        "description": None,
        "color": "ededed",
        "default": False,
    }


def _moment(moment: datetime | None) -> str | None:
    return timestamp(moment) if moment else None


def _reactions(url: str, counts: Mapping[str, int]) -> JSON:
    each = {sign: counts.get(sign, 0) for sign in _REACTIONS}
    return {"url": f"{url}/reactions", "total_count": sum(each.values()), **each}
