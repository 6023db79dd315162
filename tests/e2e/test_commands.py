"""Commands as people give them on GitHub: a comment in, one reply and a reaction out."""

from __future__ import annotations

from threading import Event

from bot.demo.faults import Fault
from report_templates.reply import reply_marker
from tests.bot.cause_histories import GUARDED, ONE_SUM, pages
from tests.bot.cause_histories import SHOP as OLD_SHOP
from tests.e2e.conftest import App, Shop
from tests.e2e.test_pull_request import SHOP, STRAY, shop


def ours(shop: Shop, number: int) -> list[str]:
    """What the App has said there."""
    return [comment.body for comment in shop.replies(number)]


def test_an_audit_on_an_issue_is_answered_with_one_reply_and_a_rocket(app: App) -> None:
    repository = shop(app)
    issue = repository.issue("Consolidate carts")
    comment = repository.comment(issue.number, "Where do we stand?\n\n/audit")
    repository.wait_for_reaction(comment, "rocket")
    (body,) = ours(repository, issue.number)
    assert body.startswith(reply_marker(comment.id))
    assert "#### Five whys" in body
    app.wait_for(lambda: repository.reactions(comment) == ["rocket"] or None, "the eyes are still there")


def test_the_fourth_why_knows_that_no_check_is_required(app: App) -> None:
    repository = app.shop(OLD_SHOP | GUARDED)
    repository.repo.wait(days=30)
    repository.repo.commit(pages(6))
    repository.upload()
    issue = repository.issue("Consolidate carts")
    repository.comment(issue.number, "/audit imports")
    body = repository.wait_for_reply(issue.number, lambda body: "Five whys" in body)
    assert "No check has to pass before a merge, so that none can keep these 6 imports out." in body
    assert f"{app.standin.state.address}/{repository.name}/rules" in body


def test_the_fourth_why_names_the_checks_that_are_required(app: App) -> None:
    repository = app.shop({"web/sum.py": ONE_SUM, **pages(6, ONE_SUM)})
    app.standin.owner.add_ruleset(repository.name, "main", ["tests"])
    app.standin.owner.protect_branch(repository.name, "main", ["lint"])
    issue = repository.issue("Consolidate sums")
    repository.comment(issue.number, "/audit ssot")
    body = repository.wait_for_reply(issue.number, lambda body: "Five whys" in body)
    assert "What has to pass before a merge is `lint` and `tests`; fifthwhy" in body


def test_while_the_work_goes_on_there_are_eyes_and_a_reply_that_says_so(app: App) -> None:
    repository = shop(app)
    issue = repository.issue("Consolidate carts")
    held = Fault("GET", f"/api/v3/repos/{repository.name}/issues/{issue.number}/timeline", held=Event())
    app.standin.faults.append(held)
    comment = repository.comment(issue.number, "/audit")
    assert held.reached.wait(30)
    assert repository.reactions(comment) == ["eyes"]
    (body,) = ours(repository, issue.number)
    assert "working on it" in body
    assert held.held is not None
    held.held.set()
    repository.wait_for_reply(issue.number, lambda body: "Five whys" in body)
    assert len(ours(repository, issue.number)) == 1


def test_an_audit_asked_for_on_a_pull_request_goes_into_its_own_comment(app: App) -> None:
    pull = shop(app).open({"shop/basket.py": STRAY})
    pull.wait_for_comment(lambda body: "introduces 1 import" in body)
    kept = pull.ours[0]
    app.standin.edit_comment(pull.shop.name, kept.id, f"{kept.body}\nEdited by hand", app.person)
    comment = pull.comment("/audit")
    pull.shop.wait_for_reaction(comment, "rocket")
    pull.wait_for_comment(lambda body: body.startswith(kept.body[:30]) and "by hand" not in body)
    assert len(pull.ours) == 2


def test_a_comment_that_asks_for_nothing_gets_no_answer_at_all(app: App) -> None:
    """The command that comes after it is answered, so whatever the first one had set off would be there."""
    repository = shop(app)
    issue = repository.issue("Consolidate carts")
    talk = repository.comment(issue.number, "As I said:\n\n> /audit\n\nand `/audit`, and\n\n    /audit\n")
    command = repository.comment(issue.number, "/audit help")
    repository.wait_for_reaction(command, "rocket")
    assert repository.reactions(talk) == []
    assert len(ours(repository, issue.number)) == 1


def test_bots_are_not_listened_to(app: App) -> None:
    repository = shop(app)
    issue = repository.issue("Consolidate carts")
    bot = app.standin.add_bot("helper[bot]")
    theirs = repository.comment(issue.number, "/audit help", bot)
    command = repository.comment(issue.number, "/audit help")
    repository.wait_for_reaction(command, "rocket")
    assert repository.reactions(theirs) == []
    assert len(ours(repository, issue.number)) == 1


def test_an_outsider_is_refused_once_and_an_author_is_served_on_their_own_pull_request(app: App) -> None:
    repository = shop(app)
    issue = repository.issue("Consolidate carts")
    outsider = app.member("none")
    first = repository.comment(issue.number, "/audit", outsider)
    repository.wait_for_reaction(first, "confused")
    second = repository.comment(issue.number, "/audit history", outsider)

    pull = repository.open({"shop/basket.py": STRAY})
    theirs = app.standin.open_pull_request(repository.name, head=pull.branch, base="main", title="Mine", by=outsider)
    command = repository.comment(theirs.number, "/audit help", outsider)
    repository.wait_for_reaction(command, "rocket")
    (body,) = ours(repository, issue.number)
    assert "people with the role `write` or above" in body
    assert repository.reactions(second) == []


def test_a_command_on_a_repository_whose_policy_is_invalid_is_answered_with_what_is_wrong(app: App) -> None:
    repository = app.shop({**SHOP, ".github/fifthwhy.yml": "symbols:\n  - name: Cart\n    canonicle: shop.cart\n"})
    issue = repository.issue("Consolidate carts")
    comment = repository.comment(issue.number, "/audit")
    repository.wait_for_reaction(comment, "confused")
    assert "canonicle" in ours(repository, issue.number)[0]
