"""One GitHub App as GitHub knows it: its ids, keys, permissions and its single installation."""

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
        "metadata": "read",
        "pull_requests": "write",
        "statuses": "read",
    }
)
DEFAULT_EVENTS = ("issue_comment", "pull_request")


@dataclass(frozen=True, slots=True)
class Installation:
    """The App installed on one account; it covers that account's repositories and no others."""

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

    @classmethod
    def generate(
        cls,
        slug: str = "fifthwhy",
        account: str = "acme",
        permissions: Mapping[str, str] = DEFAULT_PERMISSIONS,
        events: tuple[str, ...] = DEFAULT_EVENTS,
    ) -> "AppRegistration":
        """A new App with a fresh RSA key of 2048 bits and a random webhook secret, installed on `account`."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return cls(
            id=1001,
            client_id="Iv23" + secrets.token_hex(8),
            slug=slug,
            name=slug,
            bot=User(id=2001, login=f"{slug}[bot]", type="Bot"),
            installation=Installation(id=3001, account=User(id=4001, login=account, type="Organization")),
            permissions=MappingProxyType(dict(permissions)),
            events=events,
            created_at=datetime.now(UTC).replace(microsecond=0),
            public_key_pem=public.decode("ascii"),
            private_key_pem=private.decode("ascii"),
            webhook_secret=secrets.token_urlsafe(32),
        )
