"""Detail: what is read of files only once a rule asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from analyzers.code import KnownOutline, OutlinesOf
from analyzers.facts import Use

UsesOf = Callable[[Mapping[str, frozenset[str]]], Mapping[str, tuple[Use, ...]]]
"""Gives the uses of the names in each blob that are asked for; blobs without any may be missing."""


class Detail(msgspec.Struct, frozen=True):
    """How to come by the uses of names and by outlines, also by one that was read before."""

    uses: UsesOf
    outlines: OutlinesOf
    known: KnownOutline
