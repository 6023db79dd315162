"""What has to pass before a merge into a branch, in memory: by the rulesets of a repository, or by branch protection.

Source: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets
and .../managing-protected-branches.
"""

from collections import defaultdict
from collections.abc import Sequence
from threading import Lock

from bot.demo.records import Repository


class BranchRules:
    """The rules of all branches. Each method is one atomic step."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._protection: dict[tuple[int, str], tuple[str, ...]] = {}
        self._rulesets: dict[tuple[int, str], list[tuple[str, ...]]] = defaultdict(list)
        self._workflows: dict[tuple[int, str], list[str]] = defaultdict(list)

    def protect(self, repository: Repository, branch: str, contexts: Sequence[str]) -> None:
        """Protect a branch; of no checks where there are no contexts."""
        with self._lock:
            self._protection[repository.id, branch] = tuple(contexts)

    def add_ruleset(self, repository: Repository, branch: str, contexts: Sequence[str]) -> None:
        """Have one more ruleset, in which these checks are required."""
        with self._lock:
            self._rulesets[repository.id, branch].append(tuple(contexts))

    def add_workflow(self, repository: Repository, branch: str, path: str) -> None:
        """Require a workflow to pass, as organizations do."""
        with self._lock:
            self._workflows[repository.id, branch].append(path)

    def protection(self, repository: Repository, branch: str) -> tuple[str, ...] | None:
        """The checks that the branch's protection requires; None where the branch is not protected."""
        return self._protection.get((repository.id, branch))

    def rulesets(self, repository: Repository, branch: str) -> list[tuple[str, ...]]:
        """The checks that each ruleset requires."""
        return list(self._rulesets.get((repository.id, branch), ()))

    def workflows(self, repository: Repository, branch: str) -> list[str]:
        """The paths of the workflows that have to pass."""
        return list(self._workflows.get((repository.id, branch), ()))
