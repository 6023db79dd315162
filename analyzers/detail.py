"""Detail: what is read of files only once a rule asks for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec

from analyzers.code import KnownOutline, OutlinesOf
from analyzers.facts import Use

UsesOf = Callable[[Mapping[str, frozenset[str]]], Mapping[str, tuple[Use, ...]]]
"""Gives the uses of the names in each blob that are asked for; blobs without any may be missing."""


Recall = Callable[[Collection[str]], Mapping[str, bytes]]
"""Gives what was kept under these keys, as far as it still is."""

Keep = Callable[[Iterable[tuple[str, bytes]]], None]
"""Keeps something under keys, if that is possible."""


def nothing_kept(keys: Collection[str]) -> Mapping[str, bytes]:
    """What is recalled where nothing was kept."""
    del keys
    return {}


def keep_nothing(pairs: Iterable[tuple[str, bytes]]) -> None:
    """What keeps where there is no place for it."""
    del pairs


class Detail(msgspec.Struct, frozen=True):
    """How to come by the uses of names and by outlines, also by one that was read before; and what keeps what was found
    in outlines.
    """

    uses: UsesOf
    outlines: OutlinesOf
    known: KnownOutline
    recall: Recall = nothing_kept
    keep: Keep = keep_nothing
