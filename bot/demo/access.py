"""Who may do what: App JWTs, installation tokens, and the scope of each token.

Source: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app.
"""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from bot.demo.answers import ApiError, Moved, not_found
from bot.demo.installations import Installed
from bot.demo.records import Repository
from bot.demo.state import NotFoundError, State

TOKEN_LIFETIME = timedelta(hours=1)
LONGEST_JWT = timedelta(minutes=10)
_RANK = {"read": 1, "write": 2, "admin": 3}


@dataclass(frozen=True, slots=True)
class Token:
    """An installation token: for some repositories, or (None) for all that the installation covers."""

    value: str
    installation_id: int
    repository_ids: frozenset[int] | None
    permissions: Mapping[str, str]
    expires_at: datetime

    def grants(self, permission: str, level: str) -> bool:
        """Whether the token holds a permission at least at this level."""
        return _RANK.get(self.permissions.get(permission, ""), 0) >= _RANK[level]


class Access:
    """Checks App JWTs, and hands out and checks installation tokens."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._tokens: dict[str, Token] = {}

    def check_app(self, authorization: str) -> None:
        """Accept a JWT that the App signed within GitHub's limits, or refuse it with GitHub's words."""
        try:
            claims = jwt.decode(
                _bearer(authorization),
                self._state.app.public_key_pem,
                algorithms=["RS256"],
                # The times are checked below, on the stand-in's clock and with GitHub's limits.
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except jwt.InvalidTokenError:
            raise ApiError(401, "A JSON web token could not be decoded") from None
        now = int(self._state.now().timestamp())
        expires, issued = claims.get("exp"), claims.get("iat")
        if not isinstance(expires, int) or expires <= now:
            reason = "must be a numeric value representing the future time at which the assertion expires"
            raise ApiError(401, f"'Expiration time' claim ('exp') {reason}")
        if expires > now + LONGEST_JWT.total_seconds():
            raise ApiError(401, "'Expiration time' claim ('exp') is too far in the future")
        if not isinstance(issued, int) or issued > now:
            reason = "must be an Integer representing the time that the assertion was issued"
            raise ApiError(401, f"'Issued at' claim ('iat') {reason}")
        if str(claims.get("iss")) not in (str(self._state.app.id), self._state.app.client_id):
            raise ApiError(404, "Integration not found")

    def issue(
        self,
        installed: Installed,
        names: list[str] | None,
        ids: list[int] | None,
        permissions: Mapping[str, str] | None,
    ) -> tuple[Token, list[Repository] | None]:
        """A new token, with the repositories it was narrowed to (None when it was not)."""
        if installed.suspended_at is not None:
            raise _suspended()
        chosen = self._chosen(installed, names, ids)
        granted = dict(installed.permissions)
        if permissions:
            asked = Token("", installed.id, None, granted, self._state.now())
            if not all(asked.grants(name, level) for name, level in permissions.items()):
                raise ApiError(422, "The permissions requested are not granted to this installation.")
            # Metadata is read by every App, asked for or not.
            granted = {"metadata": "read", **permissions}
        token = Token(
            value=f"ghs_{secrets.token_hex(18)}",
            installation_id=installed.id,
            repository_ids=None if chosen is None else frozenset(one.id for one in chosen),
            permissions=granted,
            expires_at=self._state.now() + TOKEN_LIFETIME,
        )
        self._tokens[token.value] = token
        return token, chosen

    def check_token(self, authorization: str) -> Token:
        """The installation token of an API request, or 401."""
        return self.token(_bearer(authorization))

    def token(self, value: str) -> Token:
        """The installation token of this value while it lasts, or 401."""
        token = self._tokens.get(value)
        if token is None or token.expires_at <= self._state.now():
            raise ApiError(401, "Bad credentials")
        installed = self._state.installations.with_id(token.installation_id)
        if installed is None:
            raise ApiError(401, "Bad credentials")
        if installed.suspended_at is not None:
            raise _suspended()
        return token

    def caller(self, authorization: str) -> str:
        """Whose limit a request counts against: the installation's whatever its token, the App's, or nobody's."""
        value = authorization.partition(" ")[2].strip()
        token = self._tokens.get(value)
        if token is not None:
            return f"installation ID {token.installation_id}"
        return "App" if value.count(".") == 2 else "anybody"  # a JWT has three parts (RFC 7519)

    def covered(self, token: Token, full_name: str) -> Repository:
        """The repository, if the installation and the token cover it; otherwise 404."""
        repository = self._named(full_name)
        installed = self._state.installations.covering(repository)
        if installed is None or installed.id != token.installation_id:
            raise not_found()
        if token.repository_ids is not None and repository.id not in token.repository_ids:
            raise not_found()
        return repository

    def reach(self, token: Token) -> list[Repository]:
        """All repositories that a token is good for."""
        return [
            one
            for one in self._state.repositories()
            if (installed := self._state.installations.covering(one)) is not None
            and installed.id == token.installation_id
            and (token.repository_ids is None or one.id in token.repository_ids)
        ]

    def _named(self, full_name: str) -> Repository:
        try:
            return self._state.repository(full_name)
        except NotFoundError:
            moved = self._state.moved(full_name)
            raise (Moved(moved) if moved is not None else not_found()) from None

    def _chosen(self, installed: Installed, names: list[str] | None, ids: list[int] | None) -> list[Repository] | None:
        if not names and not ids:
            return None
        covered = [one for one in self._state.repositories() if installed.covers(one)]
        by_name = {one.name.lower(): one for one in covered}
        by_id = {one.id: one for one in covered}
        found = [by_name.get(name.lower()) for name in names or ()] + [by_id.get(one) for one in ids or ()]
        chosen = [one for one in found if one is not None]
        if len(chosen) < len(found):
            reason = "that does not exist or is not accessible to the parent installation."
            raise ApiError(422, f"There is at least one repository {reason}")
        return list({one.id: one for one in chosen}.values())


def _suspended() -> ApiError:
    return ApiError(403, "This installation has been suspended")


def basic_password(authorization: str) -> str | None:
    """The password of a Basic authorization (RFC 7617), where git puts the token; None for anything else."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return decoded.partition(":")[2] or None


def _bearer(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() not in ("bearer", "token") or not value:
        raise ApiError(401, "Requires authentication")
    return value.strip()
