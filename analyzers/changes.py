"""Changes: what two versions of a file mean to the rest of the repository.

A question, `(module, name)`, has the same answer in both as long as it is not among the `changed_keys`. Lines have no
part in it, only the order in which names are bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import msgspec

from analyzers.facts import Binding, Context, FileFacts, ImportFact, Unread
from analyzers.snapshot import SourceFile

_LOCAL = Context.FUNCTION | Context.CLASS | Context.MAIN


class Interface(msgspec.Struct, frozen=True):
    """What a module offers. `frame` is what every question about it depends on; `names` what each name stands for."""

    frame: tuple[object, ...]
    names: Mapping[str, tuple[object, ...]]


class KeyChanges(msgspec.Struct, frozen=True):
    """The questions about one module whose answers differ; `everything` means all of them."""

    module: str
    names: frozenset[str] = frozenset()
    everything: bool = False


def changed_keys(before: SourceFile | None, after: SourceFile | None) -> tuple[KeyChanges, ...]:
    """What an exchange of one version of a file for another changes for those who ask about it. None: no such file."""
    if before is not None and after is not None and before.module == after.module:
        return _compare(before, after)
    gone = (KeyChanges(file.module, everything=True) for file in (before, after) if file and file.module)
    return tuple(gone)


def _compare(before: SourceFile, after: SourceFile) -> tuple[KeyChanges, ...]:
    if before.module is None:
        return ()
    one, other = interface(before), interface(after)
    if one is None or other is None or one.frame != other.frame:
        same = one is None and other is None
        return () if same else (KeyChanges(before.module, everything=True),)
    names = frozenset(
        name for name in one.names.keys() | other.names.keys() if one.names.get(name) != other.names.get(name)
    )
    return (KeyChanges(before.module, names),) if names else ()


def interface(file: SourceFile) -> Interface | None:
    """What a module offers; None where it could not be read."""
    facts = file.facts
    if isinstance(facts, Unread):
        return None
    order = _bound_in_order(facts)
    names: dict[str, list[object]] = defaultdict(list)
    for entry in order:
        name = _name(entry)
        names[name].append((_meaning(entry), _head_before(entry, names)))
    for lazy in facts.lazy:
        names[lazy.name].append(("lazy", lazy.target))
    # With a star import among them, it matters for every name whether it is bound before or after.
    sequence = tuple((_name(entry), _meaning(entry)) for entry in order) if "*" in names else ()
    frame = (
        file.path,
        file.is_package,
        file.scope,
        sequence,
        facts.exports,
        facts.exports_open,
        facts.dynamic,
        bool(facts.lazy),
        tuple(notice.kind for notice in facts.notices),
        facts.only_imports,
        _runtime_modules(facts) if facts.only_imports else (),
        "__getattr__" in names,
    )
    return Interface(frame, {name: tuple(entries) for name, entries in names.items()})


def _bound_in_order(facts: FileFacts) -> list[Binding | ImportFact]:
    bound: list[Binding | ImportFact] = [fact for fact in facts.imports if not fact.context & _LOCAL]
    bound += [binding for binding in facts.bindings if not binding.context & Context.MAIN]
    return sorted(bound, key=lambda entry: entry.line)


def _runtime_modules(facts: FileFacts) -> tuple[tuple[int, str, bool], ...]:
    runtime = (fact for fact in facts.imports if not fact.context & Context.TYPE_CHECKING)
    return tuple((fact.level, fact.module, fact.name is None) for fact in runtime)


def _name(entry: Binding | ImportFact) -> str:
    if isinstance(entry, Binding):
        return entry.name
    return "*" if entry.name == "*" else entry.binds


def _meaning(entry: Binding | ImportFact) -> tuple[object, ...]:
    if isinstance(entry, Binding):
        return (entry.kind, entry.target, entry.context)
    return (entry.level, entry.module, entry.name, entry.alias is None, entry.context)


def _head_before(entry: Binding | ImportFact, names: Mapping[str, list[object]]) -> int:
    """How often the name that an alias starts from was bound before it."""
    if not isinstance(entry, Binding) or entry.target is None:
        return 0
    return len(names.get(entry.target.partition(".")[0], ()))
