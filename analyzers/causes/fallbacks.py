"""Which imports are one of two choices: the file takes the same name from elsewhere if one of them fails."""

from __future__ import annotations

from collections.abc import Iterable

from analyzers.exchange import Tree
from analyzers.facts import Context
from analyzers.findings import Fingerprinted
from analyzers.snapshot import readable


def fallbacks_of(tree: Tree, found: Iterable[Fingerprinted]) -> frozenset[str]:
    """The fingerprints of the findings about imports that are one of two choices.

    That are the imports of a name in a `try` and in its handler, which expects an ImportError.
    """
    return frozenset(each.fingerprint for each in found if _is_choice(tree, each))


def _is_choice(tree: Tree, each: Fingerprinted) -> bool:
    finding = each.finding
    file = tree.file(finding.path) if finding.rule in ("imports.fragmented", "imports.legacy") else None
    facts = None if file is None else readable(file)
    if facts is None:
        return False
    tried = {fact.binds for fact in facts.imports if fact.context & Context.TRY}
    handled = {fact.binds for fact in facts.imports if fact.context & Context.HANDLER}
    here = [fact for fact in facts.imports if fact.line == finding.line and fact.binds in tried & handled]
    return any(fact.context & (Context.TRY | Context.HANDLER) for fact in here)
