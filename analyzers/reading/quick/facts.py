"""From the text of a module to its facts or uses, the quick way."""

from __future__ import annotations

import re
from typing import Final

import ast_serialize

from analyzers.facts import NO_FIXTURES, Binding, FileFacts, Ignore, ImportFact, Use
from analyzers.reading.fixtures import fixtures_in, may_matter
from analyzers.reading.quick import tags
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.noted import MODULE, NESTED, Imported
from analyzers.reading.quick.statements import Statements
from analyzers.reading.said import references
from analyzers.reading.seen import note_calls, uses_among
from analyzers.reading.shapes import definitions_of

_TYPE_COMMENT: Final = re.compile(rb"#[ \t]*type:(?![ \t]*ignore)")
"""A type that is no annotation to Python."""

_NEWEST: Final = (3, 15)
"""The grammar that is read by, whatever Python runs."""
_LONGEST_CHAIN: Final = 20_000


def quick_facts(source: bytes, ignores: tuple[Ignore, ...]) -> FileFacts:
    """The facts of a text in UTF-8 with `\\n` between its lines. Raises GiveUp where `ast` has to decide."""
    module = _read(source, wants_uses=False)
    note_calls(module.candidates, module.dynamic)
    return FileFacts(
        imports=tuple(
            [
                ImportFact(each.level, each.module, each.name, each.alias, each.line, each.statement, _context(each))
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
        strings=references(module.strings, module.assigned, module.module),
        notices=tuple(module.notices),
        dynamic=module.dynamic.kinds(),
        only_imports=module.only_imports,
        ignores=ignores,
        fixtures=fixtures_in(module.heads, source, module.lines) if module.watches_fixtures else NO_FIXTURES,
        defined=definitions_of(module.defined),
    )


def _context(found: Imported) -> int:
    return NESTED if found.nested and found.context == MODULE else found.context


def quick_uses(source: bytes, heads: frozenset[str]) -> tuple[Use, ...]:
    """The uses of these names; of the module's own definitions where `:` is among them. Raises GiveUp."""
    return uses_among(_read(source, wants_uses=True).candidates, heads)


def _read(source: bytes, *, wants_uses: bool) -> Statements:
    lines = source.split(b"\n")
    if _may_be_too_deep(lines) or (b"type:" in source and _TYPE_COMMENT.search(source) is not None):
        raise GiveUp
    try:
        data, errors, _, imports, about = ast_serialize.parse(
            "", source, python_version=_NEWEST, cache_version=tags.CACHE_VERSION
        )
    except ValueError as error:  # it is not UTF-8
        raise GiveUp from error
    if errors or about["mypy_comments"]:  # `# mypy: ignore-errors` takes the bodies of functions out
        raise GiveUp
    module = Statements(data, imports, lines, wants_uses=wants_uses)
    module.watches_fixtures = not wants_uses and may_matter(source)
    module.defines_fixtures = module.watches_fixtures and b"fixture" in source
    module.may_warn = not wants_uses and b"DeprecationWarning" in source
    try:
        module.read()
    except (IndexError, UnicodeDecodeError, RecursionError) as error:  # a layout that is not understood, or depth
        raise GiveUp from error
    return module


def _may_be_too_deep(lines: list[bytes]) -> bool:
    """Whether ast-serialize may run out of stack: operators and attributes chained by ten thousands, without a comma.

    One that is spread over as many lines gets by, and costs that file with the process that reads it.
    """
    if max(map(len, lines)) <= _LONGEST_CHAIN:
        return False
    return any([len(part) > _LONGEST_CHAIN for line in lines for part in line.split(b",")])
