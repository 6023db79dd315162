"""Single small files of the default branch, without a clone."""

from __future__ import annotations

import binascii

import msgspec

from bot.github.base import RepositoryAccess
from bot.github.client import ask
from bot.github.errors import NotFoundError


class ContentAccess(RepositoryAccess):
    """https://docs.github.com/en/rest/repos/contents."""

    async def file(self, path: str) -> bytes | None:
        """A file of up to 1 MB; None where there is none, and where it is larger.

        https://docs.github.com/en/rest/repos/contents#get-repository-content
        """
        try:
            found = await ask(self._github.rest.repos.async_get_content(*self._where, path), _File)
        except NotFoundError:
            return None
        return binascii.a2b_base64(found.content) if found.encoding == "base64" else None


class _File(msgspec.Struct):
    """A larger file has an `encoding` of "none", and no content."""

    encoding: str
    content: str
