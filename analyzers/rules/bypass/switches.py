"""auth.bypass.skip-switch: environment variables, settings and debug flags that let in instead of the check."""

from __future__ import annotations

from typing import Final

from analyzers.code import Code, Where
from analyzers.outline import (
    Assign,
    Attr,
    Bool,
    Call,
    Compare,
    Const,
    Def,
    Expr,
    Item,
    Not,
    Ref,
    Return,
    Several,
    expressions_in,
    statements_in,
)
from analyzers.rules.bypass.words import last_name, told, words

_SETTINGS: Final = frozenset({"settings", "config", "configuration", "conf", "cfg", "environ", "env", "setting"})
_ENVIRONMENT: Final = frozenset({"os.getenv", "os.environ.get", "decouple.config"})
_STRONG: Final = frozenset({"debug", "bypass", "insecure", "noauth"})
"""Words that make a switch whatever else a name says."""
_AUTH: Final = frozenset({"auth", "authentication", "authorization", "login", "security", "verification"})
_ON_OFF: Final = frozenset(
    {"enabled", "enable", "disabled", "disable", "skip", "skipped", "required", "require", "off", "on", "use", "no"}
)
_MODES: Final = frozenset({"dev", "development", "testing", "demo", "mock", "local"})
_TELLING: Final = _SETTINGS | _STRONG | _AUTH | _ON_OFF | _MODES | {"open", "mode", "public", "strict", "env"}
_FRAMEWORK: Final = frozenset({"debug", "testing"})
_UNWRAPPED: Final = frozenset({"bool", "int", "str", "strtobool"})
_STRING_METHODS: Final = frozenset({"lower", "upper", "strip", "casefold"})
BESIDES: Final = frozenset(
    {"cors", "csrf", "rate", "origin", "origins", "domain", "domains", "issuer", "log", "logging"}
)
"""Words for what is checked besides who somebody is."""
_SHOWN: Final = frozenset({"token", "key", "auth", "authorization", "credentials", "password", "secret", "user", "jwt"})
_ELSEWHERE: Final = frozenset({"path", "method", "host", "url", "route", "endpoint", "ip", "options", "scope"})
_MOST_STEPS: Final = 6


def switch_in(test: Expr, where: Where, code: Code, *, refusing: bool = False) -> str | None:
    """The switch that decides a test, as it is written: by itself, or along with what the client shows.

    None where something else about the request decides, such as its path; and, unless the test is one to refuse by,
    where what is shown is compared with a secret: that is the check itself.
    """
    if not any(map(_may_be_switch, expressions_in(test))):
        return None
    match test:
        case Bool("or", values):
            found = [switch_in(each, where, code, refusing=refusing) for each in values]
            if refusing and None in found:  # `if not KEY or not is_right(KEY): refuse`
                return None
            return next((name for name in found if name is not None), None)
        case Bool("and", values):
            named = [(switch(each, where, code), each) for each in values]
            others = [each for name, each in named if name is None]
            is_free = all(is_about_credential(each) and (refusing or not _is_check(each)) for each in others)
            return next((name for name, _ in named if name is not None), None) if is_free else None
        case _:
            return switch(test, where, code)


def is_about_credential(expr: Expr) -> bool:
    """Whether an expression says something about what a client shows: a token, a key, who it is."""
    names = {part.name for part in expressions_in(expr) if isinstance(part, Ref | Attr)}
    names |= {part.value for part in expressions_in(expr) if isinstance(part, Const) and isinstance(part.value, str)}
    said = frozenset[str]().union(*map(words, names))
    return bool(said & _SHOWN) and not said & _ELSEWHERE


def _may_be_switch(part: Expr) -> bool:
    """Whether a part of a test looks like a switch, before it is looked at closely."""
    match part:
        case Ref(name):
            names = name.split(".")
            return names[0] in {"self", "cls"} or names[-1].isupper() or any(words(each) & _TELLING for each in names)
        case Call(_, ()) | Call(_, (Const(), *_)):
            return True
        case Attr(_, name):
            return bool(words(name) & _TELLING)
    return False


def _is_check(expr: Expr) -> bool:
    """Whether an expression compares what is shown with something that is not written there, or has it looked at."""
    match expr:
        case Not(value):
            return _is_check(value)
        case Compare(_, _, rights):
            return not all(isinstance(each, Const) for each in rights)
        case Bool(_, values):
            return any(map(_is_check, values))
    return isinstance(expr, Call)


def switch(test: Expr, where: Where, code: Code) -> str | None:
    """The name of the switch that a test asks about, and about nothing else."""
    name = _asked(test, where, code, _MOST_STEPS)
    return None if name is None or words(name) & BESIDES else name


def _asked(test: Expr, where: Where, code: Code, steps: int) -> str | None:
    if steps <= 0:
        return None
    match test:
        case Not(value):
            return _asked(value, where, code, steps - 1)
        case Bool("and", values):
            names = [_asked(each, where, code, steps - 1) for each in values]
            return None if None in names else names[0]
        case Compare(left, (op,), (right,)):
            if op in {"in", "not in"} and isinstance(left, Const) and _is_environment(right, where, code):
                return told(left)
            return _asked(left, where, code, steps - 1) if _is_fixed(right) else None
        case Call(func, args) if last_name(func) in _UNWRAPPED and len(args) == 1:
            return _asked(args[0], where, code, steps - 1)
        case Call(func, ()) if last_name(func) in _STRING_METHODS:
            inner = func.value if isinstance(func, Attr) else _owner(func)
            return None if inner is None else _asked(inner, where, code, steps - 1)
        case _:
            return _source(test, where, code, steps - 1)


def _is_fixed(value: Expr) -> bool:
    """Whether a test compares with something that is written there, and not with something of the request."""
    if isinstance(value, Several):
        return all(_is_fixed(each) for each in value.items)
    name = value.name if isinstance(value, Ref) else ""
    is_member = "." in name and name[:1].isupper()
    return isinstance(value, Const) or is_member or (last_name(value).isupper() and bool(name))


def _owner(func: Expr) -> Ref | None:
    if not isinstance(func, Ref) or "." not in func.name:
        return None
    target = func.target.rpartition(".")[0] if func.target and "." in func.target else func.target
    return Ref(func.name.rpartition(".")[0], target, func.line)


def _is_environment(value: Expr, where: Where, code: Code) -> bool:
    return isinstance(value, Ref) and code.absolute(value, where.file) == "os.environ"


def _source(value: Expr, where: Where, code: Code, steps: int) -> str | None:
    match value:
        case Call(func, (Const(str(key)), *_)):
            return _looked_up(value, func, key, where, code)
        case Call(func, ()):
            is_switch = _is_switch_name(last_name(func)) or _gives_switch(value, where, code, steps)
            return told(value) if is_switch else None
        case Item(inner, Const(str(key))):
            is_settings = _is_environment(inner, where, code) or bool(words(last_name(inner)) & _SETTINGS)
            return key if is_settings else None
        case Attr(inner, name):
            return told(value) if words(last_name(inner)) & _SETTINGS and name else None
        case Ref():
            return _named(value, where, code, steps)
    return None


def _looked_up(call: Call, func: Expr, key: str, where: Where, code: Code) -> str | None:
    """`os.getenv("DEBUG")`, `app.config.get("DEBUG")`, `env.bool("DEBUG")`."""
    meaning = code.callee(call, where) or ""
    if meaning in _ENVIRONMENT:
        return key
    owner = last_name(func.value) if isinstance(func, Attr) else func.name if isinstance(func, Ref) else ""
    names = owner.split(".")
    is_settings = any(words(name) & _SETTINGS for name in names)
    return key if is_settings and (key.isupper() or _is_switch_name(key)) else None


def _named(ref: Ref, where: Where, code: Code, steps: int) -> str | None:
    names = ref.name.split(".")
    if len(names) > 1:
        if any(words(name) & _SETTINGS for name in names[:-1]):
            return ref.name
        if names[-1] in _FRAMEWORK and names[-2] in {"app", "current_app", "application"}:
            return ref.name
    bound, there = code.value(ref, where)
    if bound is not ref and not isinstance(bound, Const):
        return None if _asked(bound, there, code, steps) is None else ref.name
    if _is_param(ref, where):
        return None
    is_ours = ref.name.isupper() and len(names) == 1 and (ref.target is not None or bound is not ref)
    is_own = len(names) == 2 and names[0] in {"self", "cls"} and not _is_declared(names[1], where)
    return ref.name if (is_ours or is_own) and _is_switch_name(names[-1]) else None


def _is_declared(name: str, where: Where) -> bool:
    """Whether a class says it for itself, as a constant: `login_required = True`, which others of its kind may not."""
    body = () if where.around is None or words(name) & _STRONG else where.around.body
    return any(
        isinstance(each, Assign)
        and isinstance(each.value, Const)
        and any(isinstance(target, Ref) and target.name == name for target in each.targets)
        for each in statements_in(body)
    )


def _is_param(ref: Ref, where: Where) -> bool:
    return any(param.name == ref.name for function in where.functions for param in function.params)


def _is_switch_name(name: str) -> bool:
    """Whether a name says that it switches the check on or off, or that this is no production."""
    said = words(name)
    if said & _STRONG or (said & _AUTH and said & _ON_OFF):
        return True
    return bool(said & _MODES and said & {"mode", "is", "env", "environment"}) or name.upper() in {"TESTING", "DEV"}


def _gives_switch(call: Call, where: Where, code: Code, steps: int) -> bool:
    """Whether all that a function of this repository gives back is a switch: `is_production()`."""
    callee = code.callee(call, where)
    found = code.find(callee) if callee is not None and code.resolver.is_first_party(callee) else None
    if found is None or not isinstance(found.node, Def):
        return False
    inside = found.where.inside(found.node)
    values = [each.value for each in found.node.statements if isinstance(each, Return)]
    return bool(values) and all(each is not None and _asked(each, inside, code, steps) is not None for each in values)
