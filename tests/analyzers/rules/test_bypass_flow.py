"""auth.bypass.fail-open, skip-switch, fallback-user and token-comparison: ways past a check that is there.

Each case is a function as one may write it. What is told is the rule, the line within the case and what it does.
"""

from __future__ import annotations

import textwrap

import pytest

from analyzers.code import Code
from analyzers.findings import Finding
from analyzers.reading.read import read_outline
from analyzers.resolve import Resolver
from analyzers.rules.auth.terms import auth_terms
from analyzers.rules.bypass.comparison import comparison_bypasses
from analyzers.rules.bypass.flow import flow_bypasses
from tests.analyzers import trees

HEAD = """\
import hashlib, hmac, os
import jwt
from contextlib import suppress
from fastapi import Depends, Header, HTTPException, Request
from app.people import AnonymousUser, Person, User, load_person
from app.settings import settings

KEY = os.environ["JWT_KEY"]
"""
FIRST = HEAD.count("\n") + 1
"""The line that a case starts on."""


def found(case: str, path: str = "app/main.py", **others: str) -> tuple[Finding, ...]:
    """What the rules say about a case; `others` are modules beside it in the package `app`."""
    files = {path: HEAD + textwrap.dedent(case)} | {f"app/{name}.py": text for name, text in others.items()}
    snapshot, policy = trees.snapshot_of(files), trees.policy_of(files)
    resolver = Resolver(snapshot)
    code = Code(resolver, lambda blobs: {blob: read_outline(trees._SOURCES[blob]) for blob in blobs})
    terms = auth_terms(snapshot, resolver, policy, trees.uses_of)
    file = snapshot.file(path)
    assert file is not None
    while True:
        findings = (*flow_bypasses(file, code, terms), *comparison_bypasses(file, code, terms))
        if not code.missing:
            return findings
        code.fetch(())


def told(case: str, path: str = "app/main.py", **others: str) -> tuple[str, ...]:
    """Each finding in one line: `3 fail-open verify: returns True on Exception`."""
    return tuple(
        f"{each.line - FIRST} {each.rule.removeprefix('auth.bypass.')} {each.symbol}: {each.detail}"
        for each in found(case, path, **others)
    )


DECODE = "jwt.decode(token, KEY, algorithms=['HS256'])"
"""A validation that is as it should be."""


@pytest.mark.parametrize(
    "handler",
    [
        pytest.param("raise HTTPException(401)", id="raises"),
        pytest.param("return None", id="returns nothing"),
        pytest.param("return False", id="returns False"),
        pytest.param("return {'valid': False, 'user': None}", id="returns a refusal"),
        pytest.param("return AnonymousUser()", id="returns somebody anonymous"),
        pytest.param("log(); raise", id="logs and raises again"),
        pytest.param("return jwt.decode(token, OLD_KEY, algorithms=['HS256'])", id="verifies with another key"),
        pytest.param("return refresh(token)", id="gets a new token"),
        pytest.param("return JSONResponse({'error': 'who are you?'}, status_code=401)", id="answers with 401"),
        pytest.param("return {'error': 'expired', 'user': 'nobody'}", id="returns an error"),
    ],
)
def test_a_validation_that_fails_may_be_handled(handler: str) -> None:
    assert (
        told(f"def verify(token):\n    try:\n        return {DECODE}\n    except Exception:\n        {handler}\n") == ()
    )


@pytest.mark.parametrize(
    ("handler", "what"),
    [
        ("return True", "returns True"),
        ("log(); return User(id=1, name='operator')", "answers with a made-up User"),
        ("return {'sub': 'guest', 'role': 'admin'}", "answers with claims of its own making"),
        ("return settings.default_user", "answers with settings.default_user"),
        ("return load_person_or_default_user()", "answers with load_person_or_default_user()"),
    ],
)
def test_a_validation_that_fails_lets_in(handler: str, what: str) -> None:
    case = f"def verify(token):\n    try:\n        return {DECODE}\n    except jwt.PyJWTError:\n        {handler}\n"
    assert told(case) == (f"3 fail-open verify: {what} on PyJWTError",)


def test_a_decorator_goes_on_though_the_token_is_bad() -> None:
    case = f"""\
    def guarded(view):
        def inner(request, token):
            try:
                {DECODE}
            except Exception:
                print("bad token")
            return view(request)
        return inner
    """
    assert told(case) == ("4 fail-open guarded.inner: goes ahead on Exception",)
    assert told(case.replace('print("bad token")', "return 401")) == ()


def test_optional_authentication_keeps_what_it_finds() -> None:
    case = f"""\
    async def who(request, call_next, token):
        request.state.user = None
        try:
            request.state.user = {DECODE}
        except Exception:
            pass
        return await call_next(request)
    """
    assert told(case) == ()
    assert told(case.replace("            request.state.user = jwt", "            jwt")) == (
        "4 fail-open who: goes ahead on Exception",
    )


def test_errors_may_be_suppressed_around_the_check() -> None:
    case = f"def check(token):\n    with suppress(Exception):\n        {DECODE}\n    return True\n"
    assert told(case) == ("1 fail-open check: goes ahead on Exception",)


def test_true_is_no_welcome_where_it_says_expired() -> None:
    case = f"""\
    def is_expired(token):
        try:
            {DECODE}
            return False
        except Exception:
            return True
    """
    assert told(case) == ()


def test_any_exception_may_be_caught() -> None:
    case = f"def verify(token):\n    try:\n        {DECODE}\n    except:\n        return True\n    return True\n"
    (finding,) = found(case)
    assert finding.message == "`verify` returns True on any exception, as if validated"


def test_what_is_caught_elsewhere_is_not_the_validation() -> None:
    case = f"""\
    def verify(token):
        claims = {DECODE}
        try:
            count(claims)
        except Exception:
            return True
        return claims
    """
    assert told(case) == ()


@pytest.mark.parametrize(
    "switch",
    [
        "os.getenv('SKIP_AUTH')",
        "os.environ.get('AUTH', 'on').lower() == 'off'",
        "not settings.AUTH_ENABLED",
        "settings.auth_type == 'none'",
        "current_app.config['LOGIN_DISABLED']",
        "settings.DEBUG and token == 'dev'",
        "OPEN",
        "is_open()",
        "SKIP_AUTH",
    ],
)
def test_a_switch_opens_the_door(switch: str) -> None:
    case = f"""\
    OPEN = os.environ.get("OPEN") == "1"; SKIP_AUTH = False
    def is_open():
        return OPEN
    def verify(token):
        if {switch}:
            return True
        return bool({DECODE})
    """
    (line,) = told(case)
    assert line.startswith("4 skip-switch verify: returns True by ")


@pytest.mark.parametrize(
    "test",
    [
        pytest.param("request.url.path in settings.PUBLIC_PATHS", id="a public path"),
        pytest.param("request.method == 'OPTIONS'", id="a preflight"),
        pytest.param("settings.DOCS_OPEN and request.url.path == '/docs'", id="a switch for one path"),
        pytest.param("settings.KEYS and token in settings.KEYS", id="another token that is right"),
        pytest.param("allowed(token)", id="another check"),
    ],
)
def test_what_is_no_switch(test: str) -> None:
    case = f"def verify(request, token):\n    if {test}:\n        return True\n    return bool({DECODE})\n"
    assert told(case) == ()


def test_a_switch_decides_whether_the_check_runs() -> None:
    case = f"def check(token):\n    if settings.AUTH_ENABLED:\n        {DECODE}\n    return True\n"
    assert told(case) == ("1 skip-switch check: goes ahead by settings.AUTH_ENABLED",)
    assert told(case.replace("return True", DECODE)) == ()  # and it runs anyway


def test_a_switch_may_make_the_check_stricter() -> None:
    case = f"""\
    def check(token):
        claims = {DECODE}
        if settings.REQUIRE_TWO_FACTORS and not claims["mfa"]:
            raise HTTPException(403)
        return claims
    """
    assert told(case) == ()


def test_a_key_that_is_not_set_opens_the_door() -> None:
    case = """\
    def require_key(x_api_key: str = Header(None)):
        if settings.API_KEY and not hmac.compare_digest(x_api_key, settings.API_KEY):
            raise HTTPException(status_code=401)
    """
    assert told(case) == ("1 skip-switch require_key: goes ahead by settings.API_KEY",)


def test_somebody_by_default() -> None:
    case = f"""\
    def current_user(token):
        if not token:
            return DEFAULT_USER
        return User(id={DECODE}["sub"])
    DEFAULT_USER = User(id=1, name="admin")
    """
    assert told(case) == ("2 fallback-user current_user: answers with DEFAULT_USER",)
    assert told(case.replace('User(id=1, name="admin")', "AnonymousUser()")) == ()


def test_the_first_user_there_is() -> None:
    case = f"""\
    def current_user(db, token=None):
        if token is None:
            return db.query(User).first()
        claims = {DECODE}
        return db.query(User).filter_by(id=claims["sub"]).first()
    """
    assert told(case) == ("2 fallback-user current_user: answers with db.query(User).first()",)


def test_a_new_user_with_a_valid_token_is_nobodys_stand_in() -> None:
    case = f"""\
    def current_user(token):
        claims = {DECODE}
        user = load_person(claims["sub"])
        if user is None:
            user = User(id=claims["sub"], role="member")
        return user
    """
    assert told(case) == ()


def test_a_place_is_told_once() -> None:
    case = f"""\
    def current_user(token):
        if settings.DEBUG and not token:
            return User(id=1, name="admin")
        return {DECODE}
    """
    assert told(case) == ("1 skip-switch current_user: answers with a made-up User by settings.DEBUG",)


def test_a_check_in_another_module_is_a_check() -> None:
    case = """\
    from app.tokens import read
    def verify(token):
        try:
            return read(token)
        except ValueError:
            return True
    """
    reads = f"import jwt\ndef read(token):\n    return {DECODE}\n"
    assert told(case, tokens=reads) == ("4 fail-open verify: returns True on ValueError",)
    assert told(case, tokens="def read(token):\n    return token.split()\n") == ()


@pytest.mark.parametrize(
    "comparison",
    [
        "request.headers.get('X-Api-Key') == settings.API_KEY",
        "request.headers['Authorization'] != f'Bearer {settings.TOKEN}'",
        "request.query_params['token'] == os.environ['TOKEN']",
        "hmac.new(KEY, body, hashlib.sha256).hexdigest() != request.headers['X-Signature']",
        "hashlib.sha256(password.encode()).hexdigest() == user.password_hash",
        "token == settings.webhook_token",
    ],
)
def test_a_secret_compared_by_an_operator(comparison: str) -> None:
    case = f"def check(request, body, password, token, user):\n    return {comparison}\n"
    (line,) = told(case)
    assert line.startswith("1 token-comparison check: compares ")


@pytest.mark.parametrize(
    "comparison",
    [
        "hmac.compare_digest(token, settings.TOKEN)",
        "token == 'Bearer'",
        "token.type == TokenType.ACCESS",
        "request.form['password'] == request.form['confirm_password']",
        "hashlib.sha256(body).hexdigest() == file.sha256",
        "request.args['next_token'] == page.next_token",
        "request.json['user_id'] == settings.owner_id",
        "query.filter(ApiKey.token == token)",
        "len(token) == settings.token_length",
    ],
)
def test_what_may_be_compared_by_an_operator(comparison: str) -> None:
    assert told(f"def check(request, body, token, file, page, query):\n    return {comparison}\n") == ()


def test_a_text_that_is_made_of_itself_is_followed_to_no_end() -> None:
    case = """\
    def check(request):
        token = token + settings.SUFFIX + token
        return request.headers["X-Token"] == token
    """
    assert told(case) == ()


def test_nothing_is_looked_for_in_tests() -> None:
    case = f"def verify(token):\n    try:\n        return {DECODE}\n    except Exception:\n        return True\n"
    assert told(case) != ()
    assert told(case, path="tests/test_main.py") == ()


def test_a_command_of_a_command_line_lets_in_whom_it_likes() -> None:
    case = f"""\
    import click
    @click.command()
    def show(token):
        try:
            {DECODE}
        except Exception:
            return True
        return True
    """
    assert told(case) == ()
    assert told(case.replace("@click.command()", "")) != ()


def test_how_it_is_told() -> None:
    case = f"def verify(token):\n    if settings.OPEN:\n        return True\n    return {DECODE}\n"
    (finding,) = found(case)
    assert finding.message == "`verify` returns True without a check by the switch `settings.OPEN`"
    assert (finding.severity, finding.scope, finding.symbol) == ("high", "production", "verify")
