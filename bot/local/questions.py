"""Questions about one commit on this machine, for `fifthwhy explain`, `graph` and `endpoints`; without a network."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from analyzers.audit import Audit, module_edges
from analyzers.explain import Explanation, explain, symbols_named
from analyzers.graph import ModuleGraph
from analyzers.picture import Level, Picture, around
from analyzers.snapshot import Snapshot
from analyzers.surface import Surface, surface_of
from bot.git.object_reader import Repository
from bot.measuring.caches import opened_caches
from bot.measuring.measure import policy_of
from bot.measuring.questions import Place, audited_at, code_of
from bot.policies.sources import local_sources
from bot.reading.facts_reader import Progress
from bot.settings.settings import LocalSettings


class LocalCommit(msgspec.Struct, frozen=True):
    """What is asked about. The policy is that of the commit itself."""

    path: Path
    head: str = "HEAD"
    extends_from: Path | None = None


class View(msgspec.Struct, frozen=True):
    """What is to be drawn: a module, a package or a symbol with what lies within so many imports of it."""

    name: str
    depth: int
    level: Level


def explain_locally(symbol: str, commit: LocalCommit, settings: LocalSettings, progress: Progress) -> Explanation:
    """Explain a symbol. Raises GitError, InvalidPolicyError and UnknownNameError, each fit to be shown."""
    snapshot, audited = _audited(commit, settings, progress)
    return explain(symbol, code_of(snapshot, audited))


def draw_locally(view: View, commit: LocalCommit, settings: LocalSettings, progress: Progress) -> Picture:
    """Draw the module graph around something. Raises the same."""
    snapshot, audited = _audited(commit, settings, progress)
    graph = ModuleGraph(module_edges(path, row) for path, row in audited.ledger.files.all() if row.module is not None)
    return around(graph, _modules(view.name, snapshot, audited), depth=view.depth, level=view.level)


def endpoints_locally(commit: LocalCommit, settings: LocalSettings, progress: Progress) -> Surface:
    """Every endpoint with its answer. Raises GitError and InvalidPolicyError."""
    _, audited = _audited(commit, settings, progress)
    return surface_of(audited)


def _modules(name: str, snapshot: Snapshot, audited: Audit) -> Iterable[str]:
    """The modules or packages of that name; if there are none, where symbols of that name are defined."""
    meant = [each for each in audited.terms.resolver.meanings(name) if snapshot.is_module(each)]
    if meant:
        return meant
    return sorted({symbol.definition.module for symbol in symbols_named(name, code_of(snapshot, audited))})


def _audited(commit: LocalCommit, settings: LocalSettings, progress: Progress) -> tuple[Snapshot, Audit]:
    repository = Repository.discover(commit.path)
    sha = repository.resolve(commit.head)
    policy = policy_of(repository, sha, local_sources(commit.extends_from)).policy
    with opened_caches(settings) as caches:
        return audited_at(Place(repository, sha, policy), caches, progress)
