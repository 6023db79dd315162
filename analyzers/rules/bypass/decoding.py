"""Decoding: what a call of a token library does, and which checks it makes.

The libraries are told by the names under which their documentation has them imported. What their options mean is in
the semantics of their current releases (PyJWT 2.15, python-jose 3.5, Authlib 1.9, joserfc 1.8, itsdangerous 2.2,
google-auth 2.63, Flask-JWT-Extended 4.7, Simple JWT 5.5); an option that a release ignores still says what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import Final

import msgspec

from analyzers.code import INSTANCE, Code, Where, local_values
from analyzers.outline import Assign, Call, Class, Const, Def, Dict, Expr, Item, Join, Other, Ref, Several, parts_of
from analyzers.rules.bypass.arguments import Arguments, Entries, Given, arguments_of, entries, given
from analyzers.rules.bypass.places import called, last_name, receiver


class Reader(msgspec.Struct, frozen=True):
    """What is known about a function that reads tokens. Numbers are positions of arguments; None: only by name.

    `flag` is a keyword that turns the check of the signature off by `False`; `pins` says that it accepts whatever
    algorithm a token names unless it is told which.
    """

    token: int = 0
    key: int | None = 1
    algorithms: int | None = None
    options: int | None = None
    flag: str | None = None
    flag_at: int | None = None
    pins: bool = False
    never: bool = False
    """It never verifies."""


_PYJWT: Final = Reader(algorithms=2, options=3, flag="verify", pins=True)
_JOSE: Final = Reader(algorithms=2, options=3, pins=True)
_PLAIN: Final = Reader()
_NEVER: Final = Reader(key=None, never=True)
_SIMPLE: Final = Reader(key=None, flag="verify", flag_at=1)

_DECODES: Final = ("decode", "decode_complete")
_SIMPLE_TOKENS: Final = ("AccessToken", "RefreshToken", "SlidingToken", "UntypedToken", "Token")
_SERIALIZERS: Final = ("Serializer", "TimedSerializer", "URLSafeSerializer", "URLSafeTimedSerializer")
_SERIALIZER_HOMES: Final = ("itsdangerous", "itsdangerous.serializer", "itsdangerous.timed", "itsdangerous.url_safe")

READERS: Final[dict[str, Reader]] = {
    **{f"{home}.{name}": _PYJWT for home in ("jwt", "jwt.api_jwt", "jwt.api_jws") for name in _DECODES},
    **{f"{home}.PyJWT.{name}": _PYJWT for home in ("jwt", "jwt.api_jwt") for name in _DECODES},
    **{f"{home}.PyJWS.{name}": _PYJWT for home in ("jwt", "jwt.api_jws") for name in _DECODES},
    "jwt.JWT.decode": Reader(flag="do_verify", flag_at=2),  # the other distribution that is imported as jwt
    "jose.jwt.decode": _JOSE,
    "jose.jws.verify": Reader(algorithms=2, flag="verify", flag_at=3, pins=True),
    "jose.jwt.get_unverified_claims": _NEVER,
    "jose.jws.get_unverified_claims": _NEVER,
    "authlib.jose.jwt.decode": _PLAIN,
    "authlib.jose.JsonWebToken.decode": _PLAIN,
    "authlib.jose.JsonWebSignature.deserialize_compact": _PLAIN,
    "authlib.jose.JsonWebSignature.deserialize_json": _PLAIN,
    "authlib.jose.JsonWebSignature.deserialize": _PLAIN,
    "joserfc.jwt.decode": Reader(algorithms=2),
    "joserfc.jws.deserialize_compact": Reader(algorithms=2),
    "joserfc.jws.deserialize_json": Reader(algorithms=2),
    "joserfc.jws.extract_compact": _NEVER,
    "google.auth.jwt.decode": Reader(flag="verify", flag_at=2),
    "flask_jwt_extended.decode_token": Reader(key=None),
    "fastapi_users.jwt.decode_jwt": Reader(algorithms=3),
    "python_jwt.verify_jwt": Reader(algorithms=2),
    "python_jwt.process_jwt": _NEVER,
    **{f"rest_framework_simplejwt.tokens.{name}": _SIMPLE for name in _SIMPLE_TOKENS},
    "rest_framework_simplejwt.backends.TokenBackend.decode": _SIMPLE,
    "rest_framework_simplejwt.state.token_backend.decode": _SIMPLE,
    **{f"{home}.{name}.loads_unsafe": _NEVER for home in _SERIALIZER_HOMES for name in _SERIALIZERS},
    **{f"{home}.{name}.loads": Reader(key=None) for home in _SERIALIZER_HOMES for name in _SERIALIZERS},
}
"""The functions that read tokens. What stands in a token's header is no claim: `get_unverified_header` is none."""

HEADER_READERS: Final = frozenset(
    f"{home}.{name}"
    for home in ("jwt", "jwt.api_jwt", "jwt.api_jws", "jwt.PyJWT", "jwt.PyJWS", "jose.jwt", "jose.jws", "jwt.JWT")
    for name in ("get_unverified_header", "get_unverified_headers")
) | {"flask_jwt_extended.get_unverified_jwt_headers", "google.auth.jwt.decode_header"}
"""The functions that read what a token's own header says."""

_TELLING: Final = re.compile(r"(?i)jwt|jws|token|decod|claim|verif|payload|loads|deserial|extract|unsafe|insecure|peek")
"""In the name of what may read a token, whatever it is imported as."""
_SWITCH: Final = re.compile(r"(?i)verif|check|valid|signature|secure")
"""In the name of a parameter that may turn a check off."""
_SWITCHES: Final = re.compile(r"(?i)verify\w*|check|validate|secure|(?:check|validate)_(?:sig|signature|token|jwt)")
"""The usual ones, by which functions are told that may read a token under any name."""
_SAYS_SO: Final = re.compile(r"(?i)un_?verified|insecure|unsafe|(?:without|no|not|skip)_?verif|unvalidated|(?:^|_)peek")
"""In the name of a function that says of itself that it does not verify."""


class Decoding(msgspec.Struct, frozen=True):
    """A call that reads a token. `verifies`: whether it checks the signature; None if the code does not decide."""

    call: Call
    where: Where
    callee: str
    reader: Reader
    arguments: Arguments
    options: Entries
    verifies: bool | None
    is_part: bool = False
    """It reads a token's header, or the payload by hand: nothing is wrong with it unless that tells who somebody is."""

    @property
    def token(self) -> Expr | None:
        """The token, as it is written at the call."""
        position = self.reader.token
        if position < len(self.call.args):
            return self.call.args[position]
        return next((value for key, value in self.call.keywords if key in _TOKEN_NAMES), None)

    @property
    def key(self) -> Given | None:
        """What the signature is checked with."""
        named = self.arguments.named.known
        name = next((each for each in _KEY_NAMES if each in named), "key")
        return self.arguments.get(name, self.reader.key)

    @property
    def algorithms(self) -> Given | None:
        """The algorithms that are accepted, where they are in sight."""
        return self.arguments.get("algorithms", self._algorithms_at)

    @property
    def lacks_algorithms(self) -> bool:
        """Whether it is not told which algorithms to accept."""
        found = self.algorithms
        if found is not None:
            return found.is_none
        return self.arguments.lacks("algorithms", self._algorithms_at) and self.arguments.lacks("algorithm")

    @property
    def _algorithms_at(self) -> int | None:
        """In PyJWT 1 a flag stood before the algorithms: `jwt.decode(token, key, True, ["HS256"])`."""
        return 3 if _has_old_flag(self.reader, self.arguments) else self.reader.algorithms


_TOKEN_NAMES: Final = frozenset({"token", "jwt", "s", "encoded_token", "encoded_jwt", "value", "message"})
_KEY_NAMES: Final = ("key", "secret", "certs", "public_key")


@lru_cache(maxsize=65_536)
def _may_read(name: str) -> bool:
    """Whether a name is one that a reader of tokens may have. Quick: most calls end here."""
    return _TELLING.search(name) is not None


def names_of_readers(names: Iterable[str]) -> Iterator[str]:
    """Those of some names that a reader of tokens may have."""
    return (name for name in names if _may_read(name))


def names_of_switches(names: Iterable[str]) -> Iterator[str]:
    """Those of some names that the usual switches of such readers have."""
    return (name for name in names if _SWITCHES.fullmatch(name) is not None)


def says_it_does_not_verify(name: str) -> bool:
    """Whether a function says by its own name that it does not verify."""
    return _SAYS_SO.search(name) is not None


def decoding_of(call: Call, where: Where, code: Code, also: Container[str] = ()) -> Decoding | None:
    """What a call reads of a token, and how; None for all other calls.

    `also`: names by which the readers of tokens go in this file, besides those that look like it.
    """
    is_switched = any(_is_off(value) and key is not None and _SWITCH.search(key) for key, value in call.keywords)
    if not is_switched and not _may_read(called(call.func)) and last_name(call.func) not in also:
        return None
    callee = code.callee(call, where)
    if callee is None:
        return None
    callee = callee.removesuffix(INSTANCE)
    if not code.resolver.is_first_party(callee):
        return _of_library(call, where, callee, code)
    if is_switched:
        return _switched(call, where, callee, code)
    return _told_by_name(call, where, callee, code) if says_it_does_not_verify(callee.rpartition(".")[2]) else None


def _of_library(call: Call, where: Where, callee: str, code: Code) -> Decoding | None:
    reader = READERS.get(callee)
    if reader is not None:
        return _read(call, where, callee, reader, code)
    if callee in HEADER_READERS:
        arguments = arguments_of(call, where, code)
        return Decoding(call, where, callee, _NEVER, arguments, Entries(), verifies=False, is_part=True)
    return None


def read_by_hand(call: Call, where: Where) -> Decoding | None:
    """A payload that is taken out of a token without any library: `json.loads(b64decode(token.split(".")[1]))`."""
    if last_name(call.func) != "loads" or len(call.args) != 1 or not where.functions:
        return None
    values = local_values(where.functions[-1])
    waiting: list[Expr] = [call.args[0]]
    seen: set[str] = set()
    is_decoded = is_split = False
    while waiting:
        part = waiting.pop()
        waiting.extend(parts_of(part))
        if isinstance(part, Ref) and part.name not in seen:
            seen.add(part.name)
            waiting += [value for value in map(_value_of, values.get(part.name, ())) if value is not None]
        elif isinstance(part, Call):
            is_decoded |= "64" in last_name(part.func) and "decode" in last_name(part.func)
        elif isinstance(part, Item) and _is_payload_of_split(part, where):
            is_split = True
    if not (is_decoded and is_split):
        return None
    return Decoding(
        call, where, "json.loads", _NEVER, Arguments((), Entries()), Entries(), verifies=False, is_part=True
    )


def _value_of(bound: Def | Class | Assign | Expr) -> Expr | None:
    if isinstance(bound, Assign):
        return bound.value
    return None if isinstance(bound, Def | Class) else bound


def _is_payload_of_split(item: Item, where: Where) -> bool:
    """`token.split(".")[1]`, perhaps with a name for the parts."""
    if not isinstance(item.key, Const) or item.key.value != 1:
        return False
    parts: Expr | None = item.value
    if isinstance(parts, Ref):
        bound = local_values(where.functions[-1]).get(parts.name, ())
        parts = _value_of(bound[0]) if len(bound) == 1 else None
    if not isinstance(parts, Call) or last_name(parts.func) != "split" or not parts.args:
        return False
    return isinstance(parts.args[0], Const) and parts.args[0].value == "."


def verifies(call: Call, where: Where, code: Code) -> bool | None:
    """Whether a call checks the signature of the token that it reads.

    None: it reads none, or the code in sight does not decide.
    """
    found = decoding_of(call, where, code)
    return None if found is None else found.verifies


def _read(call: Call, where: Where, callee: str, reader: Reader, code: Code) -> Decoding:
    arguments = arguments_of(call, where, code)
    options = _options_of(call, where, arguments, reader, code)
    return Decoding(call, where, callee, reader, arguments, options, _checks(reader, arguments, options))


def _told_by_name(call: Call, where: Where, callee: str, code: Code) -> Decoding | None:
    """A function of this tree that says by its name that it does not verify, and reads a token."""
    found = code.find(callee) if code.resolver.is_first_party(callee) else None
    if found is None or not isinstance(found.node, Def) or found.node in where.functions:
        return None
    inside = found.where.inside(found.node)
    reads = [_library_read(each, inside, code) for each in found.node.all_calls]
    checks = {read.verifies for read in reads if read is not None}
    if False not in checks or True in checks:
        return None
    return Decoding(call, where, callee, _NEVER, arguments_of(call, where, code), Entries(), verifies=False)


def _library_read(call: Call, where: Where, code: Code) -> Decoding | None:
    """A call of a library that reads a token; wrappers are not looked through any further."""
    if not _may_read(called(call.func)):
        return None
    callee = (code.callee(call, where) or "").removesuffix(INSTANCE)
    reader = READERS.get(callee)
    if reader is None or code.resolver.is_first_party(callee):
        return None
    return _read(call, where, callee, reader, code)


def hands_on_to_check(call: Call, where: Where, code: Code) -> bool:
    """Whether a call is one of a function of this tree that checks a token by a library."""
    callee = code.callee(call, where)
    found = code.find(callee) if callee is not None and code.resolver.is_first_party(callee) else None
    if found is None or not isinstance(found.node, Def):
        return False
    inside = found.where.inside(found.node)
    reads = [_library_read(each, inside, code) for each in found.node.all_calls]
    return any(read is not None and read.verifies is not False for read in reads)


def _switched(call: Call, where: Where, callee: str, code: Code) -> Decoding | None:
    """A function of this tree that hands on to a library whether to verify, and is told not to."""
    found = code.find(callee)
    if found is None or not isinstance(found.node, Def):
        return None
    inside = found.where.inside(found.node)
    off = {param.name for param in found.node.params if _is_off(call.keyword(param.name))}
    for each in found.node.all_calls if off else ():
        read = _library_read(each, inside, code)
        if read is not None and read.verifies is None and any(_is_param(value, off) for value in _says_of(read)):
            return Decoding(call, where, callee, _NEVER, arguments_of(call, where, code), Entries(), verifies=False)
    return None


def _says_of(read: Decoding) -> Iterator[Given | None]:
    """What decides whether a read verifies."""
    yield read.options.known.get("verify_signature")
    if read.reader.flag is not None:
        yield read.arguments.get(read.reader.flag, read.reader.flag_at)


def _is_param(value: Given | None, names: Container[str]) -> bool:
    return value is not None and isinstance(value.expr, Ref) and value.expr.name in names


def _is_off(value: Expr | None) -> bool:
    return isinstance(value, Const) and value.value is False


# What the arguments say


def _options_of(call: Call, where: Where, arguments: Arguments, reader: Reader, code: Code) -> Entries:
    """The options of a call, put on top of those of the decoder that it is a method of."""
    if reader.options is None:
        return Entries()
    own = _of_decoder(call.func, where, code)
    position = 4 if _has_old_flag(reader, arguments) else reader.options
    value = arguments.get("options", position)
    if value is None:
        return own if arguments.lacks("options", position) else Entries({}, is_open=True)
    written = _written(call, position)
    if written is not None:  # with the names that it goes by, under which it may have been changed
        return own.under(entries(written, where, code, call.line))
    return own.under(entries(value.expr, value.where, code, value.expr.line + 1))


def _written(call: Call, position: int) -> Expr | None:
    """The options as they are written at the call itself."""
    named = call.keyword("options")
    if named is not None:
        return named
    return call.args[position] if position < len(call.args) else None


def _of_decoder(func: Expr, where: Where, code: Code) -> Entries:
    """The options that a decoder has been made with: `jwt.PyJWT(options={...}).decode`."""
    decoder = receiver(func)
    if decoder is None:
        return Entries()
    made, there = code.value(decoder, where)
    if not isinstance(made, Call) or last_name(made.func) not in {"PyJWT", "PyJWS"}:
        return Entries()
    options = made.keyword("options") or (made.args[0] if made.args else None)
    return Entries() if options is None else entries(options, there, code, made.line)


def _has_old_flag(reader: Reader, arguments: Arguments) -> bool:
    """Whether the third argument is PyJWT 1's `verify`."""
    if reader is not _PYJWT or len(arguments.positional) < 3:
        return False
    third = arguments.positional[2].expr
    return isinstance(third, Const) and isinstance(third.value, bool)


def _checks(reader: Reader, arguments: Arguments, options: Entries) -> bool | None:
    """Whether the signature is checked."""
    if reader.never:
        return False
    says: list[bool | None] = []
    if reader.options is not None:
        says.append(_says(options.known.get("verify_signature"), options.says_nothing_of("verify_signature")))
    if reader.flag is not None:
        position = 2 if _has_old_flag(reader, arguments) else reader.flag_at
        says.append(_says(arguments.get(reader.flag, position), arguments.lacks(reader.flag, position)))
    if False in says:
        return False
    return None if None in says else True


def _says(value: Given | None, is_absent: bool) -> bool | None:
    if value is None:
        return True if is_absent else None
    if value.is_none or value.is_true:
        return True
    return False if value.is_false else None


# Lists of algorithms


def members_of(value: Given, code: Code) -> Iterator[Given]:
    """What is in a list, or a single value."""
    match value.expr:
        case Several(parts) | Join(parts) | Other("*", parts):
            for each in parts:
                yield from members_of(given(each, value.where, code), code)
        case _:
            yield value


def is_none_algorithm(value: Given) -> bool:
    """Whether an algorithm is `none`, however it is written."""
    return isinstance(value.expr, Const) and isinstance(value.expr.value, str) and value.expr.value.lower() == "none"


def header_algorithm(header: Given, code: Code) -> Given | None:
    """The algorithm that a token's header is given: `{"alg": "none"}`."""
    if not isinstance(header.expr, Dict):
        return None
    return entries(header.expr, header.where, code, header.expr.line).known.get("alg")
