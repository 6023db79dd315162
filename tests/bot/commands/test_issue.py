"""What GitHub says around an issue, as a status report has it: asked over HTTP of the stand-in, with a narrow token."""

from __future__ import annotations

from datetime import UTC

import anyio
import pytest

from analyzers.policy import Policy, StatusPolicy, SuitePolicy
from analyzers.status import CheckRow, LinkedPull, TaskRow
from bot.commands.issue import IssueContext, issue_of
from bot.demo.records import Conclusion, PullRequest
from bot.github.app import GitHubApp
from bot.github.errors import GitHubRefusedError, GitHubUnavailableError
from bot.github.permissions import PERMISSIONS, REPORT_PERMISSIONS
from bot.github.pulls import MOST_LINKED_PULLS
from bot.github.records import Issue
from tests.bot.conftest import Shop, Site

pytestmark = pytest.mark.anyio

A_TEST_FAILS_AFTER_SECONDS = 60


@pytest.fixture
def github(site: Site) -> GitHubApp:
    return GitHubApp(site.standin.app.id, site.standin.app.private_key_pem, f"{site.address}/api/v3")


@pytest.fixture
def shop(site: Site) -> Shop:
    """A repository whose first thread is a pull request that mentions nothing."""
    return site.shop()


def open_issue(shop: Shop, body: str | None = None) -> int:
    return shop.standin.open_issue(shop.name, "Consolidate", body, shop.person, labels=("ssot",)).number


def open_pull(shop: Shop, body: str, *, draft: bool = False, base: str = "main") -> PullRequest:
    return shop.standin.open_pull_request(
        shop.name, head="feature", base=base, title="Move carts", body=body, draft=draft, by=shop.person
    )


async def ask(github: GitHubApp, shop: Shop, number: int, policy: Policy | None = None) -> IssueContext:
    with anyio.fail_after(A_TEST_FAILS_AFTER_SECONDS):
        job = shop.job
        async with github.repository(job.installation_id, job.repository_id, REPORT_PERMISSIONS) as repository:
            return await issue_of(repository, number, shop.pull.head.sha, policy or Policy())


async def linked(github: GitHubApp, shop: Shop, number: int) -> list[LinkedPull]:
    return list((await ask(github, shop, number)).pulls)


# --- the issue --------------------------------------------------------------------------------------------------------


async def test_an_issue_is_told_with_its_title_its_page_and_when_it_was_opened(github: GitHubApp, shop: Shop) -> None:
    number = open_issue(shop)
    told = await ask(github, shop, number)
    assert (told.issue.number, told.issue.title) == (number, "Consolidate")
    assert told.issue.url.endswith(f"/{shop.name}/issues/{number}")
    assert told.opened == shop.standin.state.issue(shop.name, number).created_at
    assert told.issue.opened == told.opened.astimezone(UTC).date().isoformat()
    assert told.is_open
    assert (told.pulls, told.more_pulls, told.tasks, told.suites) == ((), 0, (), ())


async def test_an_issue_is_known_by_its_labels_and_a_pull_request_is_told_apart(github: GitHubApp, shop: Shop) -> None:
    number = open_issue(shop)
    job = shop.job
    async with github.repository(job.installation_id, job.repository_id, REPORT_PERMISSIONS) as repository:
        issue, pull = await repository.issue(number), await repository.issue(shop.pull.number)
    assert isinstance(issue, Issue)
    assert (issue.labels, issue.body, issue.state, issue.is_pull_request) == (("ssot",), "", "open", False)
    assert pull.is_pull_request


async def test_an_issue_that_is_not_there_is_a_refusal(github: GitHubApp, shop: Shop) -> None:
    with pytest.raises(GitHubRefusedError, match="/issues/99 answered 404"):
        await ask(github, shop, 99)


async def test_a_token_for_an_audit_does_not_see_the_statuses(github: GitHubApp, shop: Shop) -> None:
    """What the App may do as a whole is no leave for each of its jobs."""
    job = shop.job
    async with github.repository(job.installation_id, job.repository_id, PERMISSIONS) as repository:
        with pytest.raises(GitHubRefusedError, match=r"/status answered 403"):
            await repository.checks(shop.pull.head.sha)


async def test_the_task_list_is_read_where_the_policy_says_so(github: GitHubApp, shop: Shop) -> None:
    number = open_issue(shop, "## Phase 1\r\n\r\n- [x] Find them\r\n- [ ] Move them\r\n")
    assert (await ask(github, shop, number)).tasks == ()
    policy = Policy(status=StatusPolicy(phases_from_tasks=True))
    assert (await ask(github, shop, number, policy)).tasks == (
        TaskRow("Find them", True, "Phase 1"),
        TaskRow("Move them", False, "Phase 1"),
    )


# --- pull requests ----------------------------------------------------------------------------------------------------


async def test_pull_requests_that_mention_the_issue_are_linked_the_newest_first(github: GitHubApp, shop: Shop) -> None:
    number = open_issue(shop)
    first = open_pull(shop, f"A step towards #{number}")
    open_pull(shop, f"Not #{number}0")
    second = open_pull(shop, f"Fixes #{number}")
    told = await linked(github, shop, number)
    assert [(pull.number, pull.closes) for pull in told] == [(second.number, True), (first.number, False)]
    assert told[0].url.endswith(f"/{shop.name}/pull/{second.number}")
    assert (told[0].title, told[0].review, told[0].checks) == ("Move carts", "none", None)


async def test_a_pull_request_that_mentions_the_issue_twice_is_linked_once(github: GitHubApp, shop: Shop) -> None:
    number = open_issue(shop)
    pull = open_pull(shop, f"#{number} and #{number}")
    assert [one.number for one in await linked(github, shop, number)] == [pull.number]


async def test_issues_and_pull_requests_of_other_repositories_are_not_linked(
    github: GitHubApp, shop: Shop, site: Site
) -> None:
    number = open_issue(shop)
    other = site.shop()
    open_pull(other, f"Fixes {shop.name}#{number}")
    shop.standin.open_issue(shop.name, "Another", f"As in #{number}", shop.person)
    shop.standin.comment(shop.name, number, f"See #{shop.pull.number}", shop.person)
    assert await linked(github, shop, number) == []


async def test_a_pull_request_to_another_branch_closes_nothing(github: GitHubApp, shop: Shop) -> None:
    """https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue"""
    number = open_issue(shop)
    open_pull(shop, f"Fixes #{number}", base="feature")
    assert [one.closes for one in await linked(github, shop, number)] == [False]


async def test_a_pull_request_is_open_a_draft_merged_or_closed(github: GitHubApp, shop: Shop) -> None:
    number = open_issue(shop)
    open_pull(shop, f"#{number}")
    open_pull(shop, f"#{number}", draft=True)
    closed = open_pull(shop, f"#{number}", draft=True)
    merged = open_pull(shop, f"#{number}")
    shop.standin.close_pull_request(shop.name, closed.number, shop.person)
    shop.standin.merge_pull_request(shop.name, merged.number, shop.person)
    assert [one.state for one in await linked(github, shop, number)] == ["merged", "closed", "draft", "open"]


async def test_the_last_verdict_of_each_reviewer_counts(github: GitHubApp, shop: Shop, site: Site) -> None:
    number = open_issue(shop)
    pull = open_pull(shop, f"#{number}")
    grace, alan = (site.standin.add_person(f"{name}-{shop.repository.id}") for name in ("grace", "alan"))

    async def review() -> str:
        (told,) = await linked(github, shop, number)
        return told.review

    seen = [await review()]
    site.standin.request_review(shop.name, pull.number, grace, by=shop.person)
    seen.append(await review())
    site.standin.review(shop.name, pull.number, "CHANGES_REQUESTED", by=grace)
    site.standin.review(shop.name, pull.number, "APPROVED", by=alan)
    seen.append(await review())
    site.standin.review(shop.name, pull.number, "APPROVED", by=grace)
    site.standin.review(shop.name, pull.number, "COMMENTED", by=grace)
    seen.append(await review())
    assert seen == ["none", "waiting", "changes requested", "approved"]


async def test_no_more_than_twenty_are_listed_and_the_others_are_counted(github: GitHubApp, shop: Shop) -> None:
    number = open_issue(shop)
    pulls = [open_pull(shop, f"#{number}").number for _ in range(MOST_LINKED_PULLS + 3)]
    told = await ask(github, shop, number)
    assert [pull.number for pull in told.pulls] == pulls[:2:-1]
    assert told.more_pulls == 3


async def test_a_mention_behind_hundreds_of_comments_is_found(github: GitHubApp, shop: Shop) -> None:
    number = open_issue(shop)
    state = shop.standin.state
    issue = state.issue(shop.name, number)
    for remark in range(250):
        state.add_comment(issue, shop.person.user, f"Remark {remark}", via_app=False)
    pull = open_pull(shop, f"Closes #{number}")
    assert [one.number for one in await linked(github, shop, number)] == [pull.number]


# --- checks -----------------------------------------------------------------------------------------------------------

SUITES = (
    SuitePolicy(name="Mission critical", checks=("critical*", "ci/critical")),
    SuitePolicy(name="Integration", checks=("integration (*)",)),
)


async def test_check_runs_and_statuses_make_the_suites_of_the_policy(github: GitHubApp, shop: Shop) -> None:
    head = shop.pull.head.sha
    shop.standin.run_check(shop.name, head, "critical-paths", "failure", "3 of 20\nfailed")
    shop.standin.run_check(shop.name, head, "critical-paths", "success", "20 of 20")
    shop.standin.report_status(shop.name, head, "ci/critical", "error", "No runner", "javascript:alert(1)")
    critical, integration = (await ask(github, shop, open_issue(shop), Policy(suites=SUITES))).suites
    assert (critical.state, critical.passed, critical.failed, critical.blocked) == ("blocked", 1, 0, 1)
    assert [(row.name, row.state, row.detail) for row in critical.checks] == [
        ("ci/critical", "blocked", "No runner"),
        ("critical-paths", "passed", "20 of 20"),
    ]
    assert critical.checks[0].url is None
    assert (critical.checks[1].url or "").startswith(f"{shop.standin.state.address}/{shop.name}/runs/")
    assert (integration.state, integration.missing) == ("missing", 1)
    assert integration.checks == (CheckRow("integration (*)", "missing", "", None),)


async def test_every_check_counts_however_many_there_are(github: GitHubApp, shop: Shop) -> None:
    head = shop.pull.head.sha
    for number in range(130):
        shop.standin.run_check(shop.name, head, f"critical {number}", "success")
        shop.standin.report_status(shop.name, head, f"critical/{number}", "success")
    (critical,) = (await ask(github, shop, open_issue(shop), Policy(suites=SUITES[:1]))).suites
    assert (critical.passed, critical.missing) == (260, 1)


async def test_a_pull_request_shows_the_worst_of_its_checks(github: GitHubApp, shop: Shop) -> None:
    number = open_issue(shop)
    pull = open_pull(shop, f"#{number}")
    seen = []
    runs: dict[str, Conclusion | None] = {"lint": "success", "docs": None, "tests": "cancelled", "types": "failure"}
    for name, conclusion in runs.items():
        shop.standin.run_check(shop.name, pull.head.sha, name, conclusion)
        seen += [one.checks for one in await linked(github, shop, number)]
    assert seen == ["passed", "running", "blocked", "failed"]


async def test_when_github_fails_on_the_way_the_report_is_put_off(github: GitHubApp, shop: Shop) -> None:
    number = open_issue(shop)
    open_pull(shop, f"#{number}")
    shop.fails("GET", "/pulls/*/reviews", 502)
    with pytest.raises(GitHubUnavailableError, match="/reviews answered 502"):
        await ask(github, shop, number)
