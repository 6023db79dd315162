"""What has to pass before a merge into a branch, and what a merge queue is about to merge into it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

import msgspec

from bot.github.base import RepositoryAccess
from bot.github.client import PER_PAGE, ask, pages
from bot.github.errors import MissingPermissionError, NotFoundError, NotInPlanError
from bot.github.records import MergeGroup

_MOST_PAGES: Final = 10
_QUEUES: Final = "heads/gh-readonly-queue/"
_GROUP: Final = re.compile(r"refs/heads/gh-readonly-queue/(.+)/pr-\d+-([0-9a-f]{40})")
"""The branch of a merge queue's group: where it is to go, its last pull request, the commit that it was made on."""


class BranchAccess(RepositoryAccess):
    """https://docs.github.com/en/rest/repos/rules and https://docs.github.com/en/rest/branches/branches."""

    async def required_checks(self, branch: str) -> tuple[str, ...] | None:
        """The checks, workflows and tools that have to pass before a merge, by name; None where GitHub does not tell.

        Rulesets and the protection of the branch both require some. Rulesets are shown to whoever may read metadata,
        the branch with its checks to whoever may read contents.
        """
        try:
            protected = await self._by_protection(branch)
            return None if protected is None else tuple(sorted({*protected, *await self._by_rules(branch)}))
        except (NotFoundError, MissingPermissionError):
            return None

    async def merge_groups(self) -> tuple[MergeGroup, ...]:
        """The groups that merge queues wait for, each of which has a branch; it takes leave to read contents.

        https://docs.github.com/en/rest/git/refs#list-matching-references
        """
        found = await ask(self._github.rest.git.async_list_matching_refs(*self._where, _QUEUES), list[_Ref])
        named = [(each.object.sha, _GROUP.fullmatch(each.ref)) for each in found]
        return tuple(MergeGroup(head, name[2], name[1]) for head, name in named if name is not None)

    async def _by_rules(self, branch: str) -> tuple[str, ...]:
        """https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch, those of the organization among them."""
        list_page, where = self._github.rest.repos.async_get_branch_rules, (*self._where, quote(branch, safe=""))
        found: list[str] = []
        try:
            async for page in pages(
                lambda page: list_page(*where, per_page=PER_PAGE, page=page), list[_Rule], _MOST_PAGES
            ):
                found += (name for rule in page for name in rule.required)
        except NotInPlanError:
            return ()  # where there can be no rules, none is in force
        return tuple(found)

    async def _by_protection(self, branch: str) -> tuple[str, ...] | None:
        """https://docs.github.com/en/rest/branches/branches#get-a-branch."""
        found = await ask(self._github.rest.repos.async_get_branch(*self._where, quote(branch, safe="")), _Branch)
        if not found.protected or (found.protection is not None and not found.protection.enabled):
            return ()
        required = None if found.protection is None else found.protection.required_status_checks
        return None if required is None else (*required.contexts, *(check.context for check in required.checks))


class _Object(msgspec.Struct):
    sha: str


class _Ref(msgspec.Struct):
    ref: str
    object: _Object


class _Check(msgspec.Struct):
    context: str


class _Workflow(msgspec.Struct):
    path: str


class _Tool(msgspec.Struct):
    tool: str


class _Parameters(msgspec.Struct):
    """Those of the rules by which something has to pass; other rules have others, or none."""

    required_status_checks: list[_Check] = []
    workflows: list[_Workflow] = []
    code_scanning_tools: list[_Tool] = []


class _Rule(msgspec.Struct):
    parameters: _Parameters | None = None

    @property
    def required(self) -> tuple[str, ...]:
        wanted = self.parameters or _Parameters()
        return (
            *(check.context for check in wanted.required_status_checks),
            *(workflow.path for workflow in wanted.workflows),
            *(tool.tool for tool in wanted.code_scanning_tools),
        )


class _RequiredChecks(msgspec.Struct):
    contexts: list[str] = []
    checks: list[_Check] = []


class _Protection(msgspec.Struct):
    enabled: bool = True
    required_status_checks: _RequiredChecks | None = None


class _Branch(msgspec.Struct):
    protected: bool
    protection: _Protection | None = None
