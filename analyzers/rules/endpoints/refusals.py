"""How code refuses somebody because of who he is, and where it asks who that is."""

from __future__ import annotations

import re
from typing import Final

from analyzers.outline import Call, Const, Expr, Item, Ref, Several, expressions_in
from analyzers.rules.endpoints.words import last_name

_STATUS: Final = frozenset({401, 403, 407, "401", "403", "401 Unauthorized", "403 Forbidden"})
_STATUS_NAME: Final = re.compile(r"(401|403|UNAUTHORIZED|FORBIDDEN|POLICY_VIOLATION)", re.IGNORECASE)
_ERROR: Final = re.compile(
    r"(Unauthori[sz]ed|Forbidden|PermissionDenied|PermissionError|NotAuthenticated|NotAuthorized|AuthenticationFailed"
    r"|AuthenticationError|AuthorizationError|AuthError|AccessDenied|DenyConnection|ConnectionRefusedError"
    r"|WebSocketException|InvalidToken|InvalidCredentials|CredentialsException)"
)
_LOGIN: Final = re.compile(r"log_?in|sign_?in|authenticate", re.IGNORECASE)
_CLOSING: Final = frozenset({"close", "disconnect", "deny", "reject"})

_USER: Final = re.compile(
    r"^(self\.)?(request|req|websocket|ws|connection|handler|info\.context|context)"
    r"\.(user|auth|session|authorization|current_user|state\.\w*(user|auth|session|token|claims|identity)\w*)\b"
    r"|^self\.(current_user|get_current_user)\b"
)
_CURRENT: Final = ("flask_login.current_user", "flask_login.utils.current_user", "flask_jwt_extended.current_user")
_KEPT: Final = re.compile(r"^(flask|quart)\.(session|request\.authorization|g\.\w*(user|auth|identity|token)\w*)\b")


def refuses(expr: Expr | None) -> bool:
    """Whether what is raised, returned or called alone refuses somebody: a status of 401 or 403, a telling error."""
    match expr:
        case Ref(name):
            return bool(_ERROR.search(name))
        case Several(items):
            return any(_is_status(item) for item in items[1:]) or (bool(items) and refuses(items[0]))
        case Call():
            return _call_refuses(expr)
        case _:
            return False


def _call_refuses(call: Call) -> bool:
    last = last_name(call.func)
    if _ERROR.search(last) or last == "redirect_to_login" or last in _CLOSING:
        return True
    arguments = (*call.args, *(value for _, value in call.keywords))
    if any(_is_status(each) for each in arguments):
        return True
    if "redirect" in last.lower():
        return any(
            (isinstance(part, Const) and isinstance(part.value, str) and _LOGIN.search(part.value))
            or (isinstance(part, Ref) and _LOGIN.search(part.name))
            for each in arguments
            for part in expressions_in(each)
        )
    return False


def _is_status(expr: Expr) -> bool:
    match expr:
        case Const(value):
            return not isinstance(value, bool) and value in _STATUS
        case Ref(name):
            return bool(_STATUS_NAME.search(name))
        case _:
            return False


def asks_who(expr: Expr) -> str:
    """Where an expression asks who somebody is: `request.user`, `session[...]`; empty if it does not."""
    for part in expressions_in(expr):
        match part:
            case Ref(name, target):
                if _USER.search(name) or (target and (_KEPT.search(target) or target.startswith(_CURRENT))):
                    return name
            case Item(Ref(name), Const("user" | "session" | "auth" as key)) if "scope" in name or name == "session":
                return f"{name}[{key!r}]"
            case Call(Ref(name), (Const("user" | "session" | "auth" as key), *_)) if name.endswith("scope.get"):
                return f"{name}({key!r})"
            case _:
                continue
    return ""
