"""A server that was down and knows nothing: all that it missed is found, with real processes and an empty Redis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.demo.github import GitHubStandIn
from bot.demo.processes import free_port, running
from bot.demo.registration import AppRegistration
from report_templates.render import MARKER, WEEKLY_MARKER
from tests.e2e.conftest import PATIENCE_SECONDS
from tests.e2e.test_pull_request import SHOP, STRAY
from tests.e2e.test_weekly import DAILY
from tests.repositories import Repo


class Clock:
    """The time, a while ago until told otherwise."""

    def __init__(self) -> None:
        self.behind = timedelta(minutes=20)

    def __call__(self) -> datetime:
        return datetime.now(UTC) - self.behind


def test_what_happened_while_nothing_ran_is_made_up_for(tmp_path: Path) -> None:
    clock = Clock()
    standin = GitHubStandIn(AppRegistration.generate(account="acme"), tmp_path / "github", clock=clock)
    standin.webhooks.url = f"http://127.0.0.1:{free_port()}/webhook"
    ada = standin.add_person("ada")
    repo = Repo.create(tmp_path / "shop")
    repo.commit({**SHOP, ".github/fifthwhy.yml": DAILY})
    repo.branch("feature")
    repo.commit({"shop/basket.py": STRAY})
    repo.checkout("main")
    repository = standin.add_repository("acme/shop", repo.path)
    pull = standin.open_pull_request("acme/shop", head="feature", base="main", title="Change", by=ada)
    assert [each.status_code for each in standin.deliveries] == [502]

    def said() -> list[str]:
        state = standin.state
        written = [comment for issue in state.issues(repository) for comment in state.comments(issue)]
        return sorted(comment.body.splitlines()[0] for comment in written)

    clock.behind = timedelta()
    with running(standin, tmp_path):
        state = standin.state
        assert state.wait_until(lambda: said() == sorted([MARKER, WEEKLY_MARKER]) or None, PATIENCE_SECONDS), said()
        (run,) = standin.checks.runs("acme/shop", pull.head.sha)
        assert state.wait_until(
            lambda: standin.checks.runs("acme/shop", pull.head.sha)[0].status == "completed" or None, PATIENCE_SECONDS
        )
    assert run.name == "fifthwhy"
    assert said() == sorted([MARKER, WEEKLY_MARKER])
