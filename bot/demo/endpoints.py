"""The REST endpoints that the App calls: those about repositories and pull requests, and the table of all.

Source: https://docs.github.com/en/rest (repos, collaborators, pulls). Each is a function of a call.
"""

from bot.demo import (
    app_endpoints,
    bare_git,
    branch_endpoints,
    check_endpoints,
    check_payloads,
    content_endpoints,
    issue_endpoints,
    payloads,
    profiles,
)
from bot.demo.answers import Answer, ApiError
from bot.demo.api import Call, Endpoint
from bot.demo.records import PullRequest, Role

# The roles as they were before there were five of them.
_OLD_ROLES: dict[Role, str] = {"maintain": "write", "triage": "read"}


def get_repository(call: Call) -> Answer:
    """https://docs.github.com/en/rest/repos/repos#get-a-repository"""
    return Answer(profiles.full_repository(call.state, call.repository))


def get_permission(call: Call) -> Answer:
    """https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user"""
    login = str(call.path["login"])
    account = call.state.people.user(login)
    if account is None:
        raise ApiError(404, f"{login} is not a user")
    role = call.state.people.role(account, call.repository)
    ranks = ("none", "read", "triage", "write", "maintain", "admin")
    names = {"pull": "read", "triage": "triage", "push": "write", "maintain": "maintain", "admin": "admin"}
    permissions = {name: ranks.index(role) >= ranks.index(least) for name, least in names.items()}
    collaborator = profiles.user(call.state, account) | {"permissions": permissions, "role_name": role}
    return Answer({"permission": _OLD_ROLES.get(role, role), "role_name": role, "user": collaborator})


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


def list_pulls_of_commit(call: Call) -> Answer:
    """https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit

    Of a commit in the default branch the pull request that brought it, of another one the open ones that have it.
    """
    repo, sha = call.repository, str(call.path["sha"])
    if bare_git.read_commit(repo.path, sha) is None:
        raise ApiError(422, f"No commit found for SHA: {sha}")
    found = [pull for pull in call.state.pull_requests(repo) if _brings(call, pull, sha)]
    return call.page(found, payloads.pull_request_in_list, f"/repos/{repo.full_name}/commits/{sha}/pulls")


def list_reviews(call: Call) -> Answer:
    """https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request"""
    pull = call.state.pull_request(call.full_name, _number(call))
    address = f"/repos/{call.repository.full_name}/pulls/{pull.number}/reviews"
    written = call.state.verdicts.reviews(pull)
    return call.page(written, lambda state, one: check_payloads.review(state, pull, one), address)


def _brings(call: Call, pull: PullRequest, sha: str) -> bool:
    if pull.state == "closed" and pull.merged_at is None:
        return False
    path = call.repository.path
    return pull.head.sha == sha or (
        bare_git.contains(path, pull.head.sha, sha) and not bare_git.contains(path, pull.base.sha, sha)
    )


def _number(call: Call) -> int:
    return int(call.path["number"])


_REPOSITORY = "/repos/{owner}/{repo}"
_PULLS = ("pull_requests",)
_PERMISSION = "RepositoryCollaboratorPermission"

TABLE = (
    *app_endpoints.TABLE,
    Endpoint("GET", _REPOSITORY, get_repository, "FullRepository", ("metadata",)),
    Endpoint("GET", _REPOSITORY + "/collaborators/{login}/permission", get_permission, _PERMISSION, ("metadata",)),
    Endpoint("GET", _REPOSITORY + "/pulls", list_pull_requests, "PullRequestSimple", _PULLS),
    Endpoint("GET", _REPOSITORY + "/pulls/{number:int}", get_pull_request, "PullRequest", _PULLS),
    Endpoint("GET", _REPOSITORY + "/commits/{sha}/pulls", list_pulls_of_commit, "PullRequestSimple", _PULLS),
    Endpoint("GET", _REPOSITORY + "/pulls/{number:int}/reviews", list_reviews, "PullRequestReview", _PULLS),
    *branch_endpoints.TABLE,
    *content_endpoints.TABLE,
    *issue_endpoints.TABLE,
    *check_endpoints.TABLE,
)
