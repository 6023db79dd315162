"""Check runs: those of everybody, for a report, and our own, which are made and changed here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from analyzers.suites import Check, state_of_run, state_of_status
from bot.github.answers import Identified
from bot.github.base import RepositoryAccess
from bot.github.client import PER_PAGE, ask, pages, send
from bot.github.records import Annotation, CheckRunDraft, OwnCheckRun

_MOST_CHECK_PAGES: Final = 30
MOST_CHECKS: Final = _MOST_CHECK_PAGES * PER_PAGE
"""How many check runs, and how many commit statuses, of a commit are looked at."""
_ANNOTATIONS_A_REQUEST: Final = 50
_LONGEST_DETAIL: Final = 200


class CheckAccess(RepositoryAccess):
    """https://docs.github.com/en/rest/checks/runs and https://docs.github.com/en/rest/commits/statuses."""

    async def checks(self, sha: str) -> tuple[Check, ...]:
        """The check runs and the commit statuses of a commit, oldest first, of each no more than MOST_CHECKS.

        https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference and
        https://docs.github.com/en/rest/commits/statuses#get-the-combined-status-for-a-specific-reference, which lists
        the last status of each context.
        """
        where, checks, repos = (*self._where, sha), self._github.rest.checks, self._github.rest.repos
        runs: list[_CheckRun] = []
        async for page in pages(
            lambda page: checks.async_list_for_ref(*where, filter_="latest", per_page=PER_PAGE, page=page),
            _CheckRuns,
            _MOST_CHECK_PAGES,
        ):
            runs += page.check_runs
        statuses: list[_Status] = []
        async for listed in pages(
            lambda page: repos.async_get_combined_status_for_ref(*where, per_page=PER_PAGE, page=page),
            _Statuses,
            _MOST_CHECK_PAGES,
        ):
            statuses += listed.statuses
        runs.sort(key=lambda run: run.id)
        return (*(run.value for run in runs), *(status.value for status in statuses))

    async def check_runs(self, sha: str, name: str) -> tuple[OwnCheckRun, ...]:
        """Our own check runs of this name on a commit, the superseded ones too, oldest first."""
        list_page, found = self._github.rest.checks.async_list_for_ref, list[_CheckRun]()
        async for page in pages(
            lambda page: list_page(
                *self._where,
                sha,
                check_name=name,
                app_id=self.app_id,
                filter_="all",
                per_page=PER_PAGE,
                page=page,
            ),
            _CheckRuns,
            _MOST_CHECK_PAGES,
        ):
            found += page.check_runs
        ours = (run for run in found if run.name == name and run.app is not None and run.app.id == self.app_id)
        return tuple(run.own for run in sorted(ours, key=lambda run: run.id))

    async def create_check_run(self, draft: CheckRunDraft) -> int:
        """Make a check run and return its id. https://docs.github.com/en/rest/checks/runs#create-a-check-run."""
        first, *more = _outputs(draft)
        data: Any = {**_state(draft), "head_sha": draft.head_sha, **first}
        created = await ask(self._github.rest.checks.async_create(*self._where, data=data), Identified)
        await self._annotate(created.id, more)
        return created.id

    async def update_check_run(self, id: int, draft: CheckRunDraft) -> None:
        """Change a check run. https://docs.github.com/en/rest/checks/runs#update-a-check-run."""
        first, *more = _outputs(draft)
        data: Any = {**_state(draft), **first}
        await send(self._github.rest.checks.async_update(*self._where, id, data=data))
        await self._annotate(id, more)

    async def _annotate(self, id: int, outputs: list[dict[str, Any]]) -> None:
        """GitHub takes 50 annotations at once, and adds those of the next request to them."""
        for output in outputs:
            data: Any = output
            await send(self._github.rest.checks.async_update(*self._where, id, data=data))


def _state(draft: CheckRunDraft) -> dict[str, Any]:
    state: dict[str, Any] = {"name": draft.name, "external_id": draft.external_id, "status": draft.status}
    state["actions"] = [msgspec.structs.asdict(button) for button in draft.actions]
    times = {"started_at": draft.started_at, "completed_at": draft.completed_at}
    optional = {"conclusion": draft.conclusion, "details_url": draft.details_url, **times}
    return state | {name: value for name, value in optional.items() if value is not None}


def _outputs(draft: CheckRunDraft) -> list[dict[str, Any]]:
    """What each request says: the words every time, the annotations in batches. Nothing without a title."""
    if not draft.title:
        return [{}]
    words = {"title": draft.title, "summary": draft.summary}
    if draft.text:
        words["text"] = draft.text
    batches = [{"annotations": [_annotation(one) for one in batch]} for batch in _batches(draft.annotations)]
    return [{"output": {**words, **batch}} for batch in batches or [{}]]


def _batches(annotations: tuple[Annotation, ...]) -> Iterator[tuple[Annotation, ...]]:
    for start in range(0, len(annotations), _ANNOTATIONS_A_REQUEST):
        yield annotations[start : start + _ANNOTATIONS_A_REQUEST]


def _annotation(annotation: Annotation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "path": annotation.path,
        "start_line": annotation.start_line,
        "end_line": annotation.end_line,
        "annotation_level": annotation.level,
        "title": annotation.title,
        "message": annotation.message,
    }
    return told | ({"raw_details": annotation.raw_details} if annotation.raw_details else {})


class _App(msgspec.Struct):
    id: int = 0
    slug: str | None = None


class _Output(msgspec.Struct):
    title: str | None = None


class _CheckRun(msgspec.Struct):
    id: int
    name: str
    status: str
    conclusion: str | None = None
    head_sha: str = ""
    external_id: str | None = None
    html_url: str | None = None
    output: _Output | None = None
    app: _App | None = None

    @property
    def own(self) -> OwnCheckRun:
        return OwnCheckRun(self.id, self.external_id or "", self.head_sha, self.status, self.conclusion)

    @property
    def value(self) -> Check:
        return Check(
            name=self.name,
            state=state_of_run(self.status, self.conclusion),
            detail=_one_line(self.output.title if self.output else None),
            url=self.html_url,
            source=f"app {self.app.slug if self.app else None}",
        )


class _CheckRuns(msgspec.Struct):
    check_runs: list[_CheckRun]


class _Status(msgspec.Struct):
    context: str
    state: str
    description: str | None = None
    target_url: str | None = None

    @property
    def value(self) -> Check:
        # Whoever reports the status chooses this address.
        url = self.target_url if (self.target_url or "").startswith(("https://", "http://")) else None
        return Check(self.context, state_of_status(self.state), _one_line(self.description), url, source="status")


class _Statuses(msgspec.Struct):
    statuses: list[_Status]


def _one_line(text: str | None) -> str:
    return " ".join((text or "")[: _LONGEST_DETAIL * 10].split())[:_LONGEST_DETAIL]
