"""The survey of one file, by the frameworks that its imports speak of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from analyzers.code import Code, Where
from analyzers.outline import Def, Expr
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.endpoints.django import survey_django
from analyzers.rules.endpoints.fastapi import survey_fastapi
from analyzers.rules.endpoints.flask import survey_flask
from analyzers.rules.endpoints.model import Survey
from analyzers.rules.endpoints.view import Site, View
from analyzers.snapshot import SourceFile, readable

Surveyor = Callable[[View], None]

SURVEYORS: Final[tuple[tuple[frozenset[str], Surveyor], ...]] = (
    (frozenset({"fastapi", "starlette"}), survey_fastapi),
    (frozenset({"flask", "quart", "flask_restful", "flask_restx", "flask_smorest", "apiflask"}), survey_flask),
    (frozenset({"django", "rest_framework"}), survey_django),
)
"""Which imports make which framework apply."""

FRAMEWORKS: Final = frozenset(top for tops, _ in SURVEYORS for top in tops)
"""Top-level names of imports that an endpoint needs, in its own file or in one that it imports from."""


def survey(file: SourceFile, code: Code, terms: AuthTerms) -> Survey:
    """What a file says about endpoints: those that it defines, and what it says about routers and applications."""
    facts = readable(file)
    if facts is None or file.scope == "tests":
        return Survey()
    view = View(file, code, terms)
    for surveyor in dict.fromkeys(surveyor for _, surveyor in SURVEYORS):
        surveyor(view)
    for site in view.sites:
        _passed_on(view, site)
    shown = (*(each.shown for each in view.endpoints), *(each.http for each in view.mounts))
    for pattern in sorted({each.pattern for one in shown for each in one.reached}):
        view.mount("known", pattern)
    return Survey(tuple(view.endpoints), tuple(dict.fromkeys(view.mounts)))


def _passed_on(view: View, site: Site) -> None:
    """`register(app)`: inside of `register`, its parameter stands for the application."""
    call, where = site
    if not call.args and not call.keywords:
        return
    meaning = view.code.callee(call, where)
    if meaning is None or not view.code.resolver.is_first_party(meaning):
        return
    found = view.code.find(meaning)
    if found is None or not isinstance(found.node, Def):
        return
    params = [param.name for param in found.node.params if param.kind != "**"]
    if found.where.around is not None:
        params = params[1:]
    given = [*zip(params, call.args, strict=False), *((key, value) for key, value in call.keywords if key is not None and key in params)]
    for name, value in given:
        node = view.node(value, where)
        if node is not None and _is_served(view, value, where):
            view.mount("same", f"{found.dotted}.{name}", node)


def _is_served(view: View, value: Expr, where: Where) -> bool:
    """Whether something is a router or an application."""
    kinds = view.instance_kinds(value, where)
    return any(kind.partition(".")[0] in FRAMEWORKS for kind in kinds)
