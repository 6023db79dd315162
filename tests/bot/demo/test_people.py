"""Who may do what: roles, bots, outsiders, as the App asks for them."""

from typing import cast

import pytest
from githubkit import AppInstallationAuthStrategy, GitHub
from githubkit.exception import RequestFailed

from bot.demo.github import GitHubStandIn
from bot.demo.records import Person, Role
from tests.bot.demo.conftest import SHOP

Client = GitHub[AppInstallationAuthStrategy]

pytestmark = pytest.mark.usefixtures("address")


def told(github: Client, login: str) -> tuple[str, str]:
    answer = github.rest.repos.get_collaborator_permission_level("acme", "shop", login).parsed_data
    return answer.permission, answer.role_name


@pytest.mark.parametrize(
    ("role", "permission"),
    [("admin", "admin"), ("maintain", "write"), ("write", "write"), ("triage", "read"), ("read", "read")],
)
def test_a_role_is_told_with_the_permission_it_used_to_be(
    role: str, permission: str, github: Client, standin: GitHubStandIn
) -> None:
    standin.add_person("grace", role=cast("Role", role))
    assert told(github, "grace") == (permission, role)


def test_outsiders_have_no_role_in_what_is_private_and_read_what_is_public(
    github: Client, standin: GitHubStandIn, ada: Person
) -> None:
    standin.add_person("mallory", member=False)
    assert told(github, "mallory") == ("none", "none")
    standin.owner.publish(SHOP, by=ada)
    assert told(github, "mallory") == ("read", "read")


def test_a_role_can_differ_in_one_repository(github: Client, standin: GitHubStandIn, ada: Person) -> None:
    standin.set_role(SHOP, ada, "triage")
    assert told(github, "ada") == ("read", "triage")


def test_nobody_is_no_user(github: Client) -> None:
    with pytest.raises(RequestFailed) as failure:
        told(github, "nobody")
    assert failure.value.response.status_code == 404


def test_a_bot_opens_pull_requests_as_a_bot(github: Client, standin: GitHubStandIn) -> None:
    bot = standin.add_bot("dependabot[bot]")
    pull = standin.open_pull_request(SHOP, head="feature", base="main", title="Bump", by=bot)
    author = github.rest.pulls.get("acme", "shop", pull.number).parsed_data.user
    assert (author.login, author.type) == ("dependabot[bot]", "Bot")


def test_an_outsider_with_a_role_in_a_repository_is_a_collaborator_there(
    github: Client, standin: GitHubStandIn
) -> None:
    grace = standin.add_person("grace", member=False)
    standin.set_role(SHOP, grace, "write")
    issue = standin.open_issue(SHOP, "How does it stand?", None, by=grace).number
    assert github.rest.issues.get("acme", "shop", issue).parsed_data.author_association == "COLLABORATOR"
    assert told(github, "grace") == ("write", "write")
