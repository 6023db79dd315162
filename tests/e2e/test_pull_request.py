"""What happens on a pull request, seen from GitHub: real webhooks in, one comment out."""

from __future__ import annotations

from threading import Event

import httpx

from bot.demo.faults import Fault
from report_templates.render import MARKER
from tests.e2e.conftest import App, PullRequest, Shop
from tests.repositories import Content

POLICY = "symbols:\n  - name: Cart\n    canonical: shop.cart\n"
SHOP = {
    ".github/fifthwhy.yml": POLICY,
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
    "shop/page.py": "from shop.models import Cart\n",
}
STRAY = "from shop.models import Cart\n"
CANONICAL = "from shop.cart import Cart\n"


def shop(app: App) -> Shop:
    """A repository in which one file strays from the canonical import path."""
    return app.shop(SHOP)


def stray_pull_request(app: App) -> PullRequest:
    """A pull request that introduces one import off the canonical path."""
    return shop(app).open({"shop/basket.py": STRAY})


def test_a_pull_request_gets_a_comment_with_what_it_introduces_linked_to_its_line(app: App) -> None:
    pull = stray_pull_request(app)
    body = pull.wait_for_comment()
    head = pull.shop.repo.git("rev-parse", pull.branch)
    assert body.startswith(MARKER)
    assert "introduces 1 import" in body
    assert f"{app.standin.state.address}/{pull.shop.name}/blob/{head}/shop/basket.py#L1" in body


def test_the_comment_links_open_on_the_lines_they_name(app: App) -> None:
    pull = stray_pull_request(app)
    body = pull.wait_for_comment()
    link = next(part.split(")")[0] for part in body.split("](") if "/blob/" in part and "basket" in part)
    page = httpx.get(link.split("#")[0], trust_env=False)
    assert page.is_success
    assert "shop.models" in page.text


def test_a_further_push_edits_the_same_comment(app: App) -> None:
    pull = stray_pull_request(app)
    pull.wait_for_comment()
    first = pull.ours
    head = pull.push({"shop/basket.py": CANONICAL})
    pull.wait_for_comment(lambda body: head[:10] in body)
    assert [comment.id for comment in pull.ours] == [comment.id for comment in first]


def test_a_fixed_violation_is_told(app: App) -> None:
    pull = shop(app).open({"shop/page.py": CANONICAL})
    assert "fixes 1" in pull.wait_for_comment()


def test_a_pull_request_that_changes_nothing_measured_gets_one_line(app: App) -> None:
    pull = shop(app).open({"README.md": "# Shop\n"})
    body = pull.wait_for_comment()
    visible = [line for line in body.splitlines() if line and not line.startswith(("<!--", "<sub>"))]
    assert len(visible) == 1


def test_a_renamed_file_introduces_nothing(app: App) -> None:
    pull = shop(app).open({"shop/page.py": None, "shop/front_page.py": STRAY})
    assert "introduces" not in pull.wait_for_comment()


def test_a_replayed_delivery_makes_no_second_comment(app: App) -> None:
    pull = stray_pull_request(app)
    pull.wait_for_comment()
    opened = next(one for one in reversed(app.standin.deliveries) if one.message.action == "opened")
    again = app.standin.redeliver(opened.guid)
    assert again.status_code == 202
    assert "taken in before" in again.response_body
    assert len(pull.ours) == 1


def test_a_force_push_is_audited_anew(app: App) -> None:
    pull = stray_pull_request(app)
    pull.wait_for_comment()
    head = pull.push({"shop/basket.py": CANONICAL}, force_from="main")
    body = pull.wait_for_comment(lambda body: head[:10] in body)
    assert "introduces" not in body


def test_a_push_during_the_audit_supersedes_it(app: App) -> None:
    """The first audit is held while it asks for the pull request; the second push overtakes it."""
    repository = shop(app)
    held = Fault("GET", f"/api/v3/repos/{repository.name}/pulls/*", held=Event())
    app.standin.faults.append(held)
    pull = repository.open({"shop/basket.py": STRAY})
    assert held.reached.wait(30)
    head = pull.push({"shop/till.py": STRAY})
    assert held.held is not None
    held.held.set()
    body = pull.wait_for_comment()
    assert head[:10] in body
    assert "introduces 2 imports" in body
    assert len(pull.ours) == 1


def test_a_changed_base_is_audited_against_the_new_one(app: App) -> None:
    repository = shop(app)
    repository.repo.branch("release")
    repository.repo.commit({"shop/basket.py": STRAY})
    repository.repo.checkout("main")
    pull = repository.open({"shop/till.py": STRAY}, base="release", branch="till")
    pull.wait_for_comment(lambda body: "introduces 1 import" in body)
    app.standin.change_base(repository.name, pull.number, "main", app.person)
    pull.wait_for_comment(lambda body: "introduces 2 imports" in body)
    assert len(pull.ours) == 1


def test_a_pull_request_whose_fork_was_deleted_is_audited(app: App) -> None:
    repository = shop(app)
    contributor = app.standin.add_person("grace", member=False)
    fork = f"grace/{repository.name.split('/')[1]}"
    repository.repo.branch("fork-change")
    repository.repo.commit({"shop/basket.py": STRAY})
    repository.repo.checkout("main")
    app.standin.add_repository(fork, repository.repo.path, fork_of=repository.name)
    held = Fault("GET", f"/api/v3/repos/{repository.name}/pulls/*", held=Event())
    app.standin.faults.append(held)
    opened = app.standin.open_pull_request(
        repository.name, head="grace:fork-change", base="main", title="Change", by=contributor
    )
    assert held.reached.wait(30)
    app.standin.delete_repository(fork)
    assert held.held is not None
    held.held.set()
    body = PullRequest(repository, opened.number, "fork-change").wait_for_comment()
    assert "introduces 1 import" in body


def test_a_pull_request_without_merge_base_is_told_so(app: App) -> None:
    repository = shop(app)
    repository.repo.orphan("unrelated")
    repository.repo.commit({"other.py": "x = 1\n"})
    repository.repo.checkout("main")
    repository.upload()
    opened = app.standin.open_pull_request(
        repository.name, head="unrelated", base="main", title="Change", by=app.person
    )
    body = PullRequest(repository, opened.number, "unrelated").wait_for_comment()
    assert "no merge base" in body


def test_the_policy_comes_from_the_base_and_a_change_of_it_is_only_validated(app: App) -> None:
    loosened = "symbols: []\ninfer: false\nlegasy: []\n"
    pull = shop(app).open({".github/fifthwhy.yml": loosened, "shop/basket.py": STRAY})
    body = pull.wait_for_comment()
    assert "introduces 1 import" in body
    assert "legasy" in body
    assert "legacy" in body


def test_an_invalid_policy_on_the_base_is_told_with_its_line_by_the_check_run(app: App) -> None:
    repository = app.shop({**SHOP, ".github/fifthwhy.yml": "symbols:\n  - name: Cart\n    canonicle: shop.cart\n"})
    pull = repository.open({"shop/basket.py": STRAY})
    run = pull.wait_for_check()
    assert run.conclusion == "failure"
    assert "canonicle" in (run.summary or "")
    assert "#L3" in (run.summary or "")
    assert pull.ours == []


def test_a_comment_that_was_hidden_is_posted_anew_once(app: App) -> None:
    pull = stray_pull_request(app)
    pull.wait_for_comment()
    (first,) = pull.ours
    app.standin.minimize_comment(pull.shop.name, first.id)
    head = pull.push({"shop/basket.py": CANONICAL})
    pull.wait_for_comment(lambda body: head[:10] in body)
    assert app.standin.state.wait_until(lambda: first.id not in [comment.id for comment in pull.ours] or None, 30)


def test_a_comment_that_was_deleted_is_posted_anew_once(app: App) -> None:
    pull = stray_pull_request(app)
    pull.wait_for_comment()
    pull.wait_for_check()
    app.standin.delete_comment(pull.shop.name, pull.ours[0].id, app.person)
    head = pull.push({"shop/basket.py": CANONICAL})
    pull.wait_for_comment(lambda body: head[:10] in body)
    pull.wait_for_check()
    app.standin.delete_comment(pull.shop.name, pull.ours[0].id, app.person)
    pull.push({"shop/basket.py": STRAY})
    pull.wait_for_check()
    assert pull.ours == []


def test_a_comment_of_somebody_else_with_our_marker_is_left_alone(app: App) -> None:
    repository = shop(app)
    held = Fault("GET", f"/api/v3/repos/{repository.name}/pulls/*", held=Event())
    app.standin.faults.append(held)
    pull = repository.open({"shop/basket.py": STRAY})
    theirs = app.standin.comment(repository.name, pull.number, f"{MARKER}\nMine!", app.person)
    assert held.held is not None
    held.held.set()
    pull.wait_for_comment()
    assert next(comment for comment in pull.comments if comment.id == theirs.id).body == theirs.body


def test_own_duplicates_are_removed_and_the_oldest_stays(app: App) -> None:
    pull = stray_pull_request(app)
    first = pull.wait_for_comment()
    kept = pull.ours[0]
    app.standin.app_commented(app.standin.state.issue(pull.shop.name, pull.number), first)
    head = pull.push({"shop/basket.py": CANONICAL})
    pull.wait_for_comment(lambda body: head[:10] in body)
    state = app.standin.state
    assert state.wait_until(lambda: [comment.id for comment in pull.ours] == [kept.id], 30)


def test_our_comment_behind_a_hundred_others_is_found_again(app: App) -> None:
    repository = shop(app)
    held = Fault("GET", f"/api/v3/repos/{repository.name}/pulls/*", held=Event())
    app.standin.faults.append(held)
    pull = repository.open({"shop/basket.py": STRAY})
    state = app.standin.state
    for number in range(120):
        state.add_comment(state.issue(repository.name, pull.number), app.person.user, f"Remark {number}", via_app=False)
    assert held.held is not None
    held.held.set()
    pull.wait_for_comment()
    head = pull.push({"shop/basket.py": CANONICAL})
    pull.wait_for_comment(lambda body: head[:10] in body)
    assert len(pull.ours) == 1


def test_a_comment_edited_by_a_person_is_found_again_and_put_right(app: App) -> None:
    pull = stray_pull_request(app)
    body = pull.wait_for_comment()
    app.standin.edit_comment(pull.shop.name, pull.ours[0].id, body + "\nEdited by hand", app.person)
    head = pull.push({"shop/basket.py": CANONICAL})
    pull.wait_for_comment(lambda text: head[:10] in text and "by hand" not in text)
    assert len(pull.ours) == 1


def test_hostile_file_names_do_no_harm(app: App) -> None:
    names = [
        "shop/a|b.py",
        "shop/`tick`.py",
        "shop/@everyone.py",
        "shop/new\nline.py",
        "shop/раyment.py",
        "shop/<img src=x onerror=alert(1)>.py",
        "shop/fixes #1.py",
        "shop/\u202egnp.py",
    ]
    pull = shop(app).open(dict.fromkeys(names, STRAY))
    body = pull.wait_for_comment()
    assert f"introduces {len(names)} imports" in body
    page = httpx.get(f"{app.standin.state.address}/{pull.shop.name}/pull/{pull.number}", trust_env=False)
    assert page.is_success
    assert "<img src=x" not in page.text
    assert "@everyone</a>" not in page.text


def test_a_file_that_cannot_be_read_costs_only_itself(app: App) -> None:
    files: dict[str, Content] = {
        "shop/basket.py": STRAY,
        "shop/broken.py": "def broken(:\n",
        "shop/null.py": "x = 1\0\n",
        "shop/latin.py": b"# caf\xe9\n",
        "shop/nested.py": "(" * 10_000 + ")" * 10_000 + "\n",
        "shop/large.py": "x = 1\n" * 900_000,
    }
    body = shop(app).open(files).wait_for_comment()
    assert "introduces 1 import" in body
    for name in ("broken", "null", "latin", "nested", "large"):
        assert f"shop/{name}.py" in body


def test_a_file_that_can_no_longer_be_read_fixes_nothing(app: App) -> None:
    body = shop(app).open({"shop/page.py": "from shop.models import Cart\ndef (\n"}).wait_for_comment()
    assert "1 Python file that cannot be read" in body
    assert "fixes" not in body.splitlines()[1]


def test_an_answer_of_github_that_fails_is_tried_again(app: App) -> None:
    repository = shop(app)
    app.standin.faults.append(Fault("GET", f"/api/v3/repos/{repository.name}/pulls/*", status=502))
    pull = repository.open({"shop/basket.py": STRAY})
    assert "introduces 1 import" in pull.wait_for_comment()


def test_a_comment_whose_answer_got_lost_is_not_posted_twice(app: App) -> None:
    repository = shop(app)
    lost = Fault("POST", f"/api/v3/repos/{repository.name}/issues/*/comments", status=504, takes_effect=True)
    app.standin.faults.append(lost)
    pull = repository.open({"shop/basket.py": STRAY})
    pull.wait_for_comment()
    head = pull.push({"shop/basket.py": CANONICAL})
    pull.wait_for_comment(lambda body: head[:10] in body)
    assert len(pull.ours) == 1


def test_the_token_is_in_no_log_and_no_file(app: App) -> None:
    stray_pull_request(app).wait_for_comment()
    written = [path.read_bytes() for path in app.folder.rglob("*") if path.is_file() and "github" not in path.parts]
    assert written
    assert not [text for text in written if b"ghs_" in text]
