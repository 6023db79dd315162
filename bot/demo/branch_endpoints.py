"""Endpoints about branches: the branch with its protection, the rules that apply to it, and branches by their names.

Source: https://docs.github.com/en/rest/branches/branches, https://docs.github.com/en/rest/repos/rules and
https://docs.github.com/en/rest/git/refs.
"""

from bot.demo import bare_git
from bot.demo.answers import Answer, not_found
from bot.demo.api import Call, Endpoint
from bot.demo.profiles import JSON, api_url
from bot.demo.records import Repository
from bot.demo.state import State


def get_branch(call: Call) -> Answer:
    """https://docs.github.com/en/rest/branches/branches#get-a-branch"""
    state, repo, branch = call.state, call.repository, str(call.path["branch"])
    tip = bare_git.branch_tip(repo.path, branch)
    if tip is None:
        raise not_found()
    url = api_url(state, f"/repos/{repo.full_name}/branches/{branch}")
    protected = state.branch_rules.protection(repo, branch)
    return Answer(
        {
            "name": branch,
            "commit": _commit(state, repo, tip),
            "_links": {"self": url, "html": f"{state.address}/{repo.full_name}/tree/{branch}"},
            "protected": protected is not None or bool(_rules(state, repo, branch)),
            "protection": {"enabled": protected is not None, "required_status_checks": _required(protected or ())},
            "protection_url": f"{url}/protection",
        }
    )


def get_rules(call: Call) -> Answer:
    """https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch: of branches that are yet to come as well."""
    repo, branch = call.repository, str(call.path["branch"])
    address = f"/repos/{repo.full_name}/rules/branches/{branch}"
    return call.page(_rules(call.state, repo, branch), lambda _, rule: rule, address)


def list_matching_refs(call: Call) -> Answer:
    """https://docs.github.com/en/rest/git/refs#list-matching-references: of branches; tags are not listed here."""
    wanted = f"refs/{call.path['ref']}"
    tips = {f"refs/heads/{name}": tip for name, tip in bare_git.tips(call.repository.path).items()}
    return Answer([_ref(call, name, tip) for name, tip in sorted(tips.items()) if name.startswith(wanted)])


def _ref(call: Call, name: str, tip: str) -> JSON:
    url = api_url(call.state, f"/repos/{call.repository.full_name}/git")
    points_at = {"type": "commit", "sha": tip, "url": f"{url}/commits/{tip}"}
    return {"ref": name, "node_id": f"REF_{name}", "url": f"{url}/{name}", "object": points_at}


def _rules(state: State, repo: Repository, branch: str) -> list[JSON]:
    source = {"ruleset_source_type": "Repository", "ruleset_source": repo.full_name, "ruleset_id": repo.id}
    found: list[JSON] = []
    for contexts in state.branch_rules.rulesets(repo, branch):
        found.append({"type": "deletion"} | source)  # which GitHub proposes for every ruleset
        checks = [{"context": context} for context in contexts]
        wanted = {"required_status_checks": checks, "strict_required_status_checks_policy": False}
        found.append({"type": "required_status_checks", "parameters": wanted} | source)
    workflows = [{"path": path, "repository_id": repo.id} for path in state.branch_rules.workflows(repo, branch)]
    if workflows:
        found.append({"type": "workflows", "parameters": {"workflows": workflows}} | source)
    return found


def _required(contexts: tuple[str, ...]) -> JSON:
    checks = [{"context": context, "app_id": None} for context in contexts]
    return {"enforcement_level": "everyone" if contexts else "off", "contexts": list(contexts), "checks": checks}


def _commit(state: State, repo: Repository, sha: str) -> JSON:
    (logged,) = bare_git.read_history(repo.path, None, sha, 1)
    url, page = api_url(state, f"/repos/{repo.full_name}"), f"{state.address}/{repo.full_name}/commit/{sha}"
    return {
        "sha": sha,
        "node_id": f"C_{sha}",
        "url": f"{url}/commits/{sha}",
        "html_url": page,
        "comments_url": f"{url}/commits/{sha}/comments",
        "commit": {
            "url": f"{url}/git/commits/{sha}",
            "author": {"name": logged.author, "email": logged.author_email, "date": logged.authored_at},
            "committer": {"name": logged.committer, "email": logged.committer_email, "date": logged.committed_at},
            "message": logged.message,
            "comment_count": 0,
            "tree": {"sha": logged.tree, "url": f"{url}/git/trees/{logged.tree}"},
        },
        "author": None,
        "committer": None,
        "parents": [],
    }


_REPOSITORY = "/repos/{owner}/{repo}"
_RULES = "|".join(f"RepositoryRuleDetailedOneof{number}" for number in (2, 8, 15))

TABLE = (
    Endpoint("GET", _REPOSITORY + "/branches/{branch:path}", get_branch, "BranchWithProtection", ("contents",)),
    Endpoint("GET", _REPOSITORY + "/git/matching-refs/{ref:path}", list_matching_refs, "GitRef", ("contents",)),
    Endpoint("GET", _REPOSITORY + "/rules/branches/{branch:path}", get_rules, _RULES, ("metadata",)),
)
