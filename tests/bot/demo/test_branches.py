"""Branches and what is required of them, by the API; the client reads each answer by GitHub's schema."""

import pytest
from githubkit import AppInstallationAuthStrategy, GitHub
from githubkit.exception import RequestFailed

from bot.demo.github import GitHubStandIn
from tests.bot.demo.conftest import SHOP
from tests.repositories import Repo

Client = GitHub[AppInstallationAuthStrategy]

pytestmark = pytest.mark.usefixtures("address")


def test_a_branch_comes_with_its_last_commit_and_without_protection(github: Client, shop: Repo) -> None:
    found = github.rest.repos.get_branch("acme", "shop", "main").parsed_data
    assert (found.name, found.commit.sha, found.commit.commit.message) == ("main", shop.head(), "Begin the shop")
    assert (found.protected, found.protection.enabled) == (False, False)
    assert github.rest.repos.get_branch_rules("acme", "shop", "main").parsed_data == []


def test_protection_is_told_with_the_checks_that_it_requires(github: Client, standin: GitHubStandIn) -> None:
    standin.owner.protect_branch(SHOP, "main", ["tests"])
    found = github.rest.repos.get_branch("acme", "shop", "main").parsed_data
    required = found.protection.required_status_checks
    assert (found.protected, found.protection.enabled) == (True, True)
    assert required
    assert (required.contexts, [check.context for check in required.checks]) == (["tests"], ["tests"])


def test_the_rules_of_all_rulesets_are_told_and_are_no_protection(github: Client, standin: GitHubStandIn) -> None:
    standin.owner.add_ruleset(SHOP, "main", ["tests"])
    standin.owner.require_workflow(SHOP, "main", ".github/workflows/ci.yml")
    rules = github.rest.repos.get_branch_rules("acme", "shop", "main").parsed_data
    assert [rule.type for rule in rules] == ["deletion", "required_status_checks", "workflows"]
    found = github.rest.repos.get_branch("acme", "shop", "main").parsed_data
    assert (found.protected, found.protection.enabled) == (True, False)


def test_a_branch_that_is_not_there_is_a_404_and_has_no_rules(github: Client) -> None:
    with pytest.raises(RequestFailed) as refused:
        github.rest.repos.get_branch("acme", "shop", "nowhere")
    assert refused.value.response.status_code == 404
    assert github.rest.repos.get_branch_rules("acme", "shop", "nowhere").parsed_data == []
