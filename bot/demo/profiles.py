"""JSON of those who act, and where: the App, its installation, users and repositories, as GitHub has it."""

from datetime import datetime
from typing import Any, TypeAlias

from bot.demo.installations import Installed
from bot.demo.records import Repository, User
from bot.demo.state import State

JSON: TypeAlias = dict[str, Any]

_USER_PATHS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_REPOSITORY_PATHS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def timestamp(moment: datetime) -> str:
    """A moment as GitHub writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def api_url(state: State, path: str) -> str:
    """An address of the REST API, laid out as on GitHub Enterprise Server."""
    return f"{state.address}/api/v3{path}"


def app(state: State) -> JSON:
    """The App, as `GET /app` and `performed_via_github_app` show it."""
    registration = state.app
    return {
        "id": registration.id,
        "client_id": registration.client_id,
        "slug": registration.slug,
        "node_id": f"A_{registration.id}",
        "owner": user(state, registration.installation.account),
        "name": registration.name,
        "description": None,
        "external_url": state.address,
        "html_url": f"{state.address}/apps/{registration.slug}",
        "created_at": timestamp(registration.created_at),
        "updated_at": timestamp(registration.created_at),
        "permissions": dict(registration.permissions),
        "events": list(registration.events),
    }


def other_app(state: State) -> JSON:
    """The App that runs workflows: most check runs on GitHub are its."""
    page = f"{state.address}/apps/github-actions"
    names = {"id": 15368, "client_id": "Iv1.05c79e9ad1f6bdfa", "slug": "github-actions", "name": "GitHub Actions"}
    nothing = {"permissions": {"metadata": "read"}, "events": []}
    return app(state) | names | {"node_id": "A_15368", "html_url": page} | nothing


def installation(state: State, installed: Installed) -> JSON:
    """The App's installation on an account, with the permissions that were accepted there."""
    registration = state.app
    settings = f"{state.address}/organizations/{installed.account.login}/settings"
    return {
        "id": installed.id,
        "client_id": registration.client_id,
        "account": user(state, installed.account),
        "repository_selection": "all" if installed.repository_ids is None else "selected",
        "access_tokens_url": api_url(state, f"/app/installations/{installed.id}/access_tokens"),
        "repositories_url": api_url(state, "/installation/repositories"),
        "html_url": f"{settings}/installations/{installed.id}",
        "app_id": registration.id,
        "app_slug": registration.slug,
        "target_id": installed.account.id,
        "target_type": installed.account.type,
        "permissions": dict(installed.permissions),
        "events": list(installed.events),
        "created_at": timestamp(installed.created_at),
        "updated_at": timestamp(installed.created_at),
        "single_file_name": None,
        "suspended_by": user(state, installed.suspended_by) if installed.suspended_by else None,
        "suspended_at": timestamp(installed.suspended_at) if installed.suspended_at else None,
    }


def user(state: State, account: User) -> JSON:
    """An account, in the short form that is part of other answers."""
    url = api_url(state, f"/users/{account.login}")
    page = f"apps/{account.login.removesuffix('[bot]')}" if account.type == "Bot" else account.login
    return {
        "login": account.login,
        "id": account.id,
        "node_id": f"U_{account.id}",
        "avatar_url": f"{state.address}/avatars/{account.id}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{state.address}/{page}",
        "type": account.type,
        "site_admin": False,
        **{key: url + path for key, path in _USER_PATHS.items()},
    }


def repository(state: State, repo: Repository) -> JSON:
    """A repository, in the form that pull requests, tokens and webhooks carry."""
    url, page = api_url(state, f"/repos/{repo.full_name}"), f"{state.address}/{repo.full_name}"
    host = state.address.partition("://")[2]
    still_open = sum(issue.state == "open" for issue in state.issues(repo))
    forks = sum(other.fork_of == repo.id for other in state.repositories())
    return {
        "id": repo.id,
        "node_id": f"R_{repo.id}",
        "name": repo.name,
        "full_name": repo.full_name,
        "owner": user(state, repo.owner),
        "private": repo.private,
        "visibility": "private" if repo.private else "public",
        "html_url": page,
        "description": repo.description,
        "fork": repo.fork_of is not None,
        "url": url,
        **{key: url + path for key, path in _REPOSITORY_PATHS.items()},
        "git_url": f"git://{host}/{repo.full_name}.git",
        "ssh_url": f"git@{host}:{repo.full_name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "mirror_url": None,
        "homepage": None,
        "language": "Python",
        "license": None,
        "topics": [],
        "forks": forks,
        "forks_count": forks,
        "stargazers_count": 0,
        "watchers": 0,
        "watchers_count": 0,
        "size": 0,
        "default_branch": repo.default_branch,
        "open_issues": still_open,
        "open_issues_count": still_open,
        "has_issues": repo.has_issues,
        "has_projects": False,
        "has_wiki": False,
        "has_pages": False,
        "has_discussions": False,
        "archived": repo.archived,
        "disabled": repo.disabled,
        "pushed_at": timestamp(repo.pushed_at),
        "created_at": timestamp(repo.created_at),
        "updated_at": timestamp(repo.pushed_at),
    }


def full_repository(state: State, repo: Repository) -> JSON:
    """A repository, as `GET /repos/{owner}/{repo}` shows it."""
    return repository(state, repo) | {"subscribers_count": 0, "network_count": 0}
