"""Check runs as the App reports them, and the buttons that people press on them."""

import json
from collections.abc import Callable

import httpx
import pytest
from githubkit import AppInstallationAuthStrategy, GitHub
from githubkit.exception import RequestFailed

from bot.demo.github import GitHubStandIn
from bot.demo.records import CheckRun, Person
from bot.demo.registration import AppRegistration
from bot.demo.state import NotFoundError
from tests.bot.demo.conftest import SHOP, Receiver
from tests.repositories import Repo

Client = GitHub[AppInstallationAuthStrategy]
RUNS = f"/api/v3/repos/{SHOP}/check-runs"

pytestmark = pytest.mark.usefixtures("address")


@pytest.fixture
def head(shop: Repo) -> str:
    return shop.git("rev-parse", "feature")


@pytest.fixture
def run(github: Client, standin: GitHubStandIn, receiver: Receiver, head: str) -> CheckRun:
    """A check run with a button, whose own webhook has been heard."""
    github.rest.checks.create(
        "acme",
        "shop",
        name="fifthwhy",
        head_sha=head,
        status="in_progress",
        actions=[{"label": "Re-run", "description": "Audit again", "identifier": "rerun"}],
    )
    receiver.next()
    return standin.checks.runs(SHOP, head)[0]


def annotation(number: int) -> dict[str, object]:
    return {
        "path": f"shop/{number}.py",
        "start_line": 1,
        "end_line": 2,
        "annotation_level": "warning",
        "message": "No",
    }


def test_a_check_run_goes_from_in_progress_to_its_conclusion(github: Client, head: str) -> None:
    started = github.rest.checks.create("acme", "shop", name="fifthwhy", head_sha=head, status="in_progress")
    assert (started.parsed_data.status, started.parsed_data.conclusion) == ("in_progress", None)
    number = started.parsed_data.id
    done = github.rest.checks.update(
        "acme", "shop", number, conclusion="failure", output={"title": "2 new", "summary": "Two"}
    ).parsed_data
    assert (done.status, done.conclusion, done.output.title) == ("completed", "failure", "2 new")
    assert done.completed_at is not None
    assert github.rest.checks.get("acme", "shop", number).parsed_data == done


def test_a_run_without_a_status_is_queued_and_can_go_on_after_its_end(github: Client, head: str) -> None:
    run = github.rest.checks.create("acme", "shop", name="fifthwhy", head_sha=head, conclusion="success").parsed_data
    assert run.status == "completed"
    again = github.rest.checks.update("acme", "shop", run.id, status="in_progress").parsed_data
    assert (again.status, again.conclusion, again.completed_at) == ("in_progress", None, None)
    assert github.rest.checks.create("acme", "shop", name="x", head_sha=head).parsed_data.status == "queued"


def test_annotations_are_added_up_and_listed(github: Client, http: httpx.Client, token: str, head: str) -> None:
    http.headers["Authorization"] = f"Bearer {token}"
    output = {"title": "t", "summary": "s", "annotations": [annotation(n) for n in range(50)]}
    made = http.post(RUNS, json={"name": "fifthwhy", "head_sha": head, "output": output}).json()
    more = {"title": "t", "summary": "s", "annotations": [annotation(50)]}
    changed = http.patch(f"{RUNS}/{made['id']}", json={"output": more}).json()
    assert changed["output"]["annotations_count"] == 51
    listed = github.rest.checks.list_annotations("acme", "shop", made["id"], per_page=100).parsed_data
    assert [one.path for one in listed] == [f"shop/{n}.py" for n in range(51)]


@pytest.mark.parametrize(
    "said",
    [
        {"output": {"title": "t", "summary": "s", "annotations": [annotation(n) for n in range(51)]}},
        {"output": {"title": "t", "summary": "s" * 65_536}},
        {"output": {"title": "t", "summary": "s", "text": "x" * 65_536}},
        {"actions": [{"label": "l", "description": "d", "identifier": str(n)} for n in range(4)]},
        {"actions": [{"label": "l" * 21, "description": "d", "identifier": "i"}]},
        {"actions": [{"label": "l", "description": "d" * 41, "identifier": "i"}]},
        {"status": "completed"},
        {"head_sha": "0" * 40},
    ],
)
def test_what_githubs_limits_forbid_is_refused(
    said: dict[str, object], http: httpx.Client, token: str, head: str
) -> None:
    body = {"name": "fifthwhy", "head_sha": head} | said
    assert http.post(RUNS, json=body, headers={"Authorization": f"Bearer {token}"}).status_code == 422


def test_runs_are_listed_by_app_and_name(
    github: Client, standin: GitHubStandIn, registration: AppRegistration, head: str
) -> None:
    standin.run_check(SHOP, head, "fifthwhy", "success")
    ours = github.rest.checks.create("acme", "shop", name="fifthwhy", head_sha=head, external_id="7").parsed_data
    github.rest.checks.create("acme", "shop", name="other", head_sha=head)

    def listed(**wanted: object) -> list[int]:
        answer = github.rest.checks.list_for_ref("acme", "shop", head, **wanted)  # type: ignore[arg-type]
        return [run.id for run in answer.parsed_data.check_runs]

    assert listed(app_id=registration.id, check_name="fifthwhy") == [ours.id]
    assert len(listed(app_id=registration.id)) == 2
    assert len(listed()) == 3
    assert len(standin.checks.runs(SHOP, head)) == 2


def test_the_runs_of_other_apps_are_not_ours_to_change(github: Client, standin: GitHubStandIn, head: str) -> None:
    foreign = standin.run_check(SHOP, head, "tests", None)
    with pytest.raises(RequestFailed) as failure:
        github.rest.checks.update("acme", "shop", foreign.id, conclusion="success")
    assert failure.value.response.status_code == 403


def test_a_run_names_the_pull_requests_of_this_repository_but_not_those_of_forks(
    github: Client, standin: GitHubStandIn, ada: Person, shop: Repo, head: str
) -> None:
    mallory = standin.add_person("mallory", member=False)
    standin.add_repository("mallory/shop", shop.git_dir, fork_of=SHOP)
    standin.open_pull_request(SHOP, head="mallory:feature", base="main", title="Cart", by=mallory)
    ours = standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada)
    run = github.rest.checks.create("acme", "shop", name="fifthwhy", head_sha=head).parsed_data
    assert [pull.number for pull in run.pull_requests] == [ours.number]


def test_the_buttons_of_a_run_reach_the_app(
    standin: GitHubStandIn, ada: Person, receiver: Receiver, run: CheckRun
) -> None:
    pressed: dict[tuple[str, str], Callable[[], None]] = {
        ("check_run", "requested_action"): lambda: standin.checks.press(run, "rerun", by=ada),
        ("check_run", "rerequested"): lambda: standin.checks.rerun(run, by=ada),
        ("check_suite", "rerequested"): lambda: standin.checks.rerun_all(run, by=ada),
    }
    for (event, action), press in pressed.items():
        press()
        heard = receiver.next()
        body = json.loads(heard.body)
        assert (heard.headers["x-github-event"], body["action"]) == (event, action)
        assert body[event]["head_sha"] == run.commit
        assert body["sender"]["login"] == "ada"
        if action == "requested_action":
            assert body["requested_action"] == {"identifier": "rerun"}


def test_a_button_that_is_not_there_cannot_be_pressed(standin: GitHubStandIn, ada: Person, run: CheckRun) -> None:
    with pytest.raises(NotFoundError, match="no button delete-everything"):
        standin.checks.press(run, "delete-everything", by=ada)


def test_the_app_hears_of_runs_its_own_and_others(
    github: Client, standin: GitHubStandIn, receiver: Receiver, run: CheckRun, head: str
) -> None:
    github.rest.checks.update("acme", "shop", run.id, conclusion="neutral")
    own = json.loads(receiver.next().body)
    standin.run_check(SHOP, head, "tests", "success")
    foreign = json.loads(receiver.next().body)
    assert [event["action"] for event in (own, foreign)] == ["completed", "completed"]
    assert (own["check_run"]["app"]["id"], foreign["check_run"]["app"]["id"]) == (standin.app.id, 15368)
