"""What has to pass before a merge, as far as GitHub tells it."""

from __future__ import annotations

import pytest

from bot.demo.bare_git import set_branch
from bot.demo.faults import Fault
from bot.github.app import GitHubApp
from bot.github.permissions import READ_PERMISSIONS
from bot.github.records import MergeGroup
from tests.bot.conftest import Shop
from tests.bot.github.conftest import Account, opened

pytestmark = pytest.mark.anyio


async def required(github: GitHubApp, shop: Shop, branch: str = "main") -> tuple[str, ...] | None:
    async with opened(github, shop) as repository:
        return await repository.required_checks(branch)


async def test_where_nothing_is_required_that_is_known(github: GitHubApp, shop: Shop) -> None:
    assert await required(github, shop) == ()


async def test_what_rulesets_require_is_required_whatever_other_rules_there_are(github: GitHubApp, shop: Shop) -> None:
    shop.standin.owner.add_ruleset(shop.name, "main", ["tests", "lint"])
    shop.standin.owner.add_ruleset(shop.name, "main", ["fifthwhy"])
    assert await required(github, shop) == ("fifthwhy", "lint", "tests")


async def test_what_the_protection_of_the_branch_requires_is_required(github: GitHubApp, shop: Shop) -> None:
    shop.standin.owner.protect_branch(shop.name, "main", ["tests"])
    assert await required(github, shop) == ("tests",)


async def test_what_both_require_is_told_once(github: GitHubApp, shop: Shop) -> None:
    shop.standin.owner.protect_branch(shop.name, "main", ["tests", "docs"])
    shop.standin.owner.add_ruleset(shop.name, "main", ["tests", "lint"])
    assert await required(github, shop) == ("docs", "lint", "tests")


async def test_a_branch_that_is_protected_from_other_things_requires_nothing(github: GitHubApp, shop: Shop) -> None:
    shop.standin.owner.protect_branch(shop.name, "main")
    assert await required(github, shop) == ()


async def test_a_workflow_that_has_to_pass_is_a_check_too(github: GitHubApp, shop: Shop) -> None:
    shop.standin.owner.require_workflow(shop.name, "main", ".github/workflows/ci.yml")
    assert await required(github, shop) == (".github/workflows/ci.yml",)


async def test_other_branches_have_rules_of_their_own(github: GitHubApp, shop: Shop) -> None:
    shop.standin.owner.add_ruleset(shop.name, "main", ["tests"])
    assert await required(github, shop, "feature") == ()


@pytest.mark.parametrize("branch", ["release/1.0", "50%-off", "issue#7"])
async def test_a_branch_may_have_any_name_that_git_allows(github: GitHubApp, shop: Shop, branch: str) -> None:
    set_branch(shop.repository.path, branch, shop.pull.base.sha)
    shop.standin.owner.protect_branch(shop.name, branch, ["tests"])
    shop.standin.owner.add_ruleset(shop.name, branch, ["lint"])
    assert await required(github, shop, branch) == ("lint", "tests")


async def test_every_page_of_rules_is_read(github: GitHubApp, shop: Shop) -> None:
    names = tuple(f"check-{number:03}" for number in range(120))
    for name in names:
        shop.standin.owner.add_ruleset(shop.name, "main", [name])
    assert await required(github, shop) == names


async def test_a_branch_that_is_not_there_is_nobody_s_knowledge(github: GitHubApp, shop: Shop) -> None:
    assert await required(github, shop, "nowhere") is None


async def test_a_token_that_may_not_read_contents_is_told_nothing(github: GitHubApp, account: Account) -> None:
    async with account.opened(github, READ_PERMISSIONS) as repository:
        assert await repository.required_checks("main") is None


async def test_where_the_account_would_have_to_pay_for_rules_there_are_none(github: GitHubApp, shop: Shop) -> None:
    message = "Upgrade to GitHub Pro or make this repository public to enable this feature."
    path = f"/api/v3/repos/{shop.name}/rules/branches/*"
    shop.standin.faults.append(Fault("GET", path, status=403, message=message))
    assert await required(github, shop) == ()


# --- merge groups -----------------------------------------------------------------------------------------------------


async def groups(github: GitHubApp, shop: Shop) -> tuple[MergeGroup, ...]:
    async with opened(github, shop) as repository:
        return await repository.merge_groups()


async def test_where_no_queue_waits_there_is_no_merge_group(github: GitHubApp, shop: Shop) -> None:
    assert await groups(github, shop) == ()


async def test_merge_groups_are_told_by_their_branches(github: GitHubApp, shop: Shop) -> None:
    made = shop.standin.merge_queue.add(shop.name, shop.pull.number, shop.person)
    assert await groups(github, shop) == (MergeGroup(made.head_sha, made.base_sha, "main"),)
    shop.standin.merge_queue.remove(made, shop.person)
    assert await groups(github, shop) == ()


async def test_a_merge_group_may_be_for_any_branch(github: GitHubApp, shop: Shop) -> None:
    base, head = shop.pull.base.sha, shop.pull.head.sha
    set_branch(shop.repository.path, f"gh-readonly-queue/release/pr-1-x/pr-7-{base}", head)
    set_branch(shop.repository.path, "gh-readonly-queue/of-somebody", head)
    assert await groups(github, shop) == (MergeGroup(head, base, "release/pr-1-x"),)
