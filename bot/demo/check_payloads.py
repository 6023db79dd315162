"""JSON of what others say of pull requests and commits: reviews, check runs and the combined status."""

from bot.demo.payloads import association, html_url
from bot.demo.profiles import JSON, api_url, app, other_app, repository, timestamp, user
from bot.demo.records import Annotation, CheckRun, CommitStatus, PullRequest, Repository, Review
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
    """A check run of this App or of another one."""
    url = api_url(state, f"/repos/{repo.full_name}/check-runs/{run.id}")
    page = f"{state.address}/{repo.full_name}/runs/{run.id}"
    return {
        "id": run.id,
        "node_id": f"CR_{run.id}",
        "head_sha": run.commit,
        "external_id": run.external_id,
        "url": url,
        "html_url": page,
        "details_url": run.details_url or page,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": timestamp(run.started_at),
        "completed_at": timestamp(run.completed_at) if run.completed_at else None,
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": run.text,
            "annotations_count": len(run.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "name": run.name,
        "check_suite": {"id": run.suite_id},
        "app": app(state) if run.own else other_app(state),
        "pull_requests": pulls_of(state, repo, run.commit),
    }


def annotation(state: State, repo: Repository, commit: str, noted: Annotation) -> JSON:
    """What a check run says of some lines."""
    return {
        "path": noted.path,
        "start_line": noted.start_line,
        "end_line": noted.end_line,
        "start_column": None,
        "end_column": None,
        "annotation_level": noted.level,
        "title": noted.title,
        "message": noted.message,
        "raw_details": noted.raw_details,
        "blob_href": api_url(state, f"/repos/{repo.full_name}/git/blobs/{commit}"),
    }


def pulls_of(state: State, repo: Repository, commit: str) -> list[JSON]:
    """The open pull requests at a commit, as checks carry them: those out of forks are left out."""
    found = state.pull_requests_at(repo, commit)
    return [_pull(state, repo, pull) for pull in found if pull.head.repository_id == repo.id]


def _pull(state: State, repo: Repository, pull: PullRequest) -> JSON:
    url = api_url(state, f"/repos/{repo.full_name}")
    home = {"id": repo.id, "name": repo.name, "url": url}
    return {
        "id": pull.id,
        "number": pull.number,
        "url": f"{url}/pulls/{pull.number}",
        "head": {"ref": pull.head.ref, "sha": pull.head.sha, "repo": home},
        "base": {"ref": pull.base.ref, "sha": pull.base.sha, "repo": home},
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
