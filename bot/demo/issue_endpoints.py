"""Endpoints about what is discussed: issues, comments and reactions to them.

Source: https://docs.github.com/en/rest/issues and https://docs.github.com/en/rest/reactions.
"""

from bot.demo import payloads, timeline
from bot.demo.answers import Answer, ApiError, not_found
from bot.demo.api import Call, Endpoint
from bot.demo.records import Comment, Issue, PullRequest

LONGEST_COMMENT = 65_536  # characters
LONGEST_TITLE = 256


def list_issues(call: Call) -> Answer:
    """https://docs.github.com/en/rest/issues/issues#list-repository-issues: pull requests are among them."""
    _check_enabled(call)
    query = call.query
    labels = {label for label in query.get("labels", "").split(",") if label}
    found = [
        issue
        for issue in call.state.issues(call.repository)
        if query.get("state", "open") in (issue.state, "all")
        and query.get("creator", issue.author.login).lower() == issue.author.login.lower()
        and labels <= set(issue.labels)
    ]
    ordered = found if query.get("direction") == "asc" else found[::-1]
    return call.page(ordered, payloads.issue, f"/repos/{call.repository.full_name}/issues")


def create_issue(call: Call) -> Answer:
    """https://docs.github.com/en/rest/issues/issues#create-an-issue"""
    _check_enabled(call)
    labels = tuple(one if isinstance(one, str) else one["name"] for one in call.body.get("labels") or ())
    body = call.body.get("body")
    if body:
        _checked_text(body, "Issue")
    issue = call.changes.app_opened_issue(call.full_name, _title(call), body, labels)
    answer = payloads.issue(call.state, issue)
    return Answer(answer, 201, {"Location": answer["url"]})


def get_issue(call: Call) -> Answer:
    """https://docs.github.com/en/rest/issues/issues#get-an-issue"""
    return Answer(payloads.issue(call.state, _issue(call)))


def update_issue(call: Call) -> Answer:
    """https://docs.github.com/en/rest/issues/issues#update-an-issue"""
    issue = _issue(call)
    _check_may_write(call, issue)
    if "title" in call.body:
        issue = call.state.change_issue(issue, title=_title(call))
    if call.body.get("body"):
        issue = call.state.change_issue(issue, body=_checked_text(call.body["body"], "Issue"))
    if call.body.get("state") in ("open", "closed"):
        issue = call.state.set_open(issue, call.body["state"])
    return Answer(payloads.issue(call.state, issue))


def list_timeline(call: Call) -> Answer:
    """https://docs.github.com/en/rest/issues/timeline#list-timeline-events-for-an-issue"""
    address = f"/repos/{call.repository.full_name}/issues/{_number(call)}/timeline"
    return call.page(timeline.events(call.state, _issue(call)), timeline.event, address)


def list_comments(call: Call) -> Answer:
    """https://docs.github.com/en/rest/issues/comments#list-issue-comments"""
    address = f"/repos/{call.repository.full_name}/issues/{_number(call)}/comments"
    return call.page(call.state.comments(_issue(call)), payloads.comment, address)


def create_comment(call: Call) -> Answer:
    """https://docs.github.com/en/rest/issues/comments#create-an-issue-comment"""
    issue = _issue(call)
    _check_may_write(call, issue)
    _check_unlocked(issue, "comment")
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


def list_reactions(call: Call) -> Answer:
    """https://docs.github.com/en/rest/reactions/reactions#list-reactions-for-an-issue-comment"""
    comment = _comment(call)
    wanted = call.query.get("content")
    found = [one for one in call.state.reactions.of(comment) if wanted in (None, one.content)]
    address = f"/repos/{call.repository.full_name}/issues/comments/{comment.id}/reactions"
    return call.page(found, payloads.reaction, address)


def create_reaction(call: Call) -> Answer:
    """https://docs.github.com/en/rest/reactions/reactions#create-reaction-for-an-issue-comment: 200 if it is known."""
    comment = _comment(call)
    issue = call.state.issue(call.full_name, comment.number)
    _check_may_write(call, issue)
    _check_unlocked(issue, "reaction")
    reaction, is_new = call.state.reactions.add(comment, call.state.app.bot, call.body["content"])
    return Answer(payloads.reaction(call.state, reaction), 201 if is_new else 200)


def delete_reaction(call: Call) -> Answer:
    """https://docs.github.com/en/rest/reactions/reactions#delete-an-issue-comment-reaction"""
    comment = _comment(call)
    _check_may_write(call, call.state.issue(call.full_name, comment.number))
    if not call.state.reactions.remove(comment, int(call.path["reaction"])):
        raise not_found()
    return Answer(None, 204)


def _check_enabled(call: Call) -> None:
    if not call.repository.has_issues:
        raise ApiError(410, "Issues has been disabled in this repository.")


def _check_may_write(call: Call, issue: Issue) -> None:
    # GitHub's pages name either permission for these endpoints; asking for the one that belongs to the thread
    # is the stricter reading, so an App that passes here passes there.
    permission = "pull_requests" if isinstance(issue, PullRequest) else "issues"
    if call.token is None or not call.token.grants(permission, "write"):
        raise ApiError(403, "Resource not accessible by integration")


def _check_unlocked(issue: Issue, what: str) -> None:
    # Only people who may write to the repository get past the lock; an App is none of them.
    # https://docs.github.com/en/communities/moderating-comments-and-conversations/locking-conversations
    if issue.locked:
        raise ApiError(403, f"Unable to create {what} because issue is locked.")


def _comment_text(call: Call) -> str:
    return _checked_text(call.body["body"], "IssueComment")


def _checked_text(text: str, resource: str) -> str:
    if text.strip() and len(text) <= LONGEST_COMMENT:
        return text
    reason = f"Body is too long (maximum is {LONGEST_COMMENT} characters)" if text.strip() else "Body can't be blank"
    raise _unprocessable(resource, reason)


def _title(call: Call) -> str:
    title = str(call.body["title"])
    if not title.strip():
        raise _unprocessable("Issue", "title can't be blank")
    if len(title) > LONGEST_TITLE:
        raise _unprocessable("Issue", f"title is too long (maximum is {LONGEST_TITLE} characters)")
    return title


def _unprocessable(resource: str, reason: str) -> ApiError:
    error = {"resource": resource, "code": "unprocessable", "field": "data", "message": reason}
    return ApiError(422, "Validation Failed", [error])


def _number(call: Call) -> int:
    return int(call.path["number"])


def _issue(call: Call) -> Issue:
    issue = call.state.issue(call.full_name, _number(call))
    if not isinstance(issue, PullRequest):
        _check_enabled(call)
    return issue


def _comment(call: Call) -> Comment:
    return call.state.comment(call.full_name, int(call.path["comment"]))


_ISSUES = "/repos/{owner}/{repo}/issues"
_ISSUE = _ISSUES + "/{number:int}"
_COMMENTS = _ISSUE + "/comments"
_COMMENT = _ISSUES + "/comments/{comment:int}"
_REACTIONS = _COMMENT + "/reactions"
_NEW_ISSUE_BODY = "ReposOwnerRepoIssuesPostBody"
_ISSUE_BODY = "ReposOwnerRepoIssuesIssueNumberPatchBody"
_NEW_COMMENT_BODY = "ReposOwnerRepoIssuesIssueNumberCommentsPostBody"
_COMMENT_BODY = "ReposOwnerRepoIssuesCommentsCommentIdPatchBody"
_REACTION_BODY = "ReposOwnerRepoIssuesCommentsCommentIdReactionsPostBody"
_TALK = ("issues", "pull_requests")
_EVENT = "TimelineCrossReferencedEvent|TimelineCommentEvent"

TABLE = (
    Endpoint("GET", _ISSUES, list_issues, "Issue", _TALK),
    Endpoint("POST", _ISSUES, create_issue, "Issue", ("issues",), "write", _NEW_ISSUE_BODY),
    Endpoint("GET", _ISSUE, get_issue, "Issue", _TALK),
    Endpoint("PATCH", _ISSUE, update_issue, "Issue", _TALK, "write", _ISSUE_BODY),
    Endpoint("GET", _ISSUE + "/timeline", list_timeline, _EVENT, _TALK),
    Endpoint("GET", _COMMENTS, list_comments, "IssueComment", _TALK),
    Endpoint("POST", _COMMENTS, create_comment, "IssueComment", _TALK, "write", _NEW_COMMENT_BODY),
    Endpoint("GET", _COMMENT, get_comment, "IssueComment", _TALK),
    Endpoint("PATCH", _COMMENT, update_comment, "IssueComment", _TALK, "write", _COMMENT_BODY),
    Endpoint("DELETE", _COMMENT, delete_comment, None, _TALK, "write"),
    Endpoint("GET", _REACTIONS, list_reactions, "Reaction", _TALK),
    Endpoint("POST", _REACTIONS, create_reaction, "Reaction", _TALK, "write", _REACTION_BODY),
    Endpoint("DELETE", _REACTIONS + "/{reaction:int}", delete_reaction, None, _TALK, "write"),
)
