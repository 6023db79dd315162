"""Parts that several of GitHub's answers have in common, as narrow as they are read here."""

from __future__ import annotations

import msgspec


class Identified(msgspec.Struct):
    """Anything with an id: what was created, an App, a repository, an account."""

    id: int


class PullLinks(msgspec.Struct):
    """What an issue has only if it is a pull request."""
