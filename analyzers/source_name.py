"""Names of policy files in other repositories of the same owner, as `extends` has them.

A name holds neither an owner nor a host, so it can lead to nobody else's; and the file must be called one of
fifthwhy's, so that nothing else of a repository that is not for everybody can be asked for.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

_SOURCE: Final = re.compile(r"(?P<repository>[A-Za-z0-9._-]{1,100})(:(?P<path>[^@:]{1,200}))?(@(?P<ref>[^@:]{1,200}))?")
_PLAIN: Final = re.compile(r"[\w.+-]+(/[\w.+-]+)*", re.ASCII)
_FILE: Final = re.compile(r"([\w.+-]+\.)?fifthwhy\.ya?ml", re.ASCII)

SOURCE_PATTERN: Final = "^" + re.sub(r"\?P<\w+>", "", _SOURCE.pattern) + "$"
"""What an editor can tell of a name that is wrong, as ECMA-262 writes it."""


class SourceName(msgspec.Struct, frozen=True):
    """`path` None: where a repository has its policy; `ref`, a branch or a tag, None: the default branch."""

    repository: str
    path: str | None = None
    ref: str | None = None

    def __str__(self) -> str:
        path = "" if self.path is None else f":{self.path}"
        return f"{self.repository}{path}" + ("" if self.ref is None else f"@{self.ref}")


OWNERS_DEFAULT: Final = SourceName(".github")
"""Where the owner keeps the policy of repositories that have none."""


def source_name(text: str) -> SourceName:
    """What `REPOSITORY[:PATH][@REF]` names. Raises ValueError with what is wrong."""
    match = _SOURCE.fullmatch(text)
    if match is None or not match["repository"].strip(".") or match["repository"].lower().endswith(".git"):
        raise ValueError("must be a repository of the same owner, as in `.github` or `policies:strict.fifthwhy.yml@v2`")
    path, ref = match["path"], match["ref"]
    if path is not None and not (_is_plain(path) and _FILE.fullmatch(path.rpartition("/")[2])):
        raise ValueError("must name a file called `fifthwhy.yml` or `NAME.fifthwhy.yml`")
    if ref is not None and not (_is_plain(ref) and not ref.startswith("-") and not ref.endswith((".", ".lock"))):
        raise ValueError("must name a branch or a tag after the `@`")
    return SourceName(match["repository"], path, ref)


def _is_plain(path: str) -> bool:
    """Whether it stays where it is, as a path in a tree or as a ref (git-check-ref-format)."""
    parts = path.split("/")
    return _PLAIN.fullmatch(path) is not None and ".." not in path and "." not in parts and ".git" not in parts
