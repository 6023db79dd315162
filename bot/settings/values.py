"""What makes a usable private key, webhook secret and address: text in, text out, ValueError with what is wrong.

The messages continue the name of the variable and never hold a secret.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

SHORTEST_SECRET: Final = 16

_FEWEST_CHARACTERS: Final = 8
"""A secret with fewer different characters was typed to get past the check."""

_PLACEHOLDERS: Final = ("changeme", "change-me", "change_me", "development", "example", "placeholder", "your-", "your_")
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_HIDDEN: Final = "(set, not shown)"


def private_key(text: str) -> str:
    """The PEM text of an RSA key; many places to put secrets know no line ends, so `\\n` stands for one."""
    pem = text.replace("\\n", "\n")
    _check_rsa(pem)
    return pem


def private_key_file(path: Path) -> str:
    """The PEM text in a file."""
    try:
        pem = path.read_text("ascii")
        _check_rsa(pem)
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError("does not hold PEM text") from None
    return pem


def _check_rsa(pem: str) -> None:
    """GitHub takes RS256 only, so anything but an RSA key would fail at the first request."""
    # Slow to import, and an audit on this machine needs none of it.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it is encrypted
        raise ValueError("does not hold a private key in PEM form without a password") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("holds a key that is not RSA")  # noqa: TRY004  # about a value that was typed in


def check_webhook_secret(secret: str) -> None:
    """Whoever guesses the secret can make the App do work in GitHub's name."""
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"is only {len(secret)} characters long")
    if len(set(secret)) < _FEWEST_CHARACTERS or any(word in secret.lower() for word in _PLACEHOLDERS):
        raise ValueError("is a placeholder, which anybody can guess")


def web_address(url: str) -> str:
    """An https address without a slash at its end; http only on this machine, as tokens travel in every request."""
    parts = _split(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("is not an https address")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("is http, which only a server on this machine may be")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("has a user name, a query or a fragment in it")
    return url.rstrip("/")


def check_ca_file(path: Path) -> None:
    """A file of certificates that OpenSSL takes, as httpx and git will."""
    import ssl  # slow to import, and an audit on this machine needs none of it

    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        raise ValueError("does not hold certificates in PEM form") from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None


def check_sentry_dsn(dsn: str) -> None:
    """https://docs.sentry.io/concepts/key-terms/dsn-explainer/: the project's key is the user name."""
    parts = _split(dsn)
    if parts.scheme not in {"https", "http"} or not parts.hostname or not parts.username:
        raise ValueError("is not the DSN of a Sentry project")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("is http, which only a server on this machine may be")


def github_web_address(api_url: str) -> str | None:
    """Where people see the GitHub whose API this is, if it is at one of the places that GitHub puts it.

    https://docs.github.com/en/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api and
    https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom.
    """
    parts = urlsplit(api_url)
    if parts.path == "/api/v3":
        return f"{parts.scheme}://{parts.netloc}"
    if not parts.path and (parts.netloc == "api.github.com" or parts.netloc.endswith(".ghe.com")):
        return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"
    return None


def check_redis_url(url: str) -> None:
    """What both redis-py and arq can read; they differ on the rest."""
    parts = _split(url)
    if parts.scheme == "unix":
        if parts.netloc or len(parts.path) < len("/x"):
            raise ValueError("names no absolute path")
    elif parts.scheme in {"redis", "rediss"}:
        if not parts.hostname:
            raise ValueError("names no host")
        database = parts.path.removeprefix("/")
        if database and not (database.isascii() and database.isdecimal()):
            raise ValueError("names a database that is not a number")
    else:
        raise ValueError("is not the address of a Redis")


def redacted(text: str) -> str:
    """Of an address, everything but who logs in and the query; of anything else, nothing."""
    try:
        parts = _split(text)
    except ValueError:
        return _HIDDEN
    if parts.scheme not in {"http", "https", "redis", "rediss", "unix"}:
        return _HIDDEN
    login, at, place = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{'***' if login else ''}{at}{place}{parts.path}"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # looked at only when asked for
    except ValueError:
        raise ValueError("is not an address") from None
    return parts
