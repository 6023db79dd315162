"""The payloads of events, each of them one that GitHub describes, for the installation that is to hear of it.

Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads.
"""

import json

from bot.demo import bare_git, check_payloads, schemas
from bot.demo.installations import Installed
from bot.demo.payloads import comment as comment_json
from bot.demo.payloads import issue as issue_json
from bot.demo.payloads import pull_request as pull_request_json
from bot.demo.profiles import JSON, api_url, app, installation, repository, timestamp, user
from bot.demo.records import CheckRun, Comment, Issue, MergeGroup, PullRequest, Repository, User
from bot.demo.state import State
from bot.demo.webhooks import Message

MOST_COMMITS = 2048


def pull_request_event(
    state: State, action: str, pull: PullRequest, sender: User, details: JSON | None = None
) -> Message | None:
    """A `pull_request` event, or None outside the installation; `details` are what some actions carry."""
    payload = {
        "action": action,
        "number": pull.number,
        # Webhooks still carry the field that the newest REST version dropped.
        "pull_request": pull_request_json(state, pull) | {"assignee": None},
    }
    return _message(state, "pull_request", state.repository_of(pull), payload | (details or {}), sender)


def comment_event(
    state: State, action: str, written: Comment, sender: User, details: JSON | None = None
) -> Message | None:
    """An `issue_comment` event, or None outside the installation; it is sent for pull requests too."""
    repo = state.repository_of(written)
    payload = {
        "action": action,
        "comment": comment_json(state, written),
        "issue": issue_json(state, state.issue(repo.full_name, written.number)) | {"assignee": None},
    }
    return _message(state, "issue_comment", repo, payload | (details or {}), sender)


def issue_event(state: State, action: str, thread: Issue, sender: User, details: JSON | None = None) -> Message | None:
    """An `issues` event, or None outside the installation."""
    payload = {"action": action, "issue": issue_json(state, thread) | {"assignee": None}}
    return _message(state, "issues", state.repository_of(thread), payload | (details or {}), sender)


def check_run_event(
    state: State, action: str, repo: Repository, run: CheckRun, sender: User, details: JSON | None = None
) -> Message | None:
    """A `check_run` event; those of other Apps are delivered too."""
    told = check_payloads.check_run(state, repo, run) | {"check_suite": _suite(state, repo, run)}
    return _message(state, "check_run", repo, {"action": action, "check_run": told} | (details or {}), sender)


def check_suite_event(state: State, action: str, repo: Repository, run: CheckRun, sender: User) -> Message | None:
    """A `check_suite` event, for the suite that a check run belongs to."""
    (last,) = bare_git.read_history(repo.path, None, run.commit, 1)
    every = state.verdicts.check_runs(repo, run.commit, latest=True)
    suite = _suite(state, repo, run)
    address = api_url(state, f"/repos/{repo.full_name}/check-suites/{run.suite_id}")
    payload = {
        "action": action,
        "check_suite": suite
        | {
            "status": "queued",
            "conclusion": None,
            "url": address,
            "check_runs_url": f"{address}/check-runs",
            "head_commit": _simple_commit(last),
            "latest_check_runs_count": sum(one.suite_id == run.suite_id for one in every),
            "rerequestable": True,
            "runs_rerequestable": True,
        },
    }
    return _message(state, "check_suite", repo, payload, sender)


def merge_group_event(
    state: State, action: str, repo: Repository, group: MergeGroup, sender: User, details: JSON | None = None
) -> Message | None:
    """A `merge_group` event: a merge queue wants to know, or no longer wants to."""
    (last,) = bare_git.read_history(repo.path, None, group.head_sha, 1)
    told = {
        "head_sha": group.head_sha,
        "head_ref": f"refs/heads/{group.head}",
        "base_sha": group.base_sha,
        "base_ref": f"refs/heads/{group.base}",
        "head_commit": _simple_commit(last),
    }
    return _message(state, "merge_group", repo, {"action": action, "merge_group": told} | (details or {}), sender)


def push_event(state: State, repo: Repository, branch: str, before: str, after: str, sender: User) -> Message | None:
    """A `push` event of a branch that moved."""
    commits = [_pushed(state, repo, one) for one in bare_git.read_history(repo.path, before, after, MOST_COMMITS)]
    payload = {
        "ref": f"refs/heads/{branch}",
        "before": before,
        "after": after,
        "base_ref": None,
        "created": False,
        "deleted": False,
        "forced": not bare_git.contains(repo.path, after, before),
        "compare": f"{state.address}/{repo.full_name}/compare/{before[:12]}...{after[:12]}",
        "commits": commits,
        "head_commit": _pushed(state, repo, bare_git.read_history(repo.path, None, after, 1)[0]),
        "pusher": {"name": sender.login, "email": f"{sender.login}@localhost"},
    }
    return _message(state, "push", repo, payload, sender)


def repository_event(
    state: State, action: str, repo: Repository, sender: User, details: JSON | None = None
) -> Message | None:
    """A `repository` event: it was renamed, transferred, archived, deleted, made private or public."""
    return _message(state, "repository", repo, {"action": action} | (details or {}), sender)


def installation_event(state: State, action: str, installed: Installed, sender: User) -> Message:
    """An `installation` event, which every App is told of."""
    covered = [_short(one) for one in state.repositories() if installed.covers(one)]
    payload = {"action": action, "installation": installation(state, installed), "repositories": covered}
    return _signed(state, "installation", installed, payload | {"sender": user(state, sender)})


def installation_repositories_event(
    state: State, installed: Installed, added: list[Repository], removed: list[Repository], sender: User
) -> Message:
    """An `installation_repositories` event, which every App is told of."""
    payload = {
        "action": "added" if added else "removed",
        "installation": installation(state, installed),
        "repository_selection": "all" if installed.repository_ids is None else "selected",
        "repositories_added": [_short(one) for one in added],
        "repositories_removed": [_short(one) for one in removed],
        "requester": None,
        "sender": user(state, sender),
    }
    return _signed(state, "installation_repositories", installed, payload)


def _message(state: State, event: str, repo: Repository, payload: JSON, sender: User) -> Message | None:
    installed = state.installations.covering(repo)
    if installed is None or installed.suspended_at is not None:
        return None
    whole = payload | {
        "repository": repository(state, repo),
        "sender": user(state, sender),
        "installation": {"id": installed.id, "node_id": f"MDIzOkludGVncmF0aW9u{installed.id}"},
    }
    return _signed(state, event, installed, whole, repo)


def _signed(state: State, event: str, installed: Installed, payload: JSON, repo: Repository | None = None) -> Message:
    content = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    action = str(payload.get("action", ""))
    if state.checked:
        schemas.check_event(event, action, content)
    return Message(event, action, installed.id, repo.id if repo else None, content)


def _suite(state: State, repo: Repository, run: CheckRun) -> JSON:
    pulls = check_payloads.pulls_of(state, repo, run.commit)
    return {
        "id": run.suite_id,
        "node_id": f"CS_{run.suite_id}",
        "head_branch": pulls[0]["head"]["ref"] if pulls else None,
        "head_sha": run.commit,
        "status": run.status,
        "conclusion": run.conclusion,
        "before": None,
        "after": run.commit,
        "pull_requests": pulls,
        "app": app(state),
        "created_at": timestamp(run.started_at),
        "updated_at": timestamp(run.started_at),
    }


def _short(repo: Repository) -> JSON:
    return {
        "id": repo.id,
        "node_id": f"R_{repo.id}",
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
    }


def _simple_commit(commit: bare_git.LoggedCommit) -> JSON:
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "message": commit.message,
        "timestamp": commit.committed_at,
        "author": {"name": commit.author, "email": commit.author_email},
        "committer": {"name": commit.committer, "email": commit.committer_email},
    }


def _pushed(state: State, repo: Repository, commit: bare_git.LoggedCommit) -> JSON:
    return _simple_commit(commit) | {
        "url": f"{state.address}/{repo.full_name}/commit/{commit.sha}",
        "distinct": True,
    }
