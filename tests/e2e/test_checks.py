"""Check runs seen from GitHub: on whatever pull request, by buttons, in a merge queue; real webhooks and processes."""

from __future__ import annotations

import subprocess
from threading import Event

import pytest

from bot.demo.faults import Fault
from bot.demo.records import CheckRun, MergeGroup, Person
from tests.e2e.conftest import App, PullRequest, Shop

GATED = "symbols:\n  - name: Cart\n    canonical: shop.cart\ngate: {mode: introduced, severity: low}\n"
SHOP = {
    ".github/fifthwhy.yml": GATED,
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
}
STRAY = {"shop/basket.py": "from shop.models import Cart\n"}
CANONICAL = {"shop/basket.py": "from shop.cart import Cart\n"}


@pytest.fixture
def shop(app: App) -> Shop:
    return app.shop(SHOP)


def held(shop: Shop, path: str) -> Fault:
    """Let GitHub wait with its answer; `path` is below the repository's."""
    fault = Fault("GET", f"/api/v3/repos/{shop.name}{path}", held=Event())
    shop.app.standin.faults.append(fault)
    return fault


def release(fault: Fault) -> None:
    assert fault.held is not None
    fault.held.set()


def opened(shop: Shop, by: Person, head: str, *, draft: bool = False) -> PullRequest:
    standin = shop.app.standin
    pull = standin.open_pull_request(shop.name, head=head, base="main", title="Change", by=by, draft=draft)
    return PullRequest(shop, pull.number, head.rpartition(":")[2])


def branch(shop: Shop, name: str = "feature") -> str:
    """A branch with a stray import."""
    shop.repo.branch(name)
    shop.repo.commit(STRAY)
    shop.repo.checkout("main")
    shop.upload()
    return name


def outcome(pull: PullRequest) -> tuple[list[str | None], int]:
    """The conclusions of the check runs on the head, and the number of our comments, once all is said."""
    pull.wait_for_check()
    return [run.conclusion for run in pull.check_runs], len(pull.ours)


# --- a head that pull requests share ----------------------------------------------------------------------------------


def test_nobody_gets_past_a_gate_by_a_second_pull_request_that_is_done_sooner(app: App, shop: Shop) -> None:
    """Both are worked on at the same time: the one without a gate is opened later and has nothing to wait for."""
    shop.repo.branch("lenient", at="main")
    shop.repo.commit({".github/fifthwhy.yml": None})
    shop.repo.checkout("main")
    comments = Fault("POST", f"/api/v3/repos/{shop.name}/issues/*/comments", held=Event())
    app.standin.faults.append(comments)
    gated = shop.open(STRAY)
    assert comments.reached.wait(30)
    app.standin.open_pull_request(shop.name, head="feature", base="lenient", title="Change", by=app.member("none"))
    gated.wait_for_check(lambda run: run.conclusion == "success")
    release(comments)
    app.wait_for(lambda: gated.check_runs[-1].conclusion == "failure" or None, "past the gate")


# --- a check run on every head ----------------------------------------------------------------------------------------


def test_a_check_run_is_there_at_once_and_concluded_in_the_end(app: App, shop: Shop) -> None:
    comments = held(shop, "/issues/*/comments")
    pull = shop.open(STRAY)
    assert comments.reached.wait(30)
    assert pull.wait_for_check(lambda run: run.status == "in_progress").title == "Auditing"
    release(comments)
    run = pull.wait_for_check()
    assert run.conclusion == "failure"
    assert [(one.path, one.start_line) for one in run.annotations] == [("shop/basket.py", 1)]


def test_a_push_in_the_middle_leaves_no_check_run_spinning(app: App, shop: Shop) -> None:
    comments = held(shop, "/issues/*/comments")
    pull = shop.open(STRAY)
    old = pull.head
    assert comments.reached.wait(30)
    pull.push(CANONICAL)
    release(comments)
    assert pull.wait_for_check().conclusion == "success"
    app.wait_for(lambda: [run.conclusion for run in shop.check_runs(old)] == ["cancelled"] or None, "still spinning")


def test_a_pull_request_that_is_closed_in_the_middle_has_its_check_run_cancelled(app: App, shop: Shop) -> None:
    fetch = Fault("GET", f"/{shop.name}.git/info/refs", held=Event())
    app.standin.faults.append(fetch)
    pull = shop.open(STRAY)
    assert fetch.reached.wait(30)
    pull.wait_for_check(lambda run: run.status == "in_progress")
    app.standin.close_pull_request(shop.name, pull.number, app.person)
    release(fetch)
    assert outcome(pull) == (["cancelled"], 0)


def test_a_reopened_pull_request_is_audited_again(app: App, shop: Shop) -> None:
    pull = shop.open(STRAY)
    pull.wait_for_check()
    app.standin.close_pull_request(shop.name, pull.number, app.person)
    app.standin.reopen_pull_request(shop.name, pull.number, app.person)
    app.wait_for(lambda: [run.conclusion for run in pull.check_runs] == ["failure"] * 2 or None, "not audited again")
    assert len(pull.ours) == 1


def test_a_changed_base_is_judged_anew(app: App, shop: Shop) -> None:
    shop.repo.branch("release")
    shop.repo.commit(STRAY)
    shop.repo.checkout("main")
    pull = shop.open({"README.md": "# Shop\n"}, branch="docs", base="release")
    assert pull.wait_for_check().conclusion == "success"
    app.standin.change_base(shop.name, pull.number, "main", app.person)
    pull.wait_for_check(lambda run: run.conclusion == "failure")
    assert len(pull.ours) == 1


def test_a_draft_is_audited(app: App, shop: Shop) -> None:
    assert outcome(opened(shop, app.person, branch(shop), draft=True)) == (["failure"], 1)


def test_a_pull_request_from_a_bot_is_audited(app: App, shop: Shop) -> None:
    bot = app.standin.add_bot("dependabot[bot]")
    assert outcome(opened(shop, bot, branch(shop))) == (["failure"], 1)


@pytest.mark.parametrize("deleted", [False, True])
def test_a_pull_request_out_of_a_fork_is_audited_also_when_the_fork_is_deleted(
    app: App, shop: Shop, deleted: bool
) -> None:
    contributor = app.standin.add_person(f"fork-{deleted}-owner".lower(), member=False)
    name = f"{contributor.user.login}/{shop.name.split('/')[1]}"
    shop.repo.branch("from-fork")
    shop.repo.commit(STRAY)
    shop.repo.checkout("main")
    app.standin.add_repository(name, shop.repo.path, fork_of=shop.name)
    pulls = held(shop, "/pulls/*")
    pull = opened(shop, contributor, f"{contributor.user.login}:from-fork")
    assert pulls.reached.wait(30)
    if deleted:
        app.standin.delete_repository(name)
    release(pulls)
    assert outcome(pull) == (["failure"], 1)


def test_a_locked_conversation_still_has_its_check_run(app: App, shop: Shop) -> None:
    pulls = held(shop, "/pulls/*")
    pull = shop.open(STRAY)
    assert pulls.reached.wait(30)
    app.standin.lock(shop.name, pull.number, app.person)
    release(pulls)
    assert "introduces 1 import" in (pull.wait_for_check().summary or "")
    assert outcome(pull) == (["failure"], 0)


def test_a_repository_without_issues_has_comments_and_check_runs_all_the_same(app: App, shop: Shop) -> None:
    app.standin.owner.disable_issues(shop.name)
    pull = shop.open(STRAY)
    assert outcome(pull) == (["failure"], 1)
    shop.wait_for_reaction(pull.comment("/audit help"), "rocket")


def test_a_pull_request_of_thousands_of_files_and_commits_is_told_within_bounds(app: App, shop: Shop) -> None:
    commits, files = 2_000, 3_000
    stray = "from shop.models import Cart\n"
    stream = [f"blob\nmark :1\ndata {len(stray)}\n{stray}\n"]
    for number in range(commits):
        begin = f"from {shop.repo.head()}\n" if number == 0 else ""
        stream.append(f"commit refs/heads/large\ncommitter Ada <ada@example.org> 1704067200 +0000\ndata 1\nx\n{begin}")
        last = files if number == commits - 1 else 1
        stream += [f"M 100644 :1 shop/large/m{index + number}.py\n" for index in range(last)]
    subprocess.run(["git", "fast-import", "--quiet"], cwd=shop.repo.path, input="".join(stream).encode(), check=True)
    shop.upload()
    pull = opened(shop, app.person, "large")
    run = pull.wait_for_check()
    assert outcome(pull) == (["failure"], 1)
    assert len(run.annotations) == 50
    assert len((run.summary or "").encode()) <= 65_535


# --- buttons ----------------------------------------------------------------------------------------------------------


def audited(shop: Shop) -> tuple[PullRequest, CheckRun]:
    pull = shop.open(STRAY)
    run = pull.wait_for_check()
    assert run.conclusion == "failure"
    return pull, run


def press_accept(app: App, run: CheckRun, by: Person) -> None:
    (button,) = (button for button in run.actions if button.label == "Accept")
    app.standin.checks.press(run, button.identifier, by)


def test_a_maintainer_accepts_by_the_button(app: App, shop: Shop) -> None:
    pull, run = audited(shop)
    press_accept(app, run, app.member("maintain"))
    accepted = pull.wait_for_check(lambda run: run.conclusion == "neutral")
    assert accepted.id == run.id
    assert accepted.title == "Accepted by maintain-person"
    assert "ignore[imports.fragmented] accepted by maintain-person" in (accepted.text or "")


def test_somebody_who_may_write_does_not_accept(app: App, shop: Shop) -> None:
    pull, run = audited(shop)
    press_accept(app, run, app.person)
    told = pull.wait_for_check(lambda run: "asked to accept" in (run.summary or ""))
    assert told.conclusion == "failure"


@pytest.mark.parametrize("how", ["button", "rerun", "suite"])
def test_an_audit_is_run_again(app: App, shop: Shop, how: str) -> None:
    pull, run = audited(shop)
    match how:
        case "button":
            app.standin.checks.press(run, "rerun", app.person)
        case "rerun":
            app.standin.checks.rerun(run, app.person)
        case _:
            app.standin.checks.rerun_all(run, app.person)
    pull.wait_for_check(lambda other: other.id != run.id and other.status == "completed")


# --- merge queue ------------------------------------------------------------------------------------------------------


def verdict_on(shop: Shop, group: MergeGroup) -> str | None:
    app = shop.app
    return app.wait_for(
        lambda: next((run.conclusion for run in shop.check_runs(group.head_sha) if run.conclusion), None), "stalled"
    )


def test_a_merge_queue_gets_a_verdict_on_its_own_commit(app: App, shop: Shop) -> None:
    pull, _ = audited(shop)
    assert verdict_on(shop, app.standin.merge_queue.add(shop.name, pull.number, app.person)) == "failure"


def test_each_group_is_judged_by_what_it_adds_to_the_one_before(app: App, shop: Shop) -> None:
    stray, _ = audited(shop)
    clean = shop.open({"README.md": "# Shop\n"}, branch="docs")
    clean.wait_for_check()
    queue = app.standin.merge_queue
    first = queue.add(shop.name, stray.number, app.person)
    second = queue.add(shop.name, clean.number, app.person, behind=first)
    assert verdict_on(shop, first) == "failure"
    assert verdict_on(shop, second) == "success"


def test_a_merge_queue_does_not_stall_where_the_policy_cannot_be_used(app: App) -> None:
    shop = app.shop({**SHOP, ".github/fifthwhy.yml": "gaet: {}\n"})
    pull = shop.open(STRAY)
    pull.wait_for_check()
    assert verdict_on(shop, app.standin.merge_queue.add(shop.name, pull.number, app.person)) == "failure"
