"""What owners of accounts and repositories do: install and suspend the App, rename, archive and give away.

Source: https://docs.github.com/en/apps/using-github-apps and
https://docs.github.com/en/repositories/creating-and-managing-repositories.
"""

from collections.abc import Iterable, Mapping, Sequence

from bot.demo.events import installation_event, installation_repositories_event, repository_event
from bot.demo.installations import Installed
from bot.demo.profiles import JSON, user
from bot.demo.records import Person, Repository, User
from bot.demo.state import NotFoundError, State
from bot.demo.webhooks import Webhooks


class Owner:
    """An owner's settings pages. Each method returns when its webhook, if any, was answered."""

    def __init__(self, state: State, webhooks: Webhooks) -> None:
        self._state = state
        self._webhooks = webhooks

    def add_organization(self, login: str) -> User:
        """Another account that repositories can belong to; the App is not installed on it yet."""
        account = User(self._state.new_id(), login, "Organization")
        self._state.people.add_account(account)
        return account

    # The App

    def installed(self, account: str) -> Installed:
        """The installation on an account. Raises NotFoundError."""
        found = self._state.people.user(account)
        installed = self._state.installations.on(found) if found else None
        if installed is None:
            raise NotFoundError(f"the App is not installed on {account}")
        return installed

    def install(self, account: str, by: Person) -> Installed:
        """Install the App with what it asks for today; delivers `installation.created`."""
        owner = self._state.people.user(account)
        if owner is None:
            raise NotFoundError(f"no account {account}")
        installed = self._state.installations.add(self._state.app, owner)
        self._webhooks.deliver(installation_event(self._state, "created", installed, by.user))
        return installed

    def uninstall(self, account: str, by: Person) -> None:
        """Remove the App from an account; delivers `installation.deleted`."""
        installed = self.installed(account)
        message = installation_event(self._state, "deleted", installed, by.user)
        self._state.installations.remove(installed)
        self._webhooks.deliver(message)

    def suspend(self, account: str, by: Person) -> None:
        """Shut the App out; delivers `installation.suspend`."""
        self._tell("suspend", self._state.installations.suspend(self.installed(account), by.user), by)

    def unsuspend(self, account: str, by: Person) -> None:
        """Let the App in again; delivers `installation.unsuspend`."""
        self._tell("unsuspend", self._state.installations.unsuspend(self.installed(account)), by)

    def accept_permissions(self, account: str, by: Person) -> None:
        """Accept all that the App asks for by now; delivers `installation.new_permissions_accepted`."""
        accepted = self._state.installations.accept(self.installed(account), self._state.app.permissions)
        self._tell("new_permissions_accepted", accepted, by)

    def have_accepted(self, account: str, permissions: Mapping[str, str]) -> None:
        """Let an account be one that has accepted no more than these permissions; nobody is told."""
        self._state.installations.accept(self.installed(account), permissions)

    def select_repositories(self, account: str, full_names: Iterable[str], by: Person) -> None:
        """Let the App see these only; delivers `installation_repositories` for what came and what went."""
        before = self.installed(account)
        chosen = frozenset(self._state.repository(name).id for name in full_names)
        after = self._state.installations.select(before, chosen)
        every = self._state.repositories()
        added = [one for one in every if after.covers(one) and not before.covers(one)]
        removed = [one for one in every if before.covers(one) and not after.covers(one)]
        for came, went in ((added, []), ([], removed)):
            if came or went:
                message = installation_repositories_event(self._state, after, list(came), list(went), by.user)
                self._webhooks.deliver(message)

    # Repositories

    def rename(self, full_name: str, name: str, by: Person) -> Repository:
        """Rename a repository; delivers `repository.renamed`. The former name redirects."""
        before = self._state.repository(full_name)
        changes = {"changes": {"repository": {"name": {"from": before.name}}}}
        return self._change(before, "renamed", by, {"name": name}, changes)

    def transfer(self, full_name: str, account: str, by: Person) -> Repository:
        """Give a repository to another account; delivers `repository.transferred` to that one's installation.

        The App on the old account is told that the repository went.
        """
        before, owner = self._state.repository(full_name), self._state.people.user(account)
        if owner is None:
            raise NotFoundError(f"no account {account}")
        old = self._state.installations.covering(before)
        kind = "organization" if before.owner.type == "Organization" else "user"
        changes = {"changes": {"owner": {"from": {kind: self._account(before.owner)}}}}
        after = self._change(before, "transferred", by, {"owner": owner}, changes)
        if old is not None:
            self._webhooks.deliver(installation_repositories_event(self._state, old, [], [before], by.user))
        return after

    def archive(self, full_name: str, by: Person) -> Repository:
        """Make a repository read-only; delivers `repository.archived`."""
        return self._change(self._state.repository(full_name), "archived", by, {"archived": True})

    def unarchive(self, full_name: str, by: Person) -> Repository:
        """Let people write again; delivers `repository.unarchived`."""
        return self._change(self._state.repository(full_name), "unarchived", by, {"archived": False})

    def make_private(self, full_name: str, by: Person) -> Repository:
        """Show a repository to its people only; delivers `repository.privatized`."""
        return self._change(self._state.repository(full_name), "privatized", by, {"private": True})

    def publish(self, full_name: str, by: Person) -> Repository:
        """Show a repository to everybody; delivers `repository.publicized`."""
        return self._change(self._state.repository(full_name), "publicized", by, {"private": False})

    def disable_issues(self, full_name: str) -> Repository:
        """Turn the issues of a repository off; the App is not told."""
        return self._state.change_repository(self._state.repository(full_name), has_issues=False)

    def delete(self, full_name: str, by: Person) -> None:
        """Delete a repository; delivers `repository.deleted`."""
        message = repository_event(self._state, "deleted", self._state.repository(full_name), by.user)
        self._state.delete_repository(full_name)
        self._webhooks.deliver(message)

    # What has to pass before a merge; the App is told of none of it

    def protect_branch(self, full_name: str, branch: str, contexts: Sequence[str] = ()) -> None:
        """Protect a branch, with these checks required."""
        self._state.branch_rules.protect(self._state.repository(full_name), branch, contexts)

    def add_ruleset(self, full_name: str, branch: str, contexts: Sequence[str]) -> None:
        """Have one more ruleset for a branch, with these checks required."""
        self._state.branch_rules.add_ruleset(self._state.repository(full_name), branch, contexts)

    def require_workflow(self, full_name: str, branch: str, path: str) -> None:
        """Require a workflow to pass."""
        self._state.branch_rules.add_workflow(self._state.repository(full_name), branch, path)

    def _change(
        self,
        before: Repository,
        action: str,
        by: Person,
        fields: Mapping[str, object],
        details: JSON | None = None,
    ) -> Repository:
        after = self._state.change_repository(before, **fields)
        self._webhooks.deliver(repository_event(self._state, action, after, by.user, details))
        return after

    def _tell(self, action: str, installed: Installed, by: Person) -> None:
        self._webhooks.deliver(installation_event(self._state, action, installed, by.user))

    def _account(self, account: User) -> JSON:
        told = user(self._state, account)
        if account.type != "Organization":
            return told
        url = f"{self._state.address}/api/v3/orgs/{account.login}"
        lists = ("events", "hooks", "issues", "repos")
        members = {"members_url": f"{url}/members{{/member}}", "public_members_url": f"{url}/public_members{{/member}}"}
        named = {key: told[key] for key in ("login", "id", "node_id", "avatar_url", "html_url")}
        return named | {"url": url, "description": None, **members, **{f"{one}_url": f"{url}/{one}" for one in lists}}
