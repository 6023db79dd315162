"""Which imports are fallbacks: the file itself expects that they fail, or that the one before them does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from analyzers.exchange import Tree
from analyzers.facts import Context
from analyzers.findings import Fingerprinted
from analyzers.snapshot import readable

_EXPECTED: Final = (Context.TRY | Context.HANDLER).value


def fallbacks_of(tree: Tree, found: Iterable[Fingerprinted]) -> frozenset[str]:
    """The fingerprints of the findings about imports that stand in a `try` which expects an ImportError."""
    return frozenset(each.fingerprint for each in found if _is_fallback(tree, each))


def _is_fallback(tree: Tree, each: Fingerprinted) -> bool:
    finding = each.finding
    file = tree.file(finding.path) if finding.rule in ("imports.fragmented", "imports.legacy") else None
    facts = None if file is None else readable(file)
    if facts is None:
        return False
    here = [fact for fact in facts.imports if fact.line == finding.line]
    return bool(here) and all(fact.context & _EXPECTED for fact in here)
