"""The App's credentials as the set-up stores them: one file in the data directory that its owner alone can read."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

import msgspec

_NAME: Final = "github-app.env"


class Credentials(msgspec.Struct, frozen=True):
    """What makes this server the App. Its text shows no secret."""

    app_id: int
    private_key: str
    """PEM text."""
    webhook_secret: str

    def __repr__(self) -> str:
        return f"Credentials({self.app_id})"


class NewApp(msgspec.Struct, frozen=True):
    """An App that GitHub has just created, with the only copy of its credentials."""

    name: str
    html_url: str
    credentials: Credentials


class AlreadyStoredError(Exception):
    """There are credentials already; they are never replaced."""


def credentials_file(data_dir: Path) -> Path:
    """Where the credentials lie: in the form of an `.env` file, so that people can read and move them."""
    return data_dir / _NAME


def store(data_dir: Path, credentials: Credentials) -> Path:
    """Write the credentials, all or nothing, and give their file. Raises AlreadyStoredError and OSError.

    On the disk before it returns: GitHub hands a private key out once.
    """
    file = credentials_file(data_dir)
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = data_dir / f".{_NAME}.{os.urandom(8).hex()}"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as output:
            output.write(_text(credentials))
            output.flush()
            os.fsync(output.fileno())
        os.link(draft, file)  # unlike a rename, it replaces nothing
    except FileExistsError:
        raise AlreadyStoredError(f"{file} is there already") from None
    finally:
        draft.unlink(missing_ok=True)
    _flush_folder(data_dir)
    return file


def make_writable(data_dir: Path) -> None:
    """See to it that the data directory is there and can be written to. Raises OSError."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=data_dir) as probe:
        probe.write(b"x")


def _text(credentials: Credentials) -> str:
    values = {
        "FIFTHWHY_GITHUB_APP_ID": str(credentials.app_id),
        "FIFTHWHY_GITHUB_PRIVATE_KEY": credentials.private_key,
        "FIFTHWHY_WEBHOOK_SECRET": credentials.webhook_secret,
    }
    return "".join(f"{name}='{_quoted(value)}'\n" for name, value in values.items())


def _quoted(value: str) -> str:
    """Inside single quotes python-dotenv takes all but these two characters as they are, line ends too."""
    return value.replace("\\", r"\\").replace("'", r"\'")


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
