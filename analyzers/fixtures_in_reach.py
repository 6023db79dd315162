"""Which fixtures are out of the reach of those who ask for them: in a whole commit, and after a change."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

import msgspec

from analyzers.collection import CollectionRules
from analyzers.findings import Finding
from analyzers.ledger import FileRow, Ledger
from analyzers.rules.testing.fixtures import CONFTEST, NO_KIT, OPEN_KIT, Kit, out_of_reach


class Reach(msgspec.Struct, frozen=True):
    """What was found, and by which kits, at the paths of the files that have any."""

    findings: tuple[Finding, ...] = ()
    kits: dict[str, Kit] = {}


def reach_in(ledger: Ledger, collection: CollectionRules) -> Reach:
    """That of a whole commit."""
    kits = {path: kit for path, row in ledger.files.all() if (kit := _kit(path, row)) != NO_KIT}
    return Reach(out_of_reach(kits, collection), kits)


def reach_after(before: Reach, ledger: Ledger, concerned: Iterable[str], collection: CollectionRules) -> Reach:
    """That after a change which concerns these files; what was before where none of them has another kit."""
    found = {path: _kit(path, ledger.files.get(path)) for path in concerned}
    differing = {path: kit for path, kit in found.items() if kit != before.kits.get(path, NO_KIT)}
    if not differing:
        return before
    kits = {path: kit for path, kit in {**before.kits, **differing}.items() if kit != NO_KIT}
    return Reach(out_of_reach(kits, collection), kits)


def _kit(path: str, row: FileRow | None) -> Kit:
    if row is None:
        return NO_KIT
    return OPEN_KIT if row.unread is not None and posixpath.basename(path) == CONFTEST else row.examined.kit
