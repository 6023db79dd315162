"""Which files are looked into: those whose imports say that they may have something to do with authentication."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from analyzers.facts import FileFacts, Hint
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.imported import Imported
from analyzers.snapshot import SourceFile, parents, readable

TOKEN_LIBRARIES: Final = frozenset(
    {
        "authlib",
        "firebase_admin",
        "flask_jwt_extended",
        "google.auth",
        "google.oauth2",
        "itsdangerous",
        "jose",
        "joserfc",
        "jwt",
        "rest_framework_simplejwt",
    }
)
"""What makes or reads tokens, by module. Of tests, only those are looked into that import one of them, and speak of how
tokens are read."""

_FRAMEWORKS: Final = frozenset(
    {
        "aiohttp.web",
        "aiohttp_security",
        "channels",
        "django",
        "fastapi",
        "flask",
        "flask_login",
        "flask_socketio",
        "rest_framework",
        "sanic",
        "socketio",
        "starlette",
        "tornado",
        "websockets",
    }
)
_CLIENTS: Final = frozenset({"aiohttp", "httpx", "requests", "requests_oauthlib", "urllib.request", "urllib3"})
"""What calls services, such as those that validate."""

_MODULES: Final = TOKEN_LIBRARIES | _FRAMEWORKS | {"hmac"}
_TOPS: Final = frozenset(name.partition(".")[0] for name in _MODULES | _CLIENTS)
_OF_TOKENS: Final = Hint.TOKEN_OPTIONS | Hint.NO_ALGORITHM
_SETTINGS: Final = frozenset({"MIDDLEWARE", "REST_FRAMEWORK", "ROOT_URLCONF", "SECRET_KEY", "urlpatterns"})


def is_worth_a_look(file: SourceFile) -> bool:
    """Whether the outline of a file matters by what the file says alone."""
    facts = readable(file)
    if facts is None:
        return False
    if file.scope == "tests":
        return bool(facts.hints & _OF_TOKENS) and _imports(facts, TOKEN_LIBRARIES)
    if _imports(facts, _MODULES) or (facts.hints & Hint.REMOTE_CHECK and _imports(facts, _CLIENTS)):
        return True
    return any(binding.name in _SETTINGS for binding in facts.bindings)


def is_looked_into(file: SourceFile, imports: Iterable[Imported], terms: AuthTerms) -> bool:
    """Whether the outline of a file matters, also by the validations of the repository that it may call."""
    if is_worth_a_look(file):
        return True
    if file.scope == "tests":
        return False
    if file.module in terms.own_homes or imports_callee(file, terms):
        return True
    return any(_leads(imported, terms) for imported in imports)


def imports_callee(file: SourceFile, terms: AuthTerms) -> bool:
    """Whether a file imports what a pattern names, or leads there, by that very name: there may be wrappers in it."""
    facts = readable(file)
    imports = () if facts is None else facts.imports
    return any(dotted in terms.patterned for _, dotted in terms.begun_by(imports))


def _imports(facts: FileFacts, modules: frozenset[str]) -> bool:
    """Whether a file imports one of these modules, or something of theirs."""
    for fact in facts.imports:
        if not fact.level and fact.module.partition(".")[0] in _TOPS:
            dotted = fact.module if fact.name is None else f"{fact.module}.{fact.name}"
            if dotted in modules or any(parent in modules for parent in parents(dotted)):
                return True
    return False


def _leads(imported: Imported, terms: AuthTerms) -> bool:
    """Whether an import brings in a validation of this repository, or the module that it stands in."""
    _, module, resolution = imported
    definition = None if resolution is None else resolution.definition
    if definition is not None:
        # A class is one that validates, or none; what a function or a variable gives may be an instance of one.
        is_class = definition.name[:1].isupper() and not definition.name.isupper()
        return definition.dotted in terms.leading or (definition.module in terms.own_homes and not is_class)
    if resolution is not None and resolution.outcome == "external":
        return terms.may_lead(resolution.chain[-1].dotted)
    named = module if resolution is None else resolution.chain[-1].dotted
    return named in terms.own_homes
