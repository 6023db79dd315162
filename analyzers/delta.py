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


def compare(base: tuple[Finding, ...], head: tuple[Finding, ...], renamed_from: Mapping[str, str]) -> Delta:
    """Compare two commits' findings by fingerprint. `renamed_from` maps paths at head to their paths at base."""
    before = fingerprinted(base, {})
    after = fingerprinted(head, dict(renamed_from))
    known = {entry.fingerprint for entry in before}
    still = {entry.fingerprint for entry in after}
    return Delta(
        introduced=tuple(entry for entry in after if entry.fingerprint not in known),
        fixed=tuple(entry for entry in before if entry.fingerprint not in still),
        unchanged=tuple(entry for entry in after if entry.fingerprint in known),
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
