"""What was found in outlines before: kept by file, and good for as long as nothing that it asked about is another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

import msgspec

from analyzers.detail import Detail
from analyzers.examine import Inside, Terms
from analyzers.facts import Unread
from analyzers.outline import OUTLINE_VERSION
from analyzers.snapshot import Snapshot, SourceFile
from analyzers.twins import plain

_DIGEST_BYTES: Final = 16


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """What a file's outline said, and a digest of the modules that it was asked about."""

    modules: bytes
    inside: Inside


_encoder: Final = msgspec.msgpack.Encoder(order="deterministic")
_decoder: Final = msgspec.msgpack.Decoder(_Kept)


class KeptInsides:
    """What the outlines of one tree's files say under these terms, as far as it was found before, in this tree or in
    another one that is the same wherever it matters.
    """

    def __init__(self, snapshot: Snapshot, terms: Terms, detail: Detail) -> None:
        self._snapshot = snapshot
        self._detail = detail
        self._states: dict[str, bytes] = {}
        self._known: dict[str, Inside] = {}
        self._asked_for: set[str] = set()
        self._question = _question(snapshot, terms)

    def recall(self, files: Iterable[SourceFile]) -> dict[str, Inside]:
        """What is known of these files, by their paths."""
        files = list(files)
        keys = {self._key(file): file for file in files if file.path not in self._asked_for}
        self._asked_for.update(file.path for file in files)
        for key, encoded in self._detail.recall(keys).items() if self._question and keys else ():
            with suppress(msgspec.DecodeError, UnicodeDecodeError):
                kept = _decoder.decode(encoded)
                if kept.modules == self._modules(keys[key], kept.inside):
                    self._known[keys[key].path] = kept.inside
        return {file.path: self._known[file.path] for file in files if file.path in self._known}

    def keep(self, insides: Iterable[tuple[SourceFile, Inside]]) -> None:
        """Have this known from now on."""
        if self._question:
            self._detail.keep(self._encoded(insides))

    def _encoded(self, insides: Iterable[tuple[SourceFile, Inside]]) -> Iterator[tuple[str, bytes]]:
        for file, inside in insides:
            with suppress(UnicodeEncodeError):  # a path that is no text
                yield self._key(file), _encoder.encode(_Kept(self._modules(file, inside), inside))

    def _key(self, file: SourceFile) -> str:
        place = repr((file.path, file.module, file.is_package, file.scope))
        return f"{file.blob}-inside-{_digest(f'{self._question} {place}').hex()}"

    def _modules(self, file: SourceFile, inside: Inside) -> bytes:
        """A digest of all modules that the answers about a file depend on."""
        asked = {module for module, _ in inside.asked} | {file.module or ""}
        return _digest("".join(self._state(module).hex() for module in sorted(asked)))

    def _state(self, module: str) -> bytes:
        """A digest of what is known under a dotted name. Where the same is known, all answers are the same."""
        known = self._states.get(module)
        if known is None:
            row, file = self._snapshot.module_row(module), self._snapshot.module(module)
            unread = file.facts.reason if file is not None and isinstance(file.facts, Unread) else None
            place = file and (file.path, file.blob, file.module, file.is_package, file.scope, unread)
            claims, is_built = None if row is None else row.claims, self._snapshot.is_built(plain(module))
            known = self._states[module] = _digest(repr((module, claims, place, is_built)))
        return known


def _question(snapshot: Snapshot, terms: Terms) -> str:
    """A digest of what concerns every file; empty where it cannot be told, so that nothing is kept.

    Whether a name starts in the repository is not noted down as a question: the top-level names are in it.
    """
    layout = snapshot.layout
    tops = {name.partition(".")[0] for name in snapshot.modules}
    named = (layout.roots, layout.mirrors, layout.guessed, layout.twins, tops)
    try:
        encoded = _encoder.encode((OUTLINE_VERSION, terms.policy.counting_digest, terms.auth, named))
    except UnicodeEncodeError:  # a path that is no text
        return ""
    return hashlib.blake2b(encoded, digest_size=_DIGEST_BYTES).hexdigest()


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=_DIGEST_BYTES).digest()
