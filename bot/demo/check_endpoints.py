"""Endpoints about what is said of commits: check runs with their annotations, and statuses.

Source: https://docs.github.com/en/rest/checks/runs and https://docs.github.com/en/rest/commits/statuses.
"""

from datetime import datetime
from typing import Any

from bot.demo import bare_git, check_payloads
from bot.demo.answers import Answer, ApiError, not_found
from bot.demo.api import Call, Endpoint
from bot.demo.profiles import JSON
from bot.demo.records import Annotation, Button, CheckRun, CheckStatus

MOST_ANNOTATIONS = 50  # in one request
MOST_BUTTONS = 3
LONGEST_TEXT = 65_535  # characters
_OTHER_APP = 15368


def list_check_runs(call: Call) -> Answer:
    """https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference"""
    repo, commit, query = call.repository, _commit(call, str(call.path["sha"])), call.query
    runs = [
        run
        for run in call.state.verdicts.check_runs(repo, commit, latest=query.get("filter", "latest") == "latest")
        if query.get("check_name", run.name) == run.name
        and query.get("status", run.status) == run.status
        and call.number("app_id", 0) in (0, call.state.app.id if run.own else _OTHER_APP)
    ]
    address = f"/repos/{repo.full_name}/commits/{commit}/check-runs"
    page = call.page(runs, lambda state, run: check_payloads.check_run(state, repo, run), address)
    return Answer({"total_count": len(runs), "check_runs": page.body}, headers=page.headers)


def create_check_run(call: Call) -> Answer:
    """https://docs.github.com/en/rest/checks/runs#create-a-check-run"""
    commit = _commit(call, call.body["head_sha"])
    said = {"name": call.body["name"], "own": True, "status": "queued", **_said(call)}
    run = call.changes.check_run_started(call.repository, commit, said)
    answer = check_payloads.check_run(call.state, call.repository, run)
    return Answer(answer, 201, {"Location": answer["url"]})


def get_check_run(call: Call) -> Answer:
    """https://docs.github.com/en/rest/checks/runs#get-a-check-run"""
    return Answer(check_payloads.check_run(call.state, call.repository, _run(call)))


def update_check_run(call: Call) -> Answer:
    """https://docs.github.com/en/rest/checks/runs#update-a-check-run: annotations are added to those before."""
    run = _run(call)
    if not run.own:
        reason = "check run can only be modified by the GitHub App that created it."
        raise ApiError(403, f"Invalid app_id `{call.state.app.id}` - {reason}")
    named = {"name": call.body["name"]} if call.body.get("name") else {}
    changed = call.changes.check_run_changed(run, named | _said(call))
    return Answer(check_payloads.check_run(call.state, call.repository, changed))


def list_annotations(call: Call) -> Answer:
    """https://docs.github.com/en/rest/checks/runs#list-check-run-annotations"""
    repo, run = call.repository, _run(call)
    address = f"/repos/{repo.full_name}/check-runs/{run.id}/annotations"
    return call.page(
        list(run.annotations),
        lambda state, one: check_payloads.annotation(state, repo, run.commit, one),
        address,
    )


def get_combined_status(call: Call) -> Answer:
    """https://docs.github.com/en/rest/commits/statuses#get-the-combined-status-for-a-specific-reference"""
    repo, commit = call.repository, _commit(call, str(call.path["sha"]))
    statuses = call.state.verdicts.statuses(repo, commit)
    shown, headers = call.part(statuses, f"/repos/{repo.full_name}/commits/{commit}/status")
    return Answer(check_payloads.combined_status(call.state, repo, commit, shown), headers=headers)


def _said(call: Call) -> dict[str, Any]:
    """The fields of a check run that a request names."""
    body = call.body
    said: dict[str, Any] = {name: body[name] for name in ("external_id", "details_url") if body.get(name)}
    if body.get("started_at"):
        said["started_at"] = datetime.fromisoformat(body["started_at"])
    if body.get("output"):
        said |= _output(body["output"])
    if "actions" in body:
        said["actions"] = _buttons(body["actions"] or [])
    return said | _progress(call, body.get("status"), body.get("conclusion"))


def _progress(call: Call, status: CheckStatus | None, conclusion: str | None) -> dict[str, Any]:
    """A conclusion completes a run, and a run that goes on has none."""
    if conclusion is None:
        return {} if status is None else {"status": status, "conclusion": None, "completed_at": None}
    at = call.body.get("completed_at")
    completed_at = datetime.fromisoformat(at) if at else call.state.now()
    return {"status": "completed", "conclusion": conclusion, "completed_at": completed_at}


def _output(output: JSON) -> dict[str, Any]:
    said = {name: output[name] for name in ("title", "summary", "text") if output.get(name) is not None}
    for name, text in said.items():
        if len(text) > LONGEST_TEXT:
            raise ApiError(422, f"Only {LONGEST_TEXT} characters are allowed; {len(text)} were supplied for {name}.")
    annotations = output.get("annotations") or []
    if len(annotations) > MOST_ANNOTATIONS:
        raise ApiError(422, f"Invalid request.\n\nNo more than {MOST_ANNOTATIONS} items are allowed.")
    return said | ({"annotations": tuple(map(_annotation, annotations))} if annotations else {})


def _annotation(given: JSON) -> Annotation:
    if len(given["message"]) > LONGEST_TEXT or len(given.get("title") or "") > 255:
        raise ApiError(422, "Invalid request.\n\nAn annotation's title or message is too long.")
    return Annotation(
        given["path"],
        given["start_line"],
        given["end_line"],
        given["annotation_level"],
        given["message"],
        given.get("title"),
        given.get("raw_details"),
    )


def _buttons(actions: list[JSON]) -> tuple[Button, ...]:
    if len(actions) > MOST_BUTTONS:
        raise ApiError(422, f"Invalid request.\n\nNo more than {MOST_BUTTONS} items are allowed.")
    return tuple(Button(one["label"], one["description"], one["identifier"]) for one in actions)


def _commit(call: Call, sha: str) -> str:
    known = call.state.verdicts.knows(call.repository, sha)
    if not known and bare_git.read_commit(call.repository.path, sha) is None:
        raise ApiError(422, f"No commit found for SHA: {sha}")
    return sha


def _run(call: Call) -> CheckRun:
    run = call.state.verdicts.check_run(call.repository, int(call.path["run"]))
    if run is None:
        raise not_found()
    return run


_RUNS = "/repos/{owner}/{repo}/check-runs"
_RUN = _RUNS + "/{run:int}"
_COMMIT = "/repos/{owner}/{repo}/commits/{sha}"
_CHECKS = ("checks",)
_LISTED = "ReposOwnerRepoCommitsRefCheckRunsGetResponse200"
_NEW_BODY = "ReposOwnerRepoCheckRunsPostBodyOneof0|ReposOwnerRepoCheckRunsPostBodyOneof1"
_BODY = "ReposOwnerRepoCheckRunsCheckRunIdPatchBodyAnyof0|ReposOwnerRepoCheckRunsCheckRunIdPatchBodyAnyof1"

TABLE = (
    Endpoint("GET", _COMMIT + "/check-runs", list_check_runs, _LISTED, _CHECKS),
    Endpoint("POST", _RUNS, create_check_run, "CheckRun", _CHECKS, "write", _NEW_BODY),
    Endpoint("GET", _RUN, get_check_run, "CheckRun", _CHECKS),
    Endpoint("PATCH", _RUN, update_check_run, "CheckRun", _CHECKS, "write", _BODY),
    Endpoint("GET", _RUN + "/annotations", list_annotations, "CheckAnnotation", _CHECKS),
    Endpoint("GET", _COMMIT + "/status", get_combined_status, "CombinedCommitStatus", ("statuses",)),
)
