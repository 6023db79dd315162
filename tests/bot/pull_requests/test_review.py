"""Reviewing a pull request: one check run on its head and, where it is wanted, one comment; at little cost."""

from __future__ import annotations

import msgspec
import pytest

from bot.github.errors import GitHubUnavailableError
from bot.jobs.tools import Tools
from report_templates.render import MARKER
from tests.bot.conftest import Site
from tests.bot.reviewing import CANONICAL, GATED, POLICY, STRAY, Desk, Pull

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(worker_tools: Tools) -> Desk:
    return Desk(worker_tools)


async def test_the_first_audit_makes_one_comment_and_one_check_run(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    assert await desk.does(pull.job) == "created"

    (comment,) = pull.comments
    assert comment.body.startswith(MARKER)
    run = pull.run
    assert (run.name, run.status, run.conclusion) == ("fifthwhy", "completed", "neutral")
    assert run.title == "This pull request introduces 1 import off the canonical path."
    assert run.details_url == f"{site.address}/{pull.name}/pull/{pull.number}#issuecomment-{comment.id}"


async def test_an_audit_with_a_new_comment_and_a_check_run_costs_six_requests(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    assert [(asked.method, asked.path.rsplit("/", 1)[1]) for asked in pull.requests()] == [
        ("GET", str(pull.number)),
        ("POST", "check-runs"),
        ("GET", "comments"),
        ("POST", "comments"),
        ("GET", "comments"),
        ("PATCH", str(pull.run.id)),
    ]


async def test_a_further_push_costs_no_more(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    before = len(pull.requests())
    pull.push({"shop/basket.py": CANONICAL})
    assert await desk.does(pull.job) == "edited"
    assert len(pull.requests()) - before == 5


async def test_a_push_in_the_middle_of_an_audit_costs_one_request_more_to_cancel_what_was_begun(
    desk: Desk, site: Site
) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    pull.push({"shop/till.py": STRAY})
    pull.fails("GET", "/issues/comments/*", 502)
    with pytest.raises(GitHubUnavailableError):
        await desk.does(pull.job)
    (overtaken,) = pull.runs()
    before = len(pull.requests())
    pull.push({"shop/bag.py": STRAY})
    await desk.does(pull.job)
    assert [(asked.method, asked.path.rsplit("/", 1)[1]) for asked in pull.requests()[before:]] == [
        ("GET", str(pull.number)),
        ("PATCH", str(overtaken.id)),
        ("POST", "check-runs"),
        ("GET", str(pull.comments[0].id)),
        ("PATCH", str(pull.comments[0].id)),
        ("PATCH", str(pull.run.id)),
    ]


async def test_an_audit_that_finds_the_same_sends_no_comment(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    (before,) = pull.comments
    assert await desk.does(pull.job) == "unchanged"
    assert pull.comments == [before]


# --- quiet by default -------------------------------------------------------------------------------------------------


async def test_without_a_policy_nothing_is_posted_where_nothing_is_introduced(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"README.md": "# Shop\n"}, policy=None)
    assert await desk.does(pull.job) == "none"
    assert pull.comments == []
    assert (pull.run.conclusion, pull.run.title) == (
        "success",
        "This pull request changes nothing that fifthwhy measures.",
    )


async def test_without_a_policy_what_is_introduced_is_told(desk: Desk, site: Site) -> None:
    copy = (
        "def total(cart):\n" + "".join(f"    cart = cart.plus({n}, {n * 7})\n" for n in range(30)) + "    return cart\n"
    )
    pull = Pull.opened(site, {"shop/b.py": copy}, base={"shop/a.py": copy}, policy=None)
    assert await desk.does(pull.job) == "created"


async def test_without_a_policy_a_comment_that_is_there_is_kept_true(desk: Desk, site: Site) -> None:
    copy = (
        "def total(cart):\n" + "".join(f"    cart = cart.plus({n}, {n * 7})\n" for n in range(30)) + "    return cart\n"
    )
    pull = Pull.opened(site, {"shop/b.py": copy}, base={"shop/a.py": copy}, policy=None)
    await desk.does(pull.job)
    pull.push({"shop/b.py": None})
    assert await desk.does(pull.job) == "edited"
    (comment,) = pull.comments
    assert "changes nothing" in comment.body


async def test_with_a_policy_every_pull_request_has_its_comment(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"README.md": "# Shop\n"})
    assert await desk.does(pull.job) == "created"


async def test_a_policy_may_ask_for_comments_on_what_is_introduced_only(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"README.md": "# Shop\n"}, policy=POLICY + "comment: introduced\n")
    assert await desk.does(pull.job) == "none"
    assert pull.run.conclusion == "success"


# --- where something is in the way ------------------------------------------------------------------------------------


async def test_a_locked_conversation_is_told_by_the_check_run(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    pull.fails("POST", "/issues/*/comments", 403, message="Unable to create comment because issue is locked.")
    assert await desk.does(pull.job) == "withheld"
    assert pull.comments == []
    assert "introduces 1 import" in (pull.run.summary or "")


async def test_without_the_permission_for_checks_the_comment_comes_all_the_same(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    pull.fails("POST", "/check-runs", 403, message="Resource not accessible by integration")
    assert await desk.does(pull.job) == "created"
    assert pull.runs() == []


async def test_without_the_permission_for_comments_the_check_run_comes_all_the_same(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    pull.fails("POST", "/issues/*/comments", 403, message="Resource not accessible by integration")
    assert await desk.does(pull.job) == "withheld"
    assert pull.run.status == "completed"


async def test_a_comment_that_github_refuses_leaves_no_check_run_spinning(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    pull.fails("GET", "/issues/*/comments", 403, message="Forbidden")
    assert await desk.does(pull.job) == "withheld"
    assert pull.run.status == "completed"


async def test_an_audit_that_takes_too_long_is_neutral_and_no_success(worker_tools: Tools, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY}, policy=GATED)
    await Desk(msgspec.structs.replace(worker_tools, seconds=0)).does(pull.job)
    assert pull.run.conclusion == "neutral"
    assert (pull.run.title or "").startswith("Not audited: ")


async def test_an_archived_repository_is_left_alone(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    pull.fails("POST", "/check-runs", 403, message="Repository was archived so is read-only.")
    assert await desk.does(pull.job) == "archived"
    assert pull.comments == []


async def test_a_pull_request_without_a_merge_base_is_told_so_and_not_stopped(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    pull.repo.orphan("unrelated")
    pull.repo.commit({"other.py": "x = 1\n"})
    pull.repo.git("branch", "--force", "feature", "unrelated")
    pull.repo.checkout("main")
    pull.upload()
    site.standin.refresh(pull.name, site.person)
    assert await desk.does(pull.job) == "created"
    assert (pull.run.conclusion, pull.run.title) == ("neutral", "Not audited: this pull request has no merge base")


# --- the policy -------------------------------------------------------------------------------------------------------

WRONG = "symbols:\n  - name: Cart\n    canonicle: shop.cart\n"


async def test_an_invalid_policy_on_the_base_fails_the_check_and_posts_nothing(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY}, policy=WRONG)
    assert await desk.does(pull.job) == "none"
    assert pull.run.conclusion == "failure"
    assert "canonicle" in (pull.run.summary or "")


async def test_an_invalid_policy_on_the_base_is_told_in_a_comment_that_is_there(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    pull.repo.commit({".github/fifthwhy.yml": WRONG})
    pull.upload()
    assert await desk.does(pull.job) == "edited"
    (comment,) = pull.comments
    assert "canonicle" in comment.body


async def test_a_change_that_repairs_the_policy_is_not_stopped(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {".github/fifthwhy.yml": POLICY}, policy=WRONG)
    assert await desk.does(pull.job) == "created"
    assert pull.run.conclusion == "neutral"


async def test_a_change_that_repairs_the_policy_is_told_that_it_does_and_not_to_do_so(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {".github/fifthwhy.yml": POLICY}, policy=WRONG)
    await desk.does(pull.job)
    (comment,) = pull.comments
    assert pull.run.title == "Not audited: the policy in force is not valid, and this change corrects that"
    for told in (comment.body, pull.run.summary or ""):
        assert "once it is merged, there is a policy to measure by" in told
        assert "canonicle" in told
        assert "Correct it" not in told


async def test_a_change_that_removes_a_policy_that_is_not_valid_repairs_it(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {".github/fifthwhy.yml": None}, policy=WRONG)
    await desk.does(pull.job)
    assert "this change corrects that" in (pull.run.title or "")


async def test_a_change_that_leaves_the_policy_invalid_is_shown_its_lines(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {".github/fifthwhy.yml": f"version: 1\n{WRONG}"}, policy=WRONG)
    assert await desk.does(pull.job) == "created"
    assert pull.run.conclusion == "failure"
    assert {(one.path, one.start_line, one.level) for one in pull.run.annotations} >= {
        (".github/fifthwhy.yml", 4, "failure")
    }


async def test_a_change_that_makes_the_policy_invalid_fails_at_its_very_lines(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {".github/fifthwhy.yml": WRONG})
    await desk.does(pull.job)
    assert (pull.run.conclusion, pull.run.title) == ("failure", "The policy of this change cannot be used")
    assert {(one.path, one.start_line, one.title) for one in pull.run.annotations} >= {
        (".github/fifthwhy.yml", 3, "policy")
    }
    assert "Accept" not in [button.label for button in pull.run.actions]


async def test_a_change_of_the_policy_shows_its_effect_on_every_metric(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {".github/fifthwhy.yml": "symbols: []\ninfer: false\n"})
    await desk.does(pull.job)
    assert "Imports off the canonical path" in (pull.run.summary or "")


# --- the gate ---------------------------------------------------------------------------------------------------------


async def test_the_gate_fails_what_introduces_findings_of_its_severity(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY}, policy=GATED)
    await desk.does(pull.job)
    run = pull.run
    assert run.conclusion == "failure"
    assert "**Fails** because of 1 finding in production code of severity `low` or higher" in (run.summary or "")
    assert [button.label for button in run.actions] == ["Run again", "Accept"]


async def test_the_gate_lets_findings_below_its_severity_pass(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY}, policy=GATED.replace("low", "high"))
    await desk.does(pull.job)
    assert pull.run.conclusion == "neutral"


async def test_test_code_never_blocks(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"tests/test_basket.py": STRAY}, policy=GATED)
    await desk.does(pull.job)
    run = pull.run
    assert run.conclusion == "neutral"
    assert [one.level for one in run.annotations] == ["notice"]


async def test_the_gate_fails_a_metric_that_misses_the_target_of_the_policy(desk: Desk, site: Site) -> None:
    target = POLICY + "gate: {mode: target}\nmetrics:\n  imports.fragmented: {target: 0}\n"
    pull = Pull.opened(site, {"README.md": "# Shop\n"}, policy=target)
    await desk.does(pull.job)
    assert (pull.run.conclusion, pull.run.title) == ("failure", "1 metric misses its target")


async def test_a_target_that_the_policy_does_not_name_is_no_gate(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"README.md": "# Shop\n"}, policy=POLICY + "gate: {mode: target}\n")
    await desk.does(pull.job)
    assert pull.run.conclusion == "success"


# --- annotations ------------------------------------------------------------------------------------------------------


async def test_what_is_introduced_is_noted_at_its_line_and_nothing_else(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": f"import os\n{STRAY}"})
    await desk.does(pull.job)
    (noted,) = pull.run.annotations
    assert (noted.path, noted.start_line, noted.title) == ("shop/basket.py", 2, "imports.fragmented")
    assert "shop.cart" in noted.message


async def test_a_flood_of_findings_is_noted_fifty_times_at_most(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {f"shop/basket_{number}.py": STRAY for number in range(60)})
    await desk.does(pull.job)
    assert len(pull.run.annotations) == 50


async def test_an_audit_that_is_done_twice_notes_nothing_twice(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    generation = await desk.tools.queue.enqueue(pull.job)
    await desk.goes_on(pull.job, generation)
    await desk.goes_on(pull.job, generation)
    assert len(pull.run.annotations) == 1


async def test_hostile_paths_do_no_harm_in_annotations(desk: Desk, site: Site) -> None:
    names = ["shop/a|b.py", "shop/@everyone.py", "shop/new\nline.py", "shop/раyment.py", "shop/\u202egnp.py"]
    pull = Pull.opened(site, dict.fromkeys(names, STRAY))
    await desk.does(pull.job)
    noted = {one.path for one in pull.run.annotations}
    assert noted == {"shop/a|b.py", "shop/@everyone.py", "shop/раyment.py"}
