"""The survey of one file, by the frameworks that its imports speak of."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from analyzers.code import Code, Where
from analyzers.facts import FileFacts
from analyzers.outline import Assign, Call, Def, Expr, Ref
from analyzers.resolve import Resolver
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.endpoints.aiohttp import survey_aiohttp
from analyzers.rules.endpoints.channels import survey_channels
from analyzers.rules.endpoints.django import survey_django
from analyzers.rules.endpoints.fastapi import survey_fastapi
from analyzers.rules.endpoints.flask import survey_flask
from analyzers.rules.endpoints.model import Survey, doubtful
from analyzers.rules.endpoints.reach import Reach
from analyzers.rules.endpoints.sanic import survey_sanic
from analyzers.rules.endpoints.socketio import survey_socketio
from analyzers.rules.endpoints.tornado import survey_tornado
from analyzers.rules.endpoints.view import Site, View
from analyzers.rules.endpoints.websockets import survey_websockets
from analyzers.rules.endpoints.words import is_known, last_name
from analyzers.snapshot import SourceFile, absolute_module, readable

Surveyor = Callable[[View], None]

SURVEYORS: Final[tuple[tuple[frozenset[str], Surveyor], ...]] = (
    (frozenset({"fastapi", "starlette"}), survey_fastapi),
    (frozenset({"flask", "quart", "flask_restful", "flask_restx", "flask_smorest", "apiflask"}), survey_flask),
    (frozenset({"django", "rest_framework"}), survey_django),
    (frozenset({"channels"}), survey_channels),
    (frozenset({"aiohttp"}), survey_aiohttp),
    (frozenset({"sanic"}), survey_sanic),
    (frozenset({"tornado"}), survey_tornado),
    (frozenset({"websockets"}), survey_websockets),
    (frozenset({"flask_socketio", "socketio"}), survey_socketio),
)
"""Which imports make which framework apply."""

FRAMEWORKS: Final = frozenset(top for tops, _ in SURVEYORS for top in tops)
"""Top-level names of imports that an endpoint needs, in its own file or in one that it imports from."""


_SETTINGS: Final = frozenset({"MIDDLEWARE", "MIDDLEWARE_CLASSES", "REST_FRAMEWORK", "INSTALLED_APPS", "urlpatterns"})
_SERVED: Final = re.compile(
    r"(?i)app|api|router|route|blueprint|(?:^|_)bp|server|site|sio|socket|namespace|flask|quart|sanic|starlette|web|asgi"
)
"""In the name of a router or an application, or of the class or function that makes one."""
_HARMLESS: Final = frozenset(
    {"len", "print", "isinstance", "getattr", "hasattr", "setattr", "id", "repr", "str", "append"}
)


def survey(file: SourceFile, code: Code, terms: AuthTerms, reach: Reach | None = None) -> Survey:
    """What a file says about endpoints: those that it defines, and what it says about routers and applications.

    `reach` remembers what functions bring, from one file of a tree to the next.
    """
    facts = readable(file)
    if facts is None or file.scope == "tests":
        return Survey()
    around = _frameworks_around(file, facts, code.resolver)
    if not around:
        return Survey()
    view = View(file, code, reach or Reach(code, terms))
    for tops, surveyor in SURVEYORS:
        if tops & around:
            surveyor(view)
    for site in view.sites:
        _passed_on(view, site)
    shown = (*(each.shown for each in view.endpoints), *(each.http for each in view.mounts))
    for pattern in sorted({each.pattern for one in shown for each in one.reached}):
        view.mount("known", pattern)
    return Survey(tuple(view.endpoints), tuple(dict.fromkeys(view.mounts)))


def _frameworks_around(file: SourceFile, facts: FileFacts, resolver: Resolver) -> frozenset[str]:
    """The frameworks that a file imports itself, or by what it has from a module that does; Django for its settings."""
    modules: set[str] = set()
    tops = _frameworks_in(facts)
    if any(binding.name in _SETTINGS for binding in facts.bindings):
        tops |= {"django"}
    for fact in facts.imports:
        module = absolute_module(fact, file)
        if module is not None and resolver.is_first_party(module):
            name = fact.name if fact.name not in (None, "*") else None
            modules.add(resolver.known_part(resolver.defined_as(f"{module}.{name}") if name else module))
    for one in (resolver.facts_of(module) for module in sorted(modules)):
        tops |= frozenset() if one is None else _frameworks_in(one)
    return tops


def _frameworks_in(facts: FileFacts) -> frozenset[str]:
    return frozenset(each.module.partition(".")[0] for each in facts.imports if not each.level) & FRAMEWORKS


def _passed_on(view: View, site: Site) -> None:
    """`register(app)`: inside of `register`, its parameter stands for the application."""
    call, where = site
    values = (*call.args, *(value for _, value in call.keywords))
    if not any(_may_be_served(each, where, view.code) and _is_served(view, each, where) for each in values):
        return
    meaning = view.code.callee(call, where)
    if meaning is None or not view.code.resolver.is_first_party(meaning):
        _handed_over(view, call, meaning, where)
        return
    found = view.code.find(meaning)
    if found is None or not isinstance(found.node, Def):
        return
    params = [param.name for param in found.node.params if param.kind != "**"]
    if found.where.around is not None:
        params = params[1:]
    given = [
        *zip(params, call.args, strict=False),
        *((key, value) for key, value in call.keywords if key is not None and key in params),
    ]
    for name, value in given:
        node = view.node(value, where)
        if node is not None and _is_served(view, value, where):
            view.mount("same", f"{found.dotted}.{name}", node)


def _may_be_served(value: Expr, where: Where, code: Code) -> bool:
    """Whether something may be a router or an application by its name, or by that of what makes it. Quick."""
    if isinstance(value, Call):
        return _SERVED.search(last_name(value.func)) is not None
    if not isinstance(value, Ref):
        return False
    if _SERVED.search(value.target or value.name):
        return True
    bound = code.locals_of(where.functions[-1]).get(value.name, ()) if where.functions else ()
    made = (each.value if isinstance(each, Assign) else each for each in bound)
    return any(isinstance(each, Call) and _SERVED.search(last_name(each.func)) is not None for each in made)


def _handed_over(view: View, call: Call, meaning: str | None, where: Where) -> None:
    """An application that something out of sight is passed may be guarded by it."""
    last = last_name(call.func)
    if (meaning is not None and is_known(meaning)) or last in _HARMLESS:
        return
    for value in (*call.args, *(each for _, each in call.keywords)):
        if isinstance(value, Ref) and _is_served(view, value, where):
            node = view.node(value, where)
            if node is not None:
                shown = doubtful(f"{view.reach.step(last, call.line, where)} is passed the application")
                view.mount("middleware", node, http=shown, websocket=shown)


def _is_served(view: View, value: Expr, where: Where) -> bool:
    """Whether something is a router or an application."""
    kinds = view.instance_kinds(value, where)
    return any(kind.partition(".")[0] in FRAMEWORKS for kind in kinds)
