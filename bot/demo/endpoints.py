"""The REST endpoints that the App calls, each a function of a call. The table at the end is all there is.

Source: https://docs.github.com/en/rest (apps, repos, pulls, issues, checks, commits).
"""

from bot.demo import bare_git, check_payloads, payloads, profiles, timeline
from bot.demo.answers import Answer, ApiError, not_found
from bot.demo.api import Call, Endpoint
from bot.demo.records import Comment, Issue, PullRequest

LONGEST_COMMENT = 65_536  # characters


def get_app(call: Call) -> Answer:
    """https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app"""
    return Answer(profiles.app(call.state))


def get_installation(call: Call) -> Answer:
    """https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app"""
    _check_installation(call)
    return Answer(profiles.installation(call.state))


def create_token(call: Call) -> Answer:
    """https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app"""
    _check_installation(call)
    asked = call.body
    token, chosen = call.access.issue(asked.get("repositories"), asked.get("repository_ids"), asked.get("permissions"))
    answer: profiles.JSON = {
        "token": token.value,
        "expires_at": profiles.timestamp(token.expires_at),
        "permissions": dict(token.permissions),
        "repository_selection": "all" if chosen is None else "selected",
    }
    if chosen is not None:
        answer["repositories"] = [profiles.repository(call.state, one) for one in chosen]
    return Answer(answer, 201)


def get_repository(call: Call) -> Answer:
    """https://docs.github.com/en/rest/repos/repos#get-a-repository"""
    return Answer(profiles.full_repository(call.state, call.repository))


def get_pull_request(call: Call) -> Answer:
    """https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request"""
    return Answer(payloads.pull_request(call.state, call.state.pull_request(call.full_name, _number(call))))


def list_pull_requests(call: Call) -> Answer:
    """https://docs.github.com/en/rest/pulls/pulls#list-pull-requests"""
    state, query = call.state, call.query
    wanted = query.get("state", "open")
    found = [
        pull
        for pull in state.pull_requests(call.repository)
        if wanted in (pull.state, "all")
        and query.get("base", pull.base.ref) == pull.base.ref
        and query.get("head", "") in ("", f"{pull.head.owner.login}:{pull.head.ref}")
    ]
    # Newest first unless asked otherwise.
    ordered = found if query.get("direction") == "asc" else found[::-1]
    return call.page(ordered, payloads.pull_request_in_list, f"/repos/{call.repository.full_name}/pulls")


def get_issue(call: Call) -> Answer:
    """https://docs.github.com/en/rest/issues/issues#get-an-issue"""
    return Answer(payloads.issue(call.state, _issue(call)))


def list_timeline(call: Call) -> Answer:
    """https://docs.github.com/en/rest/issues/timeline#list-timeline-events-for-an-issue"""
    address = f"/repos/{call.repository.full_name}/issues/{_number(call)}/timeline"
    return call.page(timeline.events(call.state, _issue(call)), timeline.event, address)


def list_reviews(call: Call) -> Answer:
    """https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request"""
    pull = call.state.pull_request(call.full_name, _number(call))
    address = f"/repos/{call.repository.full_name}/pulls/{pull.number}/reviews"
    written = call.state.verdicts.reviews(pull)
    return call.page(written, lambda state, one: check_payloads.review(state, pull, one), address)


def list_check_runs(call: Call) -> Answer:
    """https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference"""
    repo, commit = call.repository, _commit(call)
    runs = call.state.verdicts.check_runs(repo, commit, latest=call.query.get("filter", "latest") == "latest")
    address = f"/repos/{repo.full_name}/commits/{commit}/check-runs"
    page = call.page(runs, lambda state, run: check_payloads.check_run(state, repo, run), address)
    return Answer({"total_count": len(runs), "check_runs": page.body}, headers=page.headers)


def get_combined_status(call: Call) -> Answer:
    """https://docs.github.com/en/rest/commits/statuses#get-the-combined-status-for-a-specific-reference"""
    repo, commit = call.repository, _commit(call)
    statuses = call.state.verdicts.statuses(repo, commit)
    shown, headers = call.part(statuses, f"/repos/{repo.full_name}/commits/{commit}/status")
    return Answer(check_payloads.combined_status(call.state, repo, commit, shown), headers=headers)


def list_comments(call: Call) -> Answer:
    """https://docs.github.com/en/rest/issues/comments#list-issue-comments"""
    address = f"/repos/{call.repository.full_name}/issues/{_number(call)}/comments"
    return call.page(call.state.comments(_issue(call)), payloads.comment, address)


def create_comment(call: Call) -> Answer:
    """https://docs.github.com/en/rest/issues/comments#create-an-issue-comment"""
    issue = _issue(call)
    _check_may_write(call, issue)
    written = call.changes.app_commented(issue, _comment_text(call))
    answer = payloads.comment(call.state, written)
    return Answer(answer, 201, {"Location": answer["url"]})


def get_comment(call: Call) -> Answer:
    """https://docs.github.com/en/rest/issues/comments#get-an-issue-comment"""
    return Answer(payloads.comment(call.state, _comment(call)))


def update_comment(call: Call) -> Answer:
    """https://docs.github.com/en/rest/issues/comments#update-an-issue-comment

    GitHub lets an App that may write edit anybody's comment, so this does too: not doing so is up to the App.
    """
    comment = _comment(call)
    _check_may_write(call, call.state.issue(call.full_name, comment.number))
    edited = call.changes.comment_edited(comment, _comment_text(call), call.state.app.bot)
    return Answer(payloads.comment(call.state, edited))


def delete_comment(call: Call) -> Answer:
    """https://docs.github.com/en/rest/issues/comments#delete-an-issue-comment"""
    comment = _comment(call)
    _check_may_write(call, call.state.issue(call.full_name, comment.number))
    call.changes.comment_deleted(comment, call.state.app.bot)
    return Answer(None, 204)


def _check_installation(call: Call) -> None:
    if call.path["installation"] != call.state.app.installation.id:
        raise not_found()


def _check_may_write(call: Call, issue: Issue) -> None:
    # GitHub's pages name either permission for these endpoints; asking for the one that belongs to the thread
    # is the stricter reading, so an App that passes here passes there.
    permission = "pull_requests" if isinstance(issue, PullRequest) else "issues"
    if call.token is None or not call.token.grants(permission, "write"):
        raise ApiError(403, "Resource not accessible by integration")


def _comment_text(call: Call) -> str:
    text: str = call.body["body"]
    if text.strip() and len(text) <= LONGEST_COMMENT:
        return text
    reason = f"Body is too long (maximum is {LONGEST_COMMENT} characters)" if text.strip() else "Body can't be blank"
    error = {"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": reason}
    raise ApiError(422, "Validation Failed", [error])


def _number(call: Call) -> int:
    return int(call.path["number"])


def _issue(call: Call) -> Issue:
    return call.state.issue(call.full_name, _number(call))


def _commit(call: Call) -> str:
    sha = str(call.path["sha"])
    if bare_git.read_commit(call.repository.path, sha) is None:
        raise ApiError(422, f"No commit found for SHA: {sha}")
    return sha


def _comment(call: Call) -> Comment:
    return call.state.comment(call.full_name, int(call.path["comment"]))


_INSTALLATION = "/app/installations/{installation:int}"
_REPOSITORY = "/repos/{owner}/{repo}"
_COMMENTS = _REPOSITORY + "/issues/{number:int}/comments"
_COMMENT = _REPOSITORY + "/issues/comments/{comment:int}"
_ACCESS_BODY = "AppInstallationsInstallationIdAccessTokensPostBody"
_NEW_COMMENT_BODY = "ReposOwnerRepoIssuesIssueNumberCommentsPostBody"
_COMMENT_BODY = "ReposOwnerRepoIssuesCommentsCommentIdPatchBody"
_TALK = ("issues", "pull_requests")
_PULLS = ("pull_requests",)
_EVENT = "TimelineCrossReferencedEvent|TimelineCommentEvent"
_CHECK_RUNS = "ReposOwnerRepoCommitsRefCheckRunsGetResponse200"

TABLE = (
    Endpoint("GET", "/app", get_app, "Integration", None),
    Endpoint("GET", _INSTALLATION, get_installation, "Installation", None),
    Endpoint(
        "POST",
        f"{_INSTALLATION}/access_tokens",
        create_token,
        "InstallationToken",
        None,
        accepts=_ACCESS_BODY,
    ),
    Endpoint("GET", _REPOSITORY, get_repository, "FullRepository", ("metadata",)),
    Endpoint("GET", _REPOSITORY + "/pulls", list_pull_requests, "PullRequestSimple", _PULLS),
    Endpoint("GET", _REPOSITORY + "/pulls/{number:int}", get_pull_request, "PullRequest", _PULLS),
    Endpoint("GET", _REPOSITORY + "/issues/{number:int}", get_issue, "Issue", _TALK),
    Endpoint("GET", _REPOSITORY + "/issues/{number:int}/timeline", list_timeline, _EVENT, _TALK),
    Endpoint("GET", _REPOSITORY + "/pulls/{number:int}/reviews", list_reviews, "PullRequestReview", _PULLS),
    Endpoint("GET", _REPOSITORY + "/commits/{sha}/check-runs", list_check_runs, _CHECK_RUNS, ("checks",)),
    Endpoint("GET", _REPOSITORY + "/commits/{sha}/status", get_combined_status, "CombinedCommitStatus", ("statuses",)),
    Endpoint("GET", _COMMENTS, list_comments, "IssueComment", _TALK),
    Endpoint("POST", _COMMENTS, create_comment, "IssueComment", _TALK, "write", _NEW_COMMENT_BODY),
    Endpoint("GET", _COMMENT, get_comment, "IssueComment", _TALK),
    Endpoint("PATCH", _COMMENT, update_comment, "IssueComment", _TALK, "write", _COMMENT_BODY),
    Endpoint("DELETE", _COMMENT, delete_comment, None, _TALK, "write"),
)
