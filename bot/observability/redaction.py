"""Redaction: the last line between a secret and whatever is logged, reported or traced.

Nothing secret should get this far. What does is found by the name of its field, by its shape, and by what is known of
this process's own secrets.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

REDACTED: Final = "[redacted]"

_SHORTEST_KNOWN: Final = 8
"""A shorter secret is found in too much that is none."""

_DEEPEST: Final = 20
_NAMES: Final = re.compile(
    r"authorization|cookie|token|secret|passw|private_?key|api_?key|credential|signature|\bdsn\b"
    r"|^(body|comment|content|diff|patch|payload|source|text)$",
    re.IGNORECASE,
)
"""Names of fields that hold a secret, or text of other people's."""

_SHAPES: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
        (r"(?:gh[a-z]|github_pat)_[A-Za-z0-9_.=-]{16,}", REDACTED),
        (r"v1\.[0-9a-f]{40}", REDACTED),  # what GitHub Enterprise Server called them before
        (r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?", REDACTED),  # RFC 7519
        # RFC 7468; one that was cut off as well.
        (r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", REDACTED),
        (r"(?i)(authorization[\"']?\s*[:=,]\s*b?[\"']?)(?:[a-z]+\s+)?[^\s\"',}]+", rf"\1{REDACTED}"),
        (r"(?i)\b(bearer|basic|token) +[A-Za-z0-9._~+/=-]{16,}", rf"\1 {REDACTED}"),
        (r"(://)[^/\s@]*@", rf"\1{REDACTED}@"),  # RFC 3986, 3.2.1
        (r"(?i)([?&][a-z_]*(?:token|secret|code|key|sig|signature)=)[^&\s\"'#]+", rf"\1{REDACTED}"),
    )
)


class Shown(str):
    """A secret that is meant for whoever reads the log, such as what the set-up is begun with."""

    __slots__ = ()


class Redactor:
    """Redacts; `known` are secrets of this process that may have no shape by which one could tell them."""

    def __init__(self, known: Collection[str] = ()) -> None:
        self._known = sorted((secret for secret in known if len(secret) >= _SHORTEST_KNOWN), key=len, reverse=True)

    def text(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._known:
            text = text.replace(secret, REDACTED)
        for shape, replacement in _SHAPES:
            text = shape.sub(replacement, text)
        return text

    def value(self, value: object, depth: int = 0) -> object:
        """The same of plain data, whatever is in it; of other objects what `repr` says."""
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, str):
            return str(value) if isinstance(value, Shown) else self.text(value)
        if isinstance(value, (bytes, bytearray)):
            return self.text(bytes(value).decode("utf-8", "replace"))
        if depth >= _DEEPEST:
            return REDACTED
        if isinstance(value, Mapping):
            return self.fields(value, depth)
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.value(item, depth + 1) for item in value]
        return self.text(repr(value))

    def fields(self, fields: Mapping[Any, object], depth: int = 0) -> dict[str, object]:
        """The same of named values: one whose name says that it holds a secret is not looked at."""
        return {
            self.text(str(name)): REDACTED if _holds_secret(name, value) else self.value(value, depth + 1)
            for name, value in fields.items()
        }


def _holds_secret(name: object, value: object) -> bool:
    # A number or a yes or no beside such a name is about a secret, and none.
    is_plain = value is None or isinstance(value, (bool, int, float, Shown))
    return not is_plain and _NAMES.search(str(name)) is not None
