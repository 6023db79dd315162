"""Reading files: facts, uses of names and outlines, from the store where they are known, else by readers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Final

import msgspec

from analyzers.facts import Facts, Unread, Use, decode, decode_uses
from analyzers.outline import OUTLINE_VERSION, Outline, decode_outline
from analyzers.reading.read import encode_unread
from analyzers.reading.requests import facts_request, outline_request, uses_request
from bot.git.object_reader import Missing, Repository, TooLarge
from bot.reading.reader_pool import ReaderPool
from bot.stores.analysis_version import ANALYSIS_VERSION
from bot.stores.facts_store import FactsStore

Progress = Callable[[int, int], None]
"""Called with the number of files read and to be read."""

_STORE_BATCH: Final = 500


class Reader:
    """Reads the facts of files: from the store where they are known, else in the reader processes."""

    def __init__(self, store: FactsStore, pool: ReaderPool, max_file_bytes: int) -> None:
        self._store = store
        self._pool = pool
        self._max_file_bytes = max_file_bytes

    @property
    def parts(self) -> tuple[FactsStore, ReaderPool, int]:
        """What it is made of."""
        return self._store, self._pool, self._max_file_bytes

    def facts(self, repository: Repository, blobs: Iterable[str], progress: Progress) -> dict[str, Facts]:
        """The facts of each blob."""
        wanted = sorted(set(blobs))
        facts = dict(_decodable(self._store.get_many(wanted)))
        missing = [blob for blob in wanted if blob not in facts]
        fresh: dict[str, bytes] = {}
        for done, (blob, encoded) in enumerate(self._read(repository, missing), start=1):
            facts[blob] = decode(encoded)
            if _is_lasting(facts[blob]):
                fresh[blob] = encoded
            if len(fresh) >= _STORE_BATCH:
                self._store.put_many(fresh.items())
                fresh = {}
            progress(done, len(missing))
        self._store.put_many(fresh.items())
        return facts

    def known(self, blob: str) -> Facts | None:
        """The facts of a blob that are in the store; None where they are not."""
        return dict(_decodable(self._store.get_many([blob]))).get(blob)

    def uses(self, repository: Repository, heads: Mapping[str, frozenset[str]]) -> dict[str, tuple[Use, ...]]:
        """The uses of some names in each blob; nothing where a reader does not survive that."""
        keys = {f"{blob}-{_digest(names)}": blob for blob, names in heads.items()}
        found = self._store.get_many(keys)
        missing = {keys[key]: key for key in keys if key not in found}
        fresh: dict[str, bytes] = {}
        requests = (
            (blob, uses_request(content, heads[blob]))
            for blob, content in repository.blobs(sorted(missing), self._max_file_bytes)
            if isinstance(content, bytes)
        )
        for blob, encoded in self._pool.read(requests):
            with suppress(msgspec.DecodeError):  # else it is the reason why the file was not read
                decode_uses(encoded)
                fresh[missing[blob]] = encoded
        self._store.put_many(fresh.items())
        return {keys[key]: decode_uses(encoded) for key, encoded in (found | fresh).items()}

    def known_outline(self, blob: str) -> Outline | None:
        """The outline of a blob that is in the store; None where it is not."""
        key = f"{blob}-outline-{OUTLINE_VERSION}"
        with suppress(msgspec.DecodeError):
            encoded = self._store.get_many([key]).get(key)
            return None if encoded is None else decode_outline(encoded)
        return None

    def outlines(self, repository: Repository, blobs: Collection[str]) -> Iterator[tuple[str, Outline]]:
        """The outline of each blob, as it is ready; nothing where a reader does not survive that."""
        keys = {f"{blob}-outline-{OUTLINE_VERSION}": blob for blob in blobs}
        missing = dict.fromkeys(blobs)
        for key, encoded in self._store.get_many(keys).items():
            with suppress(msgspec.DecodeError):
                yield keys[key], decode_outline(encoded)
                del missing[keys[key]]
        fresh: dict[str, bytes] = {}
        requests = (
            (blob, outline_request(content))
            for blob, content in repository.blobs([*missing], self._max_file_bytes)
            if isinstance(content, bytes)
        )
        for blob, encoded in self._pool.read(requests):
            with suppress(msgspec.DecodeError):  # else it is the reason why the file was not read
                yield blob, decode_outline(encoded)
                fresh[f"{blob}-outline-{OUTLINE_VERSION}"] = encoded
        self._store.put_many(fresh.items())

    def kept(self, keys: Collection[str]) -> dict[str, bytes]:
        """What was kept under these keys, by the same rules."""
        found = self._store.get_many(f"{key}-{ANALYSIS_VERSION}" for key in keys)
        return {key.removesuffix(f"-{ANALYSIS_VERSION}"): encoded for key, encoded in found.items()}

    def keep(self, pairs: Iterable[tuple[str, bytes]]) -> None:
        """Keep something under keys."""
        self._store.put_many((f"{key}-{ANALYSIS_VERSION}", encoded) for key, encoded in pairs)

    def forget(self, objects: Iterable[str]) -> None:
        """Drop what is kept of these objects."""
        self._store.forget(objects)

    def _read(self, repository: Repository, blobs: list[str]) -> Iterator[tuple[str, bytes]]:
        left_out: dict[str, bytes] = {}

        def contents() -> Iterator[tuple[str, bytes]]:
            for blob, content in repository.blobs(blobs, self._max_file_bytes):
                if isinstance(content, bytes):
                    yield blob, facts_request(content)
                else:
                    left_out[blob] = self._left_out(content)

        yield from self._pool.read(contents())
        yield from left_out.items()

    def _left_out(self, content: Missing | TooLarge) -> bytes:
        limit = f"{self._max_file_bytes / 1_000_000:g} MB"
        if isinstance(content, TooLarge):
            return encode_unread("size", f"larger than {limit}")
        return encode_unread("missing", f"not in this clone; the mirrors leave out what is larger than {limit}")


def _digest(names: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(sorted(names)).encode()).hexdigest()[:16]


def _decodable(stored: Mapping[str, bytes]) -> Iterator[tuple[str, Facts]]:
    """Facts from the store; what cannot be decoded counts as not known."""
    for blob, encoded in stored.items():
        with suppress(msgspec.DecodeError):
            yield blob, decode(encoded)


def _is_lasting(facts: Facts) -> bool:
    """Whether the bytes alone decided it, so that it may be kept: not a limit of this run."""
    return not isinstance(facts, Unread) or facts.reason in ("syntax", "encoding", "nesting")
