"""Contracts: what may import what. One model for those of the policy and those that other tools' files hold.

The words and what they mean are import-linter's (https://import-linter.readthedocs.io/en/stable/contract_types/) and
Tach's (https://docs.gauge.sh/usage/configuration).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from analyzers.policy import ContractPolicy

Origin = Literal["policy", "import-linter", "tach"]
NoteKind = Literal["problem", "not evaluated"]
"""A mistake, or what we do not know."""

_EXPRESSION: Final = re.compile(r"(?:[^\W\d]\w*|\*\*?)(?:\.(?:[^\W\d]\w*|\*\*?))*")


class Source(msgspec.Struct, frozen=True):
    """Where a contract is written down; None for what a policy file says, whose lines are not kept."""

    origin: Origin = "policy"
    path: str | None = None
    line: int | None = None


class Note(msgspec.Struct, frozen=True):
    """What does not count of a contract as it is written, and what helps. `path` is None for the policy file."""

    path: str | None
    line: int | None
    kind: NoteKind
    message: str
    remedy: str


MOST_NOTES: Final = 200
"""Notes that are told, the mistakes first. The others are counted."""


class IgnoredImport(msgspec.Struct, frozen=True):
    """Imports that a contract does not see, by expressions for the importing and the imported modules."""

    importer: str
    imported: str


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """What all contracts have. `type_checking` says that imports which are never run count as well."""

    name: str
    source: Source = Source()
    ignore: tuple[IgnoredImport, ...] = ()
    type_checking: bool = True


class Forbidden(Contract, frozen=True, kw_only=True, tag="forbidden"):
    """Some modules must not import others, directly or by way of third ones.

    `whole` says that descendants belong to the modules named.
    """

    importers: tuple[str, ...]
    forbidden: tuple[str, ...]
    only_direct: bool = False
    whole: bool = True


class Layer(msgspec.Struct, frozen=True):
    """Modules side by side, relative to the container where there is one. `optional` ones need not exist."""

    modules: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    independent: bool = True


class Layers(Contract, frozen=True, kw_only=True, tag="layers"):
    """Lower layers must not import higher ones, nor independent siblings each other. The highest comes first."""

    layers: tuple[Layer, ...]
    containers: tuple[str, ...] = ()


class Independence(Contract, frozen=True, kw_only=True, tag="independence"):
    """Modules must not import each other."""

    modules: tuple[str, ...]


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """A module as Tach has it: everything below `path` that no longer declared path covers.

    `depends_on` None lets it import anything. A `utility` may be imported by all; what is `unchecked` may import all.
    """

    path: str
    depends_on: tuple[str, ...] | None = None
    cannot_depend_on: tuple[str, ...] = ()
    layer: str | None = None
    utility: bool = False
    unchecked: bool = False


class Boundaries(Contract, frozen=True, kw_only=True, tag="boundaries"):
    """A declared module imports only the declared modules that it names, besides those of lower layers.

    `layers` are named from the highest to the lowest; across a `closed` one nobody imports. `exclude` are path patterns
    of importing files that are not looked at.
    """

    modules: tuple[Declared, ...]
    layers: tuple[str, ...] = ()
    closed: frozenset[str] = frozenset()
    lower_layers_are_free: bool = True
    exclude: tuple[str, ...] = ()


AnyContract = Forbidden | Layers | Independence | Boundaries


def contracts_of(policies: Iterable[ContractPolicy]) -> tuple[AnyContract, ...]:
    """The contracts of a policy."""
    return tuple(_contract(policy) for policy in policies)


def _contract(policy: ContractPolicy) -> AnyContract:
    ignore = tuple(ignored for text in policy.ignore_imports if (ignored := ignored_import(text)) is not None)
    if policy.type == "forbidden":
        return Forbidden(
            name=policy.name,
            ignore=ignore,
            importers=policy.source_modules,
            forbidden=policy.forbidden_modules,
            only_direct=policy.allow_indirect_imports,
        )
    if policy.type == "layers":
        layers = tuple(layer(text) for text in policy.layers)
        return Layers(name=policy.name, ignore=ignore, layers=layers, containers=policy.containers)
    return Independence(name=policy.name, ignore=ignore, modules=policy.modules)


def layer(text: str) -> Layer:
    """A layer as import-linter has it written: `a | b` independent, `a : b` not; one in parentheses may be missing."""
    independent = "|" in text or ":" not in text
    names = [name.strip() for name in text.split("|" if independent else ":")]
    optional = frozenset(name[1:-1].strip() for name in names if _is_optional(name))
    return Layer(tuple(name[1:-1].strip() if _is_optional(name) else name for name in names), optional, independent)


def _is_optional(name: str) -> bool:
    return name.startswith("(") and name.endswith(")")


def ignored_import(text: str) -> IgnoredImport | None:
    """`a.b -> c.d`, with wildcards or without; None for anything else."""
    importer, arrow, imported = (part.strip() for part in text.partition("->"))
    return IgnoredImport(importer, imported) if arrow and is_expression(importer) and is_expression(imported) else None


def is_expression(text: str) -> bool:
    """Whether a text is a dotted name in which `*` stands for one part and `**` for one or more."""
    return _EXPRESSION.fullmatch(text) is not None


def externals(contracts: Iterable[AnyContract]) -> frozenset[str]:
    """Top-level names that a contract forbids: of other distributions, unless this repository has such a module.

    Their imports have to be among the edges of the graph (`analyzers.graph.edges_of`).
    """
    forbidding = (contract for contract in contracts if isinstance(contract, Forbidden))
    return frozenset(name for contract in forbidding for name in contract.forbidden if name.isidentifier())
