"""Check runs of our own, as they are made, found and changed over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from bot.github.app import GitHubApp
from bot.github.records import Annotation, Button, CheckRunDraft, OwnCheckRun
from tests.bot.conftest import Shop
from tests.bot.github.conftest import opened

pytestmark = pytest.mark.anyio

STARTED = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def draft(shop: Shop, annotations: int = 0) -> CheckRunDraft:
    return CheckRunDraft(
        name="fifthwhy",
        head_sha=shop.pull.head.sha,
        external_id="7:1",
        status="completed",
        conclusion="failure",
        title="1 new finding",
        summary="Of **high** severity.",
        text="More.",
        annotations=tuple(
            Annotation("shop/page.py", line, line, "warning", "imports.fragmented", "Elsewhere", "as of 1 May")
            for line in range(1, annotations + 1)
        ),
        actions=(Button("Run again", "Audit this commit once more", "rerun"),),
        details_url="https://example.org/report",
        started_at=STARTED,
        completed_at=STARTED.replace(minute=1),
    )


def started(shop: Shop) -> CheckRunDraft:
    return CheckRunDraft("fifthwhy", shop.pull.head.sha, "7:1", "in_progress", started_at=STARTED)


async def test_a_check_run_is_made_as_it_was_drafted(github: GitHubApp, shop: Shop) -> None:
    async with opened(github, shop) as repository:
        id = await repository.create_check_run(draft(shop, annotations=1))
    run = shop.standin.state.verdicts.check_run(shop.repository, id)
    assert run is not None
    assert (run.name, run.commit, run.external_id, run.conclusion) == ("fifthwhy", shop.pull.head.sha, "7:1", "failure")
    assert (run.title, run.summary, run.text) == ("1 new finding", "Of **high** severity.", "More.")
    assert (run.started_at, run.completed_at) == (STARTED, STARTED.replace(minute=1))
    assert [button.identifier for button in run.actions] == ["rerun"]
    (annotation,) = run.annotations
    assert (annotation.path, annotation.start_line, annotation.message) == ("shop/page.py", 1, "Elsewhere")


async def test_a_check_run_is_brought_to_its_end(github: GitHubApp, shop: Shop) -> None:
    async with opened(github, shop) as repository:
        id = await repository.create_check_run(started(shop))
        assert await repository.check_runs(shop.pull.head.sha, "fifthwhy") == (
            OwnCheckRun(id, "7:1", shop.pull.head.sha, "in_progress", None),
        )
        await repository.update_check_run(id, draft(shop))
        assert await repository.check_runs(shop.pull.head.sha, "fifthwhy") == (
            OwnCheckRun(id, "7:1", shop.pull.head.sha, "completed", "failure"),
        )


@pytest.mark.parametrize(("number", "requests"), [(0, 1), (50, 1), (51, 2), (120, 3)])
async def test_every_annotation_arrives_however_many_there_are(
    github: GitHubApp, shop: Shop, number: int, requests: int
) -> None:
    async with opened(github, shop) as repository:
        made = await repository.create_check_run(draft(shop, annotations=number))
        assert repository.calls == requests
        changed = await repository.create_check_run(started(shop))
        await repository.update_check_run(changed, draft(shop, annotations=number))
    for id in (made, changed):
        run = shop.standin.state.verdicts.check_run(shop.repository, id)
        assert run is not None
        assert [annotation.start_line for annotation in run.annotations] == list(range(1, number + 1))
        assert run.conclusion == "failure"


async def test_our_check_runs_are_found_among_those_of_others(github: GitHubApp, shop: Shop) -> None:
    """Others may choose the same name; of our own, each new try of a commit leaves one."""
    shop.standin.run_check(shop.name, shop.pull.head.sha, "fifthwhy", "success")
    async with opened(github, shop) as repository:
        first = await repository.create_check_run(started(shop))
        second = await repository.create_check_run(started(shop))
        await repository.create_check_run(replace(started(shop), name="fifthwhy, weekly"))
        assert [run.id for run in await repository.check_runs(shop.pull.head.sha, "fifthwhy")] == [first, second]


async def test_an_audit_asks_github_at_most_six_times(github: GitHubApp, shop: Shop) -> None:
    """A check run at its start and at its end, and a comment that was never there before: tokens apart."""
    async with opened(github, shop) as repository:
        pull = await repository.pull_request(shop.pull.number)
        id = await repository.create_check_run(started(shop))
        await repository.list_comments(pull.number)
        await repository.create_comment(pull.number, "Report")
        await repository.list_comments(pull.number)
        await repository.update_check_run(id, draft(shop, annotations=50))
        assert repository.calls == 6
