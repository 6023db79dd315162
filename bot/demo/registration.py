"""One GitHub App as GitHub knows it: its ids, keys, permissions and the account it is installed on first."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bot.demo.records import User

# The least an audit needs; the App's manifest says which feature needs which.
DEFAULT_PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "checks": "write",
        "contents": "read",
        "issues": "write",
        "merge_queues": "read",
        "metadata": "read",
        "pull_requests": "write",
        "statuses": "read",
    }
)
DEFAULT_EVENTS = ("check_run", "check_suite", "issue_comment", "merge_group", "pull_request", "push", "repository")
# Every App is told of these; a manifest that lists them is refused.
# https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
ALWAYS_SENT = ("installation", "installation_repositories")


@dataclass(frozen=True, slots=True)
class Installation:
    """The App on the account that it is installed on first; `installations` has what becomes of it."""

    id: int
    account: User


@dataclass(frozen=True, slots=True)
class AppRegistration:
    """What GitHub knows of the App, and the private key that only the App should hold."""

    id: int
    client_id: str
    slug: str
    name: str
    bot: User
    installation: Installation
    permissions: Mapping[str, str]
    events: tuple[str, ...]
    created_at: datetime
    public_key_pem: str
    private_key_pem: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    client_secret: str = field(repr=False)

    @classmethod
    def generate(
        cls,
        slug: str = "fifthwhy",
        account: str | User = "acme",
        permissions: Mapping[str, str] = DEFAULT_PERMISSIONS,
        events: tuple[str, ...] = DEFAULT_EVENTS,
        number: int = 1001,
    ) -> "AppRegistration":
        """A new App with a fresh RSA key of 2048 bits and a random webhook secret, installed on `account`."""
        owner = account if isinstance(account, User) else User(id=4001, login=account, type="Organization")
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return cls(
            id=number,
            client_id="Iv23" + secrets.token_hex(8),
            slug=slug,
            name=slug,
            bot=User(id=1000 + number, login=f"{slug}[bot]", type="Bot"),
            installation=Installation(id=3001, account=owner),
            permissions=MappingProxyType(dict(permissions)),
            events=events,
            created_at=datetime.now(UTC).replace(microsecond=0),
            public_key_pem=public.decode("ascii"),
            private_key_pem=private.decode("ascii"),
            webhook_secret=secrets.token_urlsafe(32),
            client_secret=secrets.token_hex(20),
        )
