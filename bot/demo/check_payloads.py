"""JSON of what others say of pull requests and commits: reviews, check runs and the combined status."""

from bot.demo.payloads import association, html_url
from bot.demo.profiles import JSON, api_url, app, repository, timestamp, user
from bot.demo.records import CheckRun, CommitStatus, PullRequest, Repository, Review
from bot.demo.state import State


def review(state: State, pull: PullRequest, written: Review) -> JSON:
    """A review of a pull request."""
    repo = state.repository_of(pull)
    address = api_url(state, f"/repos/{repo.full_name}/pulls/{pull.number}")
    page = f"{html_url(state, pull)}#pullrequestreview-{written.id}"
    return {
        "id": written.id,
        "node_id": f"PRR_{written.id}",
        "user": user(state, written.author),
        "body": written.body,
        "state": written.state,
        "html_url": page,
        "pull_request_url": address,
        "_links": {"html": {"href": page}, "pull_request": {"href": address}},
        "submitted_at": timestamp(written.submitted_at),
        "commit_id": written.commit,
        "author_association": association(state, repo, written.author),
    }


def check_run(state: State, repo: Repository, run: CheckRun) -> JSON:
    """A check run; all of them are the App's own here."""
    url = api_url(state, f"/repos/{repo.full_name}/check-runs/{run.id}")
    page = f"{state.address}/{repo.full_name}/runs/{run.id}"
    done = run.conclusion is not None
    return {
        "id": run.id,
        "node_id": f"CR_{run.id}",
        "head_sha": run.commit,
        "external_id": "",
        "url": url,
        "html_url": page,
        "details_url": page,
        "status": "completed" if done else "in_progress",
        "conclusion": run.conclusion,
        "started_at": timestamp(run.started_at),
        "completed_at": timestamp(run.started_at) if done else None,
        "output": {
            "title": run.title,
            "summary": None,
            "text": None,
            "annotations_count": 0,
            "annotations_url": f"{url}/annotations",
        },
        "name": run.name,
        "check_suite": {"id": run.repository_id},
        "app": app(state),
        "pull_requests": [],
    }


def combined_status(state: State, repo: Repository, commit: str, shown: list[CommitStatus]) -> JSON:
    """The statuses of a commit that are shown, with what all of them come to."""
    every = state.verdicts.statuses(repo, commit)
    url = api_url(state, f"/repos/{repo.full_name}/commits/{commit}")
    return {
        "state": _combined({status.state for status in every}),
        "statuses": [_status(state, repo, status) for status in shown],
        "sha": commit,
        "total_count": len(every),
        "repository": repository(state, repo),
        "commit_url": url,
        "url": f"{url}/status",
    }


def _status(state: State, repo: Repository, status: CommitStatus) -> JSON:
    return {
        "id": status.id,
        "node_id": f"SC_{status.id}",
        "url": api_url(state, f"/repos/{repo.full_name}/statuses/{status.commit}"),
        "avatar_url": None,
        "state": status.state,
        "context": status.context,
        "description": status.description,
        "target_url": status.target_url,
        "created_at": timestamp(status.created_at),
        "updated_at": timestamp(status.created_at),
    }


def _combined(states: set[str]) -> str:
    if states & {"error", "failure"}:
        return "failure"
    return "success" if states == {"success"} else "pending"
