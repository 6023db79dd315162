"""Deltas: what a head introduces and fixes, compared with its merge base."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from analyzers.findings import Finding, Fingerprinted, fingerprinted


class Delta(msgspec.Struct, frozen=True):
    """Findings by what a change does to them. `unchanged` are shown where they stand at head."""

    introduced: tuple[Fingerprinted, ...]
    fixed: tuple[Fingerprinted, ...]
    unchanged: tuple[Fingerprinted, ...]


class Side(msgspec.Struct, frozen=True):
    """One commit's findings, and the paths of the files that could not be read there."""

    findings: tuple[Finding, ...] = ()
    unread: frozenset[str] = frozenset()


def compare(base: Side, head: Side, renamed_from: Mapping[str, str]) -> Delta:
    """Compare two commits' findings by fingerprint. `renamed_from` maps paths at head to their paths at base.

    Where a file could be read on one side only, nobody knows what changed in it: what is found there at head counts as
    unchanged, and what was found there at base as neither fixed nor unchanged.
    """
    before = fingerprinted(base.findings, {})
    after = fingerprinted(head.findings, dict(renamed_from))
    known = {entry.fingerprint for entry in before}
    still = {entry.fingerprint for entry in after}
    lost = {renamed_from.get(path, path) for path in head.unread}

    def is_new(entry: Fingerprinted) -> bool:
        path = entry.finding.path
        return entry.fingerprint not in known and renamed_from.get(path, path) not in base.unread

    return Delta(
        introduced=tuple(entry for entry in after if is_new(entry)),
        fixed=tuple(entry for entry in before if entry.fingerprint not in still and entry.finding.path not in lost),
        unchanged=tuple(entry for entry in after if not is_new(entry)),
    )


def exact_renames(base: Mapping[str, str], head: Mapping[str, str]) -> dict[str, str]:
    """Files that moved without an edit, found from path → blob of both trees: head path → base path.

    Only where it is certain: the blob stood in exactly one file that is gone and stands in exactly one that is new.
    """
    gone = _unique({path: blob for path, blob in base.items() if path not in head})
    new = _unique({path: blob for path, blob in head.items() if path not in base})
    return {new[blob]: gone[blob] for blob in new.keys() & gone.keys()}


def _unique(paths: Mapping[str, str]) -> dict[str, str]:
    by_blob: dict[str, list[str]] = {}
    for path, blob in paths.items():
        by_blob.setdefault(blob, []).append(path)
    return {blob: found[0] for blob, found in by_blob.items() if len(found) == 1}
