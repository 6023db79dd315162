"""What looks like a secret, is called one, or is known to be one is in nothing that is logged, wherever it hides."""

from __future__ import annotations

import json
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.observability.redaction import REDACTED, Redactor, Shown

REDACTOR: Final = Redactor()

ALNUM: Final = st.characters(categories=("Lu", "Ll", "Nd"), max_codepoint=127)
BASE64: Final = st.text(ALNUM | st.sampled_from("-_"), min_size=20, max_size=60)


def token(prefix: str) -> st.SearchStrategy[str]:
    return st.text(ALNUM, min_size=36, max_size=80).map(lambda text: prefix + text)


JWT: Final = st.tuples(BASE64, BASE64, BASE64).map(lambda parts: "eyJ" + ".".join(parts))
SECRETS: Final = st.one_of(
    *(token(f"gh{kind}_") for kind in "pousr"),
    token("github_pat_"),
    JWT,
    JWT.map(lambda jwt: f"ghs_4242_{jwt}"),  # what installation tokens are from 2026 on
)
KEYS: Final = st.sampled_from(["RSA ", "", "EC ", "OPENSSH ", "ENCRYPTED "]).flatmap(
    lambda kind: BASE64.map(lambda text: f"-----BEGIN {kind}PRIVATE KEY-----\n{text}\n-----END {kind}PRIVATE KEY-----")
)
WORDS: Final = st.text(max_size=12)
"""Shorter than a secret, so that it cannot be taken for one."""


@given(secret=SECRETS, before=WORDS, after=st.sampled_from(["", " ", "\n", '"', "'", ",", ")", "/", "@", "é"]))
def test_a_token_is_found_by_its_shape_whatever_stands_around_it(secret: str, before: str, after: str) -> None:
    shown = REDACTOR.text(f"{before}{secret}{after}")

    assert secret not in shown
    assert secret[-16:] not in shown


@given(key=KEYS, before=WORDS, after=WORDS)
def test_a_private_key_is_found_by_its_shape_even_where_it_is_cut_off(key: str, before: str, after: str) -> None:
    body = key.splitlines()[1]

    assert body not in REDACTOR.text(before + key + after)
    assert body not in REDACTOR.text(before + key.partition("-----END")[0])
    assert body not in REDACTOR.text(before + key.replace("\n", "\\n") + after)


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer {}",
        "authorization: token {}",
        "{{'Authorization': 'Basic {}'}}",
        '"authorization":"{}"',
        "[(b'authorization', b'token {}')]",
        "sent with bearer {}",
        "https://x-access-token:{}@github.com/acme/shop.git",
        "fatal: unable to access 'https://{}@github.com/acme/shop.git/'",
        "redis://:{}@localhost/0",
        "https://github.example/login?code={}&state=1",
        "https://github.example/x?access_token={}",
    ],
)
def test_a_credential_is_found_by_where_it_stands(text: str) -> None:
    secret = "Zm9vYmFyLXNlY3JldC12YWx1ZQ"

    assert secret not in REDACTOR.text(text.format(secret))


@given(secret=SECRETS, name=WORDS, deep=st.integers(0, 6))
def test_a_secret_is_found_however_deep_it_lies(secret: str, name: str, deep: int) -> None:
    value: object = {name: secret, secret: 1}
    for level in range(deep):
        value = [value, (secret,)] if level % 2 else {name: value, "more": secret.encode()}

    assert secret not in json.dumps(REDACTOR.value(value), ensure_ascii=False)


@pytest.mark.parametrize(
    "name",
    ["token", "webhook_secret", "Authorization", "password", "private_key", "set-cookie", "body", "comment", "diff"],
)
def test_a_field_with_such_a_name_is_never_shown(name: str) -> None:
    assert REDACTOR.fields({name: "anything at all"}) == {name: REDACTED}


def test_a_secret_of_this_process_is_found_though_it_looks_like_nothing() -> None:
    redactor = Redactor(["correct horse battery staple", ""])

    assert redactor.text("it was 'correct horse battery staple'") == f"it was '{REDACTED}'"


def test_an_object_shows_no_secret_by_its_representation() -> None:
    class Session:
        def __repr__(self) -> str:
            return "Session(ghs_" + "a" * 36 + ")"

    assert REDACTOR.value(Session()) == f"Session({REDACTED})"


@pytest.mark.parametrize(
    "text",
    [
        "job 1:10/pull/1:7 done",
        "GET /repos/acme/shop/pulls/7 answered 502",
        "1f3c9a0be15d42886b1f3c9a0be15d42886b1f3c",
        "the token expired",
        "https://github.com/acme/shop/pull/7",
        "refs/pull/7/head",
        "ada@example.org wrote to github@example.org",
        "the basic idea of authorization",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert REDACTOR.text(text) == text


def test_numbers_about_secrets_are_none() -> None:
    assert REDACTOR.fields({"tokens": 3, "has_secret": True}) == {"tokens": 3, "has_secret": True}


def test_what_is_meant_to_be_read_is_shown() -> None:
    assert REDACTOR.fields({"token": Shown("to-begin-with")}) == {"token": "to-begin-with"}
