"""From the text of a module to its facts or uses, the quick way."""

from __future__ import annotations

import re
from typing import Final

import ast_serialize

from analyzers.facts import Binding, FileFacts, Ignore, ImportFact, StringRef, Use
from analyzers.reading.quick import tags
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.noted import Seen
from analyzers.reading.quick.statements import Statements
from analyzers.reading.scopes import OWN, Scope

_TYPE_COMMENT: Final = re.compile(r"#[ \t]*type:(?![ \t]*ignore)")
"""A type that is no annotation to Python."""

_LONGEST_CHAIN: Final = 20_000


def quick_facts(source: str, ignores: tuple[Ignore, ...]) -> FileFacts:
    """The facts of a text with `\\n` between its lines. Raises GiveUp where `ast` has to decide."""
    module = _read(source, wants_uses=False)
    for (_, _, dotted, _, _), scope in module.candidates:
        target = scope.target_of(dotted)
        if target is not None:
            module.dynamic.called(target)
    return FileFacts(
        imports=tuple(
            [
                ImportFact(each.level, each.module, each.name, each.alias, each.line, each.statement, each.context)
                for each in module.imports
            ]
        ),
        bindings=tuple(
            [
                Binding(each.name, each.kind, each.line, each.context, each.target, each.shape)
                for each in module.bindings
            ]
        ),
        exports=module.exports.names(),
        exports_open=module.exports.open,
        strings=tuple(_references(module)),
        notices=tuple(module.notices),
        dynamic=module.dynamic.kinds(),
        only_imports=module.only_imports,
        ignores=ignores,
    )


def quick_uses(source: str, heads: frozenset[str]) -> tuple[Use, ...]:
    """The uses of these names; of the module's own definitions where `:` is among them. Raises GiveUp."""
    return tuple(_uses(_read(source, wants_uses=True), heads))


def _read(source: str, *, wants_uses: bool) -> Statements:
    if _may_be_too_deep(source):
        raise GiveUp
    if "type:" in source and _TYPE_COMMENT.search(source) is not None:
        raise GiveUp
    data, errors, _, imports, _ = ast_serialize.parse("", source, cache_version=tags.CACHE_VERSION)
    if errors:
        raise GiveUp
    module = Statements(data, imports, source, wants_uses=wants_uses)
    try:
        module.read()
    except (IndexError, UnicodeDecodeError) as error:  # a layout that is not understood
        raise GiveUp from error
    return module


def _may_be_too_deep(source: str) -> bool:
    """Whether ast-serialize may run out of stack: operators and attributes chained by ten thousands, without a comma.

    One that is spread over as many lines gets by, and costs that file with the process that reads it.
    """
    if len(source) <= _LONGEST_CHAIN:
        return False
    for line in source.split("\n"):
        if len(line) > _LONGEST_CHAIN and max([len(part) for part in line.split(",")]) > _LONGEST_CHAIN:
            return True
    return False


def _place(said: tuple[int, int, str, str | None, int | str | None, Scope]) -> tuple[int, int]:
    return said[:2]


def _seen(candidate: tuple[Seen, Scope]) -> Seen:
    return candidate[0]


def _references(module: Statements) -> list[StringRef]:
    module.strings.sort(key=_place)
    references: list[StringRef] = []
    for line, _, value, callee, argument, scope in module.strings:
        known = None if callee is None else scope.target_of(callee) or callee
        references.append(StringRef(value, line, known, argument))
    return references


def _uses(module: Statements, heads: frozenset[str]) -> list[Use]:
    own = OWN in heads
    uses: list[Use] = []
    for (line, _, dotted, kind, end_line), scope in sorted(module.candidates, key=_seen):
        origin = scope.origin_of(dotted)
        if origin is None:
            continue
        target, head, tail = origin
        is_own = target[0] == OWN
        if (is_own and kind != "attribute" and own) or (not is_own and head in heads):
            uses.append(Use(target, kind, line, end_line, scope.qualname, tail, head))
    return uses
