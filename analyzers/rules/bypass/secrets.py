"""auth.bypass.hardcoded-secret: what signs tokens or sessions stands in the code, for everybody who can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from analyzers.code import INSTANCE, Code, Where
from analyzers.facts import FileFacts
from analyzers.findings import Finding
from analyzers.outline import (
    Assign,
    Bool,
    Call,
    Check,
    Choice,
    Compare,
    Const,
    Dict,
    Expr,
    If,
    Item,
    Join,
    Not,
    Raise,
    Ref,
    Stmt,
    statements_in,
)
from analyzers.rules.bypass.arguments import Arguments, Given, arguments_of
from analyzers.rules.bypass.decoding import Decoding
from analyzers.rules.bypass.places import Place, called, last_name, path_to, receiver
from analyzers.rules.bypass.words import words
from analyzers.snapshot import SourceFile

_Key = tuple[str, int | None]

_SERIALIZERS: Final = (
    *("Serializer", "TimedSerializer", "URLSafeSerializer", "URLSafeTimedSerializer", "Signer", "TimestampSigner"),
    *("JSONWebSignatureSerializer", "TimedJSONWebSignatureSerializer"),
)
_SERIALIZER_HOMES: Final = (
    *("itsdangerous", "itsdangerous.serializer", "itsdangerous.timed", "itsdangerous.url_safe", "itsdangerous.signer"),
    "itsdangerous.jws",
)
_KEYS: Final[dict[str, _Key]] = {
    **{f"{home}.encode": ("key", 1) for home in ("jwt", "jwt.api_jwt", "jwt.PyJWT", "jwt.api_jwt.PyJWT", "jwt.JWT")},
    **{f"{home}.encode": ("key", 1) for home in ("jwt.api_jws", "jwt.PyJWS", "jwt.api_jws.PyJWS", "jose.jwt")},
    "jose.jws.sign": ("key", 1),
    **{f"authlib.jose.{name}": ("key", 2) for name in ("jwt.encode", "JsonWebToken.encode")},
    **{f"authlib.jose.JsonWebSignature.{name}": ("key", 2) for name in ("serialize", "serialize_compact")},
    "joserfc.jwt.encode": ("key", 2),
    "joserfc.jws.serialize_compact": ("private_key", 2),
    **{f"{home}.{name}": ("secret_key", 0) for home in _SERIALIZER_HOMES for name in _SERIALIZERS},
    "starlette.middleware.sessions.SessionMiddleware": ("secret_key", 1),
    **{f"django.core.signing.{name}": ("key", 0) for name in ("Signer", "TimestampSigner")},
    **{f"django.core.signing.{name}": ("key", 1) for name in ("dumps", "loads")},
    "fastapi_users.jwt.generate_jwt": ("secret", 1),
    "fastapi_users.authentication.JWTStrategy": ("secret", 0),
    "fastapi_login.LoginManager": ("secret", 0),
    "tornado.web.Application": ("cookie_secret", None),
    "tornado.web.create_signed_value": ("secret", 0),
    "tornado.web.decode_signed_value": ("secret", 0),
    "aiohttp_session.cookie_storage.EncryptedCookieStorage": ("secret_key", 0),
    "pyramid.authentication.AuthTktAuthenticationPolicy": ("secret", 0),
    "pyramid.session.SignedCookieSessionFactory": ("secret", 0),
    "sanic_jwt.Initialize": ("secret", None),
    "sanic_jwt.initialize": ("secret", None),
}
"""What signs, and its argument that holds the key: by name, at which position."""
_LAST: Final = frozenset(name.rpartition(".")[2] for name in _KEYS)
_CONFIGURES: Final = frozenset({"update", "from_mapping", "setdefault"})
"""Methods of a configuration that are given settings."""
_ADDS: Final = frozenset({"add_middleware", "Middleware"})
"""Calls that are given a middleware and its arguments."""

CALLS: Final = _LAST | _ADDS | _CONFIGURES
"""The names of the calls that are looked at."""

SETTINGS: Final = frozenset({"SECRET_KEY", "JWT_SECRET_KEY", "JWT_SECRET", "AUTHJWT_SECRET_KEY", "WTF_CSRF_SECRET_KEY"})
"""Settings by which frameworks sign tokens and sessions, and what applications call theirs."""
_IN_CONFIG: Final = SETTINGS | {"JWT_PRIVATE_KEY", "SECURITY_PASSWORD_SALT"}
SAYS_SECRET: Final = re.compile(r"(?i)secret|salt|private_key|config|simple_jwt")
"""In a name without one like which a function sets no secret."""
_NESTED: Final = frozenset({"SIMPLE_JWT"})
"""Settings that hold settings."""
_DJANGO: Final = frozenset({"INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "ALLOWED_HOSTS", "WSGI_APPLICATION"})
"""Names that a module of Django settings binds."""
_ELSEWHERE: Final = frozenset(
    {"build", "ci", "demo", "dev", "development", "doc", "docs", "example", "local", "sample"}
    | {"test", "testing", "tests"}
)
"""Words in the names of modules of settings that are not those of the production."""
_APPS: Final = frozenset({"app", "application", "flask_app", "server", "current_app", "_app"})
_FLASK: Final = frozenset({"flask.Flask()", "quart.Quart()"})
_SETTINGS_CLASS: Final = re.compile(r"Config(?:uration)?$|Settings$|^(?:Base|Dev|Prod|Production|Development)\w*$")
_LOOKS_UP: Final = re.compile(
    r"(?i)^(?:getenv|get|setdefault|pop|env|config|str|get_env\w*|getenv\w*|get_secret\w*|field)$"
)
"""Functions that look something up, and are given what it is where there is nothing."""
_PASSES: Final = frozenset(
    {"encode", "SecretStr", "SecretBytes", "bytes", "str", "import_key", "strip", "cast", "Secret"}
)
"""Functions that give what they are given in another form."""
_NAMES_SECRET: Final = re.compile(r"(?i)secret|key|salt|password")
"""In the name of a setting that holds a secret."""
_PUBLIC: Final = re.compile(
    r"BEGIN (?:RSA |EC )?PUBLIC KEY|BEGIN CERTIFICATE|\{\{|\$\{|^https?://|\.(?:pem|key|crt)$|^/"
)
"""No secret: public keys, gaps that are filled in later, addresses."""
_MOST_STEPS: Final = 8

_MESSAGE: Final = "the secret of `{name}` stands in the code"
_DEFAULT: Final = "where no secret is set, that of `{name}` is one that stands in the code"
_CONSTANTS: Final = frozenset({"ClassVar", "Final"})
"""Annotations of what is no field of a class."""


def key_of(call: Call, where: Where, code: Code) -> tuple[str, Expr | None, Given | None] | None:
    """What a call signs by: the callee, the key as it is written, and what that is; None where it signs nothing."""
    if last_name(call.func) in _ADDS and call.args:
        callee, shift = code.meaning(call.args[0], where), 0
    elif called(call.func) in _LAST:
        callee, shift = code.callee(call, where), 0
    else:
        return None
    callee = (callee or "").removesuffix(INSTANCE)
    key = _KEYS.get(callee)
    if key is None or code.resolver.is_first_party(callee):
        return None
    name, position = key
    arguments: Arguments = arguments_of(call, where, code)
    return callee, written(call, name, None if shift else position), arguments.get(name, position)


def written(call: Call, name: str, position: int | None) -> Expr | None:
    """An argument as it is written at the call itself."""
    found = call.keyword(name)
    if found is not None:
        return found
    return call.args[position] if position is not None and position < len(call.args) else None


class Secrets:
    """The secrets in the code of one file, each told once."""

    def __init__(self, file: SourceFile, code: Code) -> None:
        self._file = file
        self._code = code
        self._told: set[int] = set()

    def of_call(self, call: Call, place: Place) -> Iterator[Finding]:
        """A call that signs by what stands in the code."""
        found = key_of(call, place.where, self._code)
        if found is not None:
            callee, expr, value = found
            yield from self._of_key(callee, expr, value, call, place)
        elif _is_update(call):
            yield from self._of_update(call, place)

    def of_decoding(self, read: Decoding, place: Place) -> Iterator[Finding]:
        """A verification by what stands in the code."""
        if read.verifies is not False and read.reader.key is not None:
            expr = written(read.call, "key", read.reader.key)
            yield from self._of_key(read.callee, expr, read.key, read.call, place)

    def _of_key(self, name: str, expr: Expr | None, value: Given | None, call: Call, place: Place) -> Iterator[Finding]:
        at = place.where
        if expr is None:
            if value is None:
                return
            expr, at = value.expr, value.where
        found = self._secret(expr, at)
        if found is not None and not self._is_told_as_setting(found):
            yield from self._tell(name, name, call.line, call.end_line, place.qualname, found)

    def _is_told_as_setting(self, found: _Secret) -> bool:
        """Whether the assignment that holds a secret is told itself."""
        if found.statement is None:
            return False
        return any(self._is_setting(target, found.where) for target in found.statement.targets)

    def of_statement(self, statement: Stmt, place: Place) -> Iterator[Finding]:
        """An assignment to what frameworks take their secret from."""
        if not isinstance(statement, Assign) or statement.value is None or statement.op:
            return
        if _is_django(self._file) and words(self._file.path.rpartition("/")[2]) & _ELSEWHERE:
            return
        for target in statement.targets:
            name = self._setting(target, place)
            if name is None:
                continue
            if isinstance(statement.value, Dict):
                yield from self._of_nested(name, statement.value, place)
                continue
            found = self._secret(statement.value, place.where)
            if found is not None and _is_field(statement, place.where):
                found = found.as_default()
            if found is not None and not self._is_conditional(statement, place):
                yield from self._tell(name, name, statement.line, statement.end_line, place.qualname, found)

    def _setting(self, target: Expr, place: Place) -> str | None:
        """The setting that a target stands for."""
        match target:
            case Item(Ref(config), Const(str(key))) if key in _IN_CONFIG and last_part(config) == "config":
                return key
            case Ref(name) if name.endswith((".secret_key", ".SECRET_KEY")):
                return name if self._is_app(target, place) else None
            case Ref(name) if self._is_setting(target, place.where):
                return name
            case _:
                return None

    def _is_setting(self, target: Expr, where: Where) -> bool:
        """Whether a name is one of the settings of Django, or of a class of settings."""
        if not isinstance(target, Ref) or where.functions:
            return False
        if where.around is None:
            return target.name in _IN_CONFIG | _NESTED and _is_django(where.file)
        return target.name in _IN_CONFIG and _SETTINGS_CLASS.search(where.around.name) is not None

    def _of_nested(self, name: str, settings: Dict, place: Place) -> Iterator[Finding]:
        """`SIMPLE_JWT = {"SIGNING_KEY": ...}`."""
        for key, value in settings.items:
            if isinstance(key, Const) and key.value == "SIGNING_KEY":
                found = self._secret(value, place.where)
                if found is not None:
                    yield from self._tell(f"{name}.SIGNING_KEY", name, value.line, value.line, place.qualname, found)

    def _is_app(self, target: Ref, place: Place) -> bool:
        app = receiver(target)
        return app is not None and (last_name(app) in _APPS or self._code.meaning(app, place.where) in _FLASK)

    def _of_update(self, call: Call, place: Place) -> Iterator[Finding]:
        """`app.config.update(SECRET_KEY=...)`, `app.config.from_mapping(...)`, `app.config.setdefault(...)`."""
        pairs: list[tuple[str | None, Expr]] = list(call.keywords)
        for arg in call.args:
            if isinstance(arg, Dict):
                pairs += [
                    (key.value, value)
                    for key, value in arg.items
                    if isinstance(key, Const) and isinstance(key.value, str)
                ]
        if len(call.args) == 2 and isinstance(call.args[0], Const) and isinstance(call.args[0].value, str):
            pairs.append((call.args[0].value, call.args[1]))
        for name, value in pairs:
            found = self._secret(value, place.where) if name in _IN_CONFIG else None
            if name is not None and found is not None:
                yield from self._tell(name, name, call.line, call.end_line, place.qualname, found)

    def _is_conditional(self, statement: Assign, place: Place) -> bool:
        """Whether it holds on some branch alone, but for the one where there is no other secret."""
        for around, number in path_to(place.body, statement.line):
            if isinstance(around, If) and not (number == 0 and _is_absence(around.test, statement)):
                return True
        return False

    def _tell(
        self, name: str, callee: str, line: int, end_line: int, qualname: str, found: _Secret
    ) -> Iterator[Finding]:
        if line in self._told:
            return
        self._told.add(line)
        message = (_DEFAULT if found.is_default else _MESSAGE).format(name=name)
        if found.path != self._file.path or not line <= found.line <= end_line:
            message += f", `{found.path}` line {found.line}"
        yield Finding(
            rule="auth.bypass.hardcoded-secret",
            path=self._file.path,
            line=line,
            end_line=end_line,
            symbol=name,
            detail=f"{callee} in {qualname}",
            message=message,
            severity="high",
            scope=self._file.scope,
            within=qualname,
        )

    # What an expression holds

    def _secret(self, expr: Expr, where: Where, steps: int = _MOST_STEPS) -> _Secret | None:
        """The secret that an expression comes down to, surely or where nothing else is set."""
        if steps <= 0:
            return None
        match expr:
            case Const(str(text)):
                return None if not text.strip() or _PUBLIC.search(text) else _Secret.at_literal(expr, where)
            case Ref():
                return self._bound(expr, where, steps)
            case Bool("or", values):
                found = [self._secret(each, where, steps - 1) for each in values[1:]]
                return next((each.as_default() for each in found if each is not None), None)
            case Choice(_, body, orelse):
                one, other = self._secret(body, where, steps - 1), self._secret(orelse, where, steps - 1)
                return one if one is not None and other is not None else None
            case Join(parts):
                texts = [self._code.value(each, where) for each in parts]
                literals = [_Secret.at_literal(text, there) for text, there in texts if isinstance(text, Const)]
                return literals[0].at(where, None) if literals and len(literals) == len(texts) else None
            case Call():
                return self._of_lookup(expr, where, steps - 1)
            case _:
                return None

    def _bound(self, ref: Ref, where: Where, steps: int) -> _Secret | None:
        """What a name is bound to: a constant here or elsewhere, an attribute of a class, a local variable."""
        value, there = self._code.value(ref, where)
        if isinstance(value, Ref):
            return self._of_param(value, there, steps)
        found = self._secret(value, there, steps - 1)
        if found is None:
            return None
        statement = found.statement or _assignment_of(value, there, self._code)
        if statement is not None and _is_refused(statement, there, self._code):
            return None
        found = found.at(there, statement)
        return found.as_default() if statement is not None and _is_field(statement, there) else found

    def _of_param(self, ref: Ref, where: Where, steps: int) -> _Secret | None:
        """The default of a parameter."""
        params = where.functions[-1].params if where.functions else ()
        default = next((each.default for each in params if each.name == ref.name), None)
        found = None if default is None else self._secret(default, where, steps - 1)
        return None if found is None else found.as_default()

    def _of_lookup(self, call: Call, where: Where, steps: int) -> _Secret | None:
        name = last_name(call.func)
        if name in _PASSES and not (name in {"str", "bytes"} and receiver(call.func) is not None):  # `env.str("NAME")`
            inner = receiver(call.func) if name in {"encode", "strip"} else None
            if inner is None and call.args:
                inner = call.args[-1 if name == "cast" else 0]
            return None if inner is None else self._secret(inner, where, steps)
        if not _LOOKS_UP.search(name):
            return None
        default = call.keyword("default")
        if default is None and len(call.args) > 1 and _has_default(call):
            default = call.args[1]
        if default is None and name.lower() == "field" and call.args:
            default = call.args[0]
        found = None if default is None else self._secret(default, where, steps)
        return None if found is None else found.as_default()


class _Secret(msgspec.Struct, frozen=True):
    """A secret that stands in the code: where it is taken from, by which assignment, whether that is merely a default,
    and where the literal is.
    """

    where: Where
    statement: Assign | None
    path: str
    line: int
    is_default: bool = False

    @classmethod
    def at_literal(cls, literal: Const, where: Where) -> _Secret:
        return cls(where, None, where.file.path, literal.line)

    def as_default(self) -> _Secret:
        return msgspec.structs.replace(self, is_default=True)

    def at(self, where: Where, statement: Assign | None) -> _Secret:
        return msgspec.structs.replace(self, where=where, statement=statement)


def _has_default(call: Call) -> bool:
    """Whether the second argument is what a call gives where there is nothing: not so in `conf.get("api", "KEY")`."""
    source = receiver(call.func)
    if last_name(call.func) not in {"get", "setdefault", "pop", "str"}:
        return True
    if source is not None and last_name(source) in {"environ", "env"}:
        return True
    name = call.args[0]
    return isinstance(name, Const) and isinstance(name.value, str) and _NAMES_SECRET.search(name.value) is not None


def last_part(name: str) -> str:
    """The last part of a dotted name."""
    return name.rpartition(".")[2]


def _is_update(call: Call) -> bool:
    config = receiver(call.func) if last_name(call.func) in _CONFIGURES else None
    return config is not None and last_name(config) == "config"


def _is_django(file: SourceFile) -> bool:
    """Whether a file holds settings of Django."""
    if not isinstance(file.facts, FileFacts):
        return False
    return any(binding.name in _DJANGO for binding in file.facts.bindings)


def _assignment_of(value: Expr, where: Where, code: Code) -> Assign | None:
    """The statement that binds a name to a value."""
    bodies = [function.body for function in where.functions[-1:]]
    if where.around is not None:
        bodies.append(where.around.body)
    bodies.append(code.outline(where.file).body)
    for body in bodies:
        for statement in statements_in(body):
            if isinstance(statement, Assign) and statement.value is value:
                return statement
    return None


def _is_field(statement: Assign, where: Where) -> bool:
    """Whether it gives a field of a class its default: one that is set where an instance is made, or read from the
    environment (pydantic, dataclasses, attrs).
    """
    around, said = where.around, statement.annotation
    if around is None or where.functions or said is None or not (around.bases or around.decorators):
        return False
    named = said.value if isinstance(said, Item) else said
    is_constant = isinstance(named, Ref) and last_part(named.name) in _CONSTANTS
    return not is_constant and any(each is statement for each in around.body)


def _target_name(statement: Assign) -> str | None:
    target = statement.targets[0] if statement.targets else None
    return target.name if isinstance(target, Ref) else None


def _is_absence(test: Expr, statement: Assign) -> bool:
    """Whether a test says that what is assigned holds nothing yet."""
    names = {each.name for each in statement.targets if isinstance(each, Ref)}
    match test:
        case Not(Ref(name)) | Compare(Ref(name), ("is",), (Const(None),)):
            return name in names
        case Not(Call(Ref(name))):
            return last_part(name) == "get"
        case _:
            return False


def _is_refused(statement: Assign, where: Where, code: Code) -> bool:
    """Whether a default is refused elsewhere in its file: `if SECRET == "dev": raise`."""
    name = _target_name(statement)
    for body in (code.outline(where.file).body, *(function.body for function in where.functions[-1:])):
        for each in statements_in(body):
            if isinstance(each, If | Check) and _compares(each.test, name) and _refuses(each):
                return True
    return False


def _refuses(statement: If | Check) -> bool:
    return isinstance(statement, Check) or any(isinstance(inner, Raise) for inner in statement.body)


def _compares(test: Expr, name: str | None) -> bool:
    match test:
        case Compare(Ref(one), ("==" | "in" | "!=" | "not in",), (other,)):
            return one == name and not (isinstance(other, Const) and not other.value)
        case Bool(_, values):
            return any(_compares(each, name) for each in values)
        case _:
            return False
