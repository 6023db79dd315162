"""Where the App is installed, for what, and with which of its permissions accepted.

Source: https://docs.github.com/en/apps/using-github-apps/reviewing-and-modifying-installed-github-apps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from types import MappingProxyType

from bot.demo.records import Repository, User
from bot.demo.registration import AppRegistration


@dataclass(frozen=True, slots=True)
class Installed:
    """The App on one account. `repository_ids` None is all of the account's repositories.

    `permissions` are those that the account has accepted, which may be fewer than the App asks for by now.
    """

    id: int
    account: User
    permissions: Mapping[str, str]
    events: tuple[str, ...]
    created_at: datetime
    repository_ids: frozenset[int] | None = None
    suspended_at: datetime | None = None
    suspended_by: User | None = None

    def covers(self, repository: Repository) -> bool:
        """Whether the App may see this repository."""
        return repository.owner == self.account and (
            self.repository_ids is None or repository.id in self.repository_ids
        )


class Installations:
    """The App's installations, by id. Each method is one atomic step."""

    def __init__(self, next_id: Callable[[], int], now: Callable[[], datetime]) -> None:
        self._next_id = next_id
        self._now = now
        self._lock = Lock()
        self._installed: dict[int, Installed] = {}

    def add(self, app: AppRegistration, account: User, number: int | None = None) -> Installed:
        """Install the App, with all that it asks for accepted."""
        with self._lock:
            permissions = MappingProxyType(dict(app.permissions))
            new = Installed(number or self._next_id(), account, permissions, app.events, self._now())
            self._installed[new.id] = new
            return new

    def remove(self, installed: Installed) -> None:
        """Uninstall the App."""
        with self._lock:
            del self._installed[installed.id]

    def clear(self) -> None:
        """Forget all of them: they were another App's."""
        with self._lock:
            self._installed.clear()

    def suspend(self, installed: Installed, by: User) -> Installed:
        """Shut the App out without uninstalling it."""
        return self._keep(replace(installed, suspended_at=self._now(), suspended_by=by))

    def unsuspend(self, installed: Installed) -> Installed:
        """Let the App in again."""
        return self._keep(replace(installed, suspended_at=None, suspended_by=None))

    def accept(self, installed: Installed, permissions: Mapping[str, str]) -> Installed:
        """Let the App do this, and nothing else."""
        return self._keep(replace(installed, permissions=MappingProxyType(dict(permissions))))

    def select(self, installed: Installed, repository_ids: frozenset[int] | None) -> Installed:
        """Let the App see these repositories, or all."""
        return self._keep(replace(installed, repository_ids=repository_ids))

    def all(self) -> tuple[Installed, ...]:
        """Every installation, oldest first."""
        return tuple(self._installed.values())

    def with_id(self, number: int) -> Installed | None:
        """The installation, unless it was deleted."""
        return self._installed.get(number)

    def on(self, account: User) -> Installed | None:
        """The installation on an account."""
        return next((one for one in self.all() if one.account == account), None)

    def covering(self, repository: Repository) -> Installed | None:
        """The installation that sees a repository."""
        return next((one for one in self.all() if one.covers(repository)), None)

    def _keep(self, installed: Installed) -> Installed:
        with self._lock:
            self._installed[installed.id] = installed
            return installed
