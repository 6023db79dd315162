"""What each use case asks a token for: never more than it needs, nor than the App's own manifest."""

from __future__ import annotations

from typing import Final

from githubkit_schemas.latest.types import AppPermissionsType

READ_PERMISSIONS: Final[AppPermissionsType] = {"metadata": "read"}
"""To see which repositories there are."""

PERMISSIONS: Final[AppPermissionsType] = {
    "contents": "read",
    "metadata": "read",
    "pull_requests": "write",
    "checks": "write",
}
"""For the audit of a pull request or of a merge group: its comment and its check run."""

COMMAND_PERMISSIONS: Final[AppPermissionsType] = {**PERMISSIONS, "issues": "write", "statuses": "read"}
"""For the answer to a command, on an issue or a pull request."""

REPORT_PERMISSIONS: Final[AppPermissionsType] = {
    **PERMISSIONS,
    "checks": "read",
    "issues": "write",
    "statuses": "read",
}
"""For a status report on an issue, asked for or weekly."""
