"""Served: the routers and applications of a whole tree put together, and what that makes of each endpoint."""

from __future__ import annotations

from collections import defaultdict
from typing import Final, NamedTuple

from msgspec.structs import replace

from analyzers.findings import Finding
from analyzers.policy import AuthPolicy
from analyzers.rules.endpoints.model import (
    DJANGO,
    DRF,
    NOTHING,
    WIDTH,
    Endpoint,
    Mount,
    Mounts,
    Reached,
    Shown,
    Verdict,
    doubtful,
    together,
)
from analyzers.rules.endpoints.public import why_public

_UPWARD: Final = frozenset({"include", "mount", "view", "same"})


class _Way(NamedTuple):
    """One way from a node up to an application."""

    http: Shown
    websocket: Shown
    prefix: str
    method: str = ""


class Served:
    """What serves what in one tree."""

    def __init__(self, mounts: Mounts) -> None:
        self._upward: dict[str, list[Mount]] = defaultdict(list)
        self._own: dict[str, list[Mount]] = defaultdict(list)
        self._stand_ins: dict[str, list[str]] = defaultdict(list)
        self._settings: dict[str, list[Shown]] = defaultdict(list)
        self._roots: set[str] = set()
        self._validates = False
        self._known: dict[tuple[str, bool], tuple[_Way, ...]] = {}
        for path in sorted(mounts):
            for mount in mounts[path]:
                self._enter(mount)

    def _enter(self, mount: Mount) -> None:
        if mount.kind == "root":
            self._roots.add(mount.child)
        elif mount.kind == "known":
            self._validates = True
        elif mount.kind == "setting":
            self._settings[mount.child].append(mount.http)
        elif mount.kind in _UPWARD:
            self._upward[mount.child].append(mount)
            if mount.kind == "same":
                self._stand_ins[mount.parent].append(mount.child)
        else:
            self._own[mount.child].append(mount)

    # Ways

    def ways(self, node: str, *, only_middleware: bool = False) -> tuple[_Way, ...]:
        """Every way from a node up to an application, with what guards it."""
        key = (node, only_middleware)
        if key not in self._known:
            self._known[key] = tuple(self._find_ways(node, only_middleware, frozenset()))[:WIDTH]
        return self._known[key]

    def _find_ways(self, node: str, only_middleware: bool, passed: frozenset[str]) -> list[_Way]:
        own = self._of_node(node, only_middleware, frozenset())
        upward = [each for each in self._upward.get(node, ()) if each.parent not in passed | {node}]
        if not upward:
            if node in self._roots:
                return [own]
            doubt = doubtful(f"nothing in sight serves {node.removesuffix(':plain')}")
            return [_Way(together((own.http, doubt)), together((own.websocket, doubt)), own.prefix)]
        found: list[_Way] = []
        for mount in upward[:WIDTH]:
            guarded = only_middleware or mount.kind == "mount"
            for way in self._find_ways(mount.parent, guarded, passed | {node}) if mount.parent else [_out_of_sight()]:
                found.append(_below(own, mount, way))
                if len(found) >= WIDTH:
                    return found
        return found

    def _of_node(self, node: str, only_middleware: bool, passed: frozenset[str]) -> _Way:
        """What guards a node itself, with what is said about it where it is passed as a parameter."""
        http: list[Shown] = []
        websocket: list[Shown] = []
        prefix = ""
        for mount in self._own.get(node, ()):
            prefix = prefix or mount.prefix
            if mount.kind == "middleware" or not only_middleware:
                http.append(mount.http)
                websocket.append(mount.websocket)
        for stand_in in self._stand_ins.get(node, ()):
            if stand_in not in passed:
                inner = self._of_node(stand_in, only_middleware, passed | {node})
                http.append(inner.http)
                websocket.append(inner.websocket)
        return _Way(together(http), together(websocket), prefix)

    def _setting(self, node: str) -> Shown:
        """What holds everywhere: what all the settings in the tree agree on."""
        several = self._settings.get(node)
        if several:
            return _any_of(several)
        is_open = node == DRF and not (self._settings.get(DJANGO) or self._settings.get(DJANGO + "installed"))
        return doubtful("the settings are not in sight") if is_open else NOTHING

    # Verdicts

    def verdict(self, endpoint: Endpoint, canonical: str | None, inferred: bool, policy: AuthPolicy) -> Verdict | None:
        """What is to be said of an endpoint; None where it is none, since nothing mounts it."""
        if endpoint.waits and not self._upward.get(endpoint.on):
            return None
        ways = self.ways(endpoint.on) if endpoint.on else (_Way(NOTHING, NOTHING, ""),)
        defaults = [self._setting(each) for each in endpoint.defaults]
        shown = [
            together((endpoint.shown, way.websocket if endpoint.kind == "websocket" else way.http, *defaults))
            for way in ways
        ]
        route = _route(ways[0].prefix, endpoint.route) if ways else endpoint.route
        told = Verdict("unknown", route=route, method=endpoint.method or (ways[0].method if ways else ""))
        wanted = None if inferred else canonical
        if shown and all(_protects(each, wanted) for each in shown):
            first = _reached(shown[0], wanted)
            return replace(told, state="protected", chain=first.chain, reason=f"reaches {first.pattern}")
        why = why_public(endpoint, route, policy)
        if why:
            return replace(told, state="public", reason=why)
        if canonical is None and not policy.patterns and not self._validates:
            return replace(told, reason="no validation is known in this repository")
        return _not_protected(shown, wanted, told)


def _not_protected(shown: list[Shown], wanted: str | None, told: Verdict) -> Verdict:
    """One way at least is not protected; if one of these leaves nothing open, neither is the endpoint."""
    open_ways = [each for each in shown if not _protects(each, wanted)]
    doubts = [_doubt(each, wanted) for each in open_ways]
    if all(doubts):
        return replace(told, reason=doubts[0] if doubts else "nothing in sight serves it")
    bare = open_ways[doubts.index("")]
    reason = "reaches no validation" if len(open_ways) == len(shown) else "reaches no validation on one of its ways"
    if not bare.reached:
        return replace(told, state="unprotected", reason=reason)
    other = bare.reached[0]
    return replace(told, state="unprotected", chain=other.chain, reason=f"reaches {other.pattern}", other=other.pattern)


def _doubt(shown: Shown, wanted: str | None) -> str:
    """What is left open; empty if nothing is."""
    perhaps = min(shown.perhaps, key=lambda each: each.pattern != wanted, default=None)
    if perhaps is not None:
        return f"{perhaps.pattern} is reached under a condition only: {' -> '.join(perhaps.chain)}"
    return shown.doubt


def _protects(shown: Shown, wanted: str | None) -> bool:
    return any(wanted in (None, each.pattern) for each in shown.reached)


def _reached(shown: Shown, wanted: str | None) -> Reached:
    return next(each for each in shown.reached if wanted in (None, each.pattern))


def _any_of(several: list[Shown]) -> Shown:
    """What holds whichever of several settings is used."""
    first, *rest = several
    common = tuple(e for e in first.reached if all(any(e.pattern == o.pattern for o in each.reached) for each in rest))
    others = tuple(each for shown in several for each in (*shown.reached, *shown.perhaps) if each not in common)
    return Shown(common, others, next((each.doubt for each in several if each.doubt), ""))


def _out_of_sight() -> _Way:
    doubt = doubtful("what serves it is not in sight")
    return _Way(doubt, doubt, "")


def _below(own: _Way, mount: Mount, way: _Way) -> _Way:
    return _Way(
        together((own.http, mount.http, way.http)),
        together((own.websocket, mount.websocket, way.websocket)),
        _route(_route(way.prefix, mount.prefix), own.prefix),
        mount.method if mount.kind == "view" else way.method,
    )


def _route(prefix: str, route: str) -> str:
    if not prefix or not route:
        return prefix or route
    return f"{prefix.rstrip('/')}/{route.lstrip('/^')}"


def unprotected_finding(endpoint: Endpoint, verdict: Verdict, canonical: str | None, *, inferred: bool) -> Finding:
    """auth.unprotected: an endpoint that never reaches the check, or another one than the canonical."""
    name = endpoint.function.rpartition(".")[2]
    symbol = f"{verdict.method} {verdict.route}".strip() if verdict.route else endpoint.function or name
    what = "WebSocket" if endpoint.kind == "websocket" else "endpoint"
    if verdict.other:
        message = f"`{symbol}` is checked by {verdict.other}, not by {canonical}"
    else:
        message = f"the {what} `{symbol}` reaches no validation"
    return Finding(
        rule="auth.unprotected",
        path=endpoint.path,
        line=endpoint.line,
        end_line=endpoint.end_line,
        symbol=symbol,
        detail=endpoint.function,
        message=message,
        severity="medium" if verdict.other else "high",
        scope=endpoint.scope,
        inferred=inferred,
        within=endpoint.within,
    )
