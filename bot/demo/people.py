"""Who there is, and what each may do in a repository.

Source: https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/repository-roles-for-an-organization.
"""

import secrets
from collections.abc import Callable
from threading import Lock
from typing import Final

from bot.demo.records import Person, Repository, Role, User, UserType

_WRITERS: Final[frozenset[Role]] = frozenset({"admin", "maintain", "write"})


class People:
    """Accounts, their tokens and their roles. Members have their role in every repository of an organization."""

    def __init__(self, next_id: Callable[[], int]) -> None:
        self._next_id = next_id
        self._lock = Lock()
        self._users: dict[str, User] = {}
        self._with_token: dict[str, Person] = {}
        self._member_roles: dict[int, Role] = {}
        self._roles: dict[tuple[int, int], Role] = {}

    def add_account(self, account: User) -> None:
        """Register an organization, or whoever comes with an id already."""
        with self._lock:
            self._users[account.login.lower()] = account

    def add(self, login: str, role: Role | None, kind: UserType = "User") -> Person:
        """Register a person or a bot; with a role it is a member of every organization there is."""
        with self._lock:
            person = Person(User(self._next_id(), login, kind), token=f"ghp_{secrets.token_hex(18)}")
            self._users[login.lower()] = person.user
            self._with_token[person.token] = person
            if role is not None:
                self._member_roles[person.user.id] = role
            return person

    def set_role(self, user: User, repository: Repository, role: Role) -> None:
        """Give somebody another role in one repository."""
        with self._lock:
            self._roles[user.id, repository.id] = role

    def user(self, login: str) -> User | None:
        """The account of that name; GitHub does not tell upper from lower case here."""
        return self._users.get(login.lower())

    def with_token(self, token: str) -> Person | None:
        """Whoever this token was handed to."""
        return self._with_token.get(token)

    def role(self, user: User, repository: Repository) -> Role:
        """Owners administer what is theirs; everybody reads what is public."""
        if user.id == repository.owner.id:
            return "admin"
        given = self._roles.get((user.id, repository.id))
        if given is None and repository.owner.type == "Organization":
            given = self._member_roles.get(user.id)
        return given or ("none" if repository.private else "read")

    def may_push(self, user: User, repository: Repository) -> bool:
        """Whether git takes a push from this user."""
        return self.role(user, repository) in _WRITERS

    def is_collaborator(self, user: User, repository: Repository) -> bool:
        """Whether the user was given a role in this repository of its own."""
        return self._roles.get((user.id, repository.id), "none") != "none"

    def is_member(self, user: User) -> bool:
        """Whether the user belongs to the organizations that have the App installed."""
        return user.id in self._member_roles
