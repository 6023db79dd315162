"""What a person who sets fifthwhy up is told about the settings, right and wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import certifi
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from bot.settings.settings import LocalSettings, Row, ServerSettings, SettingsError, SetupSettings, describe, load

SECRET = "a7f3c09be15d42886b"
PASSWORD = "hunter2-of-redis"


def pem(key: RSAPrivateKey | EllipticCurvePrivateKey, encryption: KeySerializationEncryption | None = None) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()).decode()


@cache
def rsa_key() -> RSAPrivateKey:
    return generate_rsa_key(65537, 2048)


def enough(**changes: str | None) -> dict[str, str]:
    """An environment that a server can start with, but for `changes`, in which None removes a variable."""
    environ: dict[str, str | None] = {
        "FIFTHWHY_GITHUB_APP_ID": "7",
        "FIFTHWHY_GITHUB_PRIVATE_KEY": pem(rsa_key()),
        "FIFTHWHY_WEBHOOK_SECRET": SECRET,
    }
    environ |= {f"FIFTHWHY_{name}": value for name, value in changes.items()}
    return {name: value for name, value in environ.items() if value is not None}


@pytest.fixture
def no_env_file(tmp_path: Path) -> Path:
    return tmp_path / "none.env"


def problems(environ: Mapping[str, str], env_file: Path, kind: type[LocalSettings] = ServerSettings) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(kind, environ, env_file)
    assert str(caught.value).splitlines() == list(caught.value.problems)
    return caught.value.problems


def rows(environ: Mapping[str, str], env_file: Path) -> dict[str, Row]:
    return {row.variable: row for row in describe(ServerSettings, environ, env_file)}


# --- what works -------------------------------------------------------------------------------------------------------


def test_an_audit_on_this_machine_needs_no_setting(no_env_file: Path) -> None:
    settings = load(LocalSettings, {}, no_env_file)

    assert settings.data_dir.is_absolute()
    assert (settings.max_file_bytes, settings.reader_memory_bytes) == (2_000_000, 2**30)
    assert settings.reader_processes >= 1


def test_a_server_needs_the_app_s_id_its_key_and_the_webhook_secret(no_env_file: Path) -> None:
    settings = load(ServerSettings, enough(), no_env_file)

    assert settings.github_app_id == 7
    assert settings.private_key == pem(rsa_key())
    assert settings.webhook_secret.get_secret_value() == SECRET
    assert (settings.host, settings.port, settings.redis_url) == ("127.0.0.1", 8000, None)
    assert (settings.log_level, settings.log_format) == ("info", "console")
    assert (settings.github_api_url, settings.github_web_url) == ("https://api.github.com", "https://github.com")


def test_the_private_key_may_have_its_line_ends_written_out(no_env_file: Path) -> None:
    in_one_line = pem(rsa_key()).replace("\n", "\\n")

    assert load(ServerSettings, enough(GITHUB_PRIVATE_KEY=in_one_line), no_env_file).private_key == pem(rsa_key())


def test_the_private_key_may_lie_in_a_file(tmp_path: Path, no_env_file: Path) -> None:
    file = tmp_path / "app.pem"
    file.write_text(pem(rsa_key()))
    environ = enough(GITHUB_PRIVATE_KEY=None, GITHUB_PRIVATE_KEY_FILE=str(file))

    assert load(ServerSettings, environ, no_env_file).private_key == pem(rsa_key())


def test_the_environment_goes_before_the_env_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text('FIFTHWHY_PORT=9001\nFIFTHWHY_HOST="0.0.0.0"\nOTHER=$PATH\n')

    settings = load(ServerSettings, enough(PORT="9002"), env_file)

    assert (settings.port, settings.host) == (9002, "0.0.0.0")


def test_a_variable_set_to_nothing_is_not_set(no_env_file: Path) -> None:
    assert load(ServerSettings, enough(REDIS_URL="", GITHUB_WEB_URL=""), no_env_file).redis_url is None


def test_an_env_file_in_an_audited_repository_does_not_decide_how_it_is_audited(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FIFTHWHY_DATA_DIR=/somewhere/else\nFIFTHWHY_NONSENSE=1\n")
    code = "from bot.settings.settings import LocalSettings, load; print(load(LocalSettings).data_dir)"
    environ = {"PYTHONPATH": os.pathsep.join(sys.path), "HOME": "/home/ada"}

    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, check=True)

    assert ran.stdout.strip().startswith(b"/home/ada/")


def test_sizes_may_be_written_with_a_unit(no_env_file: Path) -> None:
    settings = load(ServerSettings, enough(MAX_REPOSITORY_BYTES="2GiB", MAX_FILE_BYTES="3MB"), no_env_file)

    assert (settings.max_repository_bytes, settings.max_file_bytes) == (2 * 2**30, 3_000_000)


@pytest.mark.parametrize(
    ("api", "web"),
    [
        ("https://github.corp.example/api/v3", "https://github.corp.example"),
        ("https://github.corp.example/api/v3/", "https://github.corp.example"),
        ("https://api.octocorp.ghe.com", "https://octocorp.ghe.com"),
        ("http://127.0.0.1:9000/api/v3", "http://127.0.0.1:9000"),
    ],
)
def test_links_follow_the_api_s_address(api: str, web: str, no_env_file: Path) -> None:
    assert load(ServerSettings, enough(GITHUB_API_URL=api), no_env_file).github_web_url == web


@pytest.mark.parametrize(
    "url",
    ["redis://localhost", "redis://:pw@cache:6380/1", "rediss://user:pw@cache.example", "unix:///run/redis/redis.sock"],
)
def test_the_usual_redis_addresses_work(url: str, no_env_file: Path) -> None:
    given = load(ServerSettings, enough(REDIS_URL=url), no_env_file).redis_url

    assert given is not None
    assert given.get_secret_value() == url


def test_what_only_the_server_needs_may_stand_there_when_auditing_on_this_machine(no_env_file: Path) -> None:
    load(LocalSettings, enough(PORT="not read here"), no_env_file)


def test_a_server_knows_where_it_is_reached(no_env_file: Path) -> None:
    environ = enough(PUBLIC_URL="https://fifthwhy.corp.example/bot/")

    assert load(ServerSettings, environ, no_env_file).public_url == "https://fifthwhy.corp.example/bot"


def test_a_server_may_have_certificate_authorities_of_its_own(no_env_file: Path) -> None:
    authorities = Path(certifi.where())

    assert load(ServerSettings, enough(CA_FILE=str(authorities)), no_env_file).ca_file == authorities


def test_errors_and_traces_may_be_sent_elsewhere(no_env_file: Path) -> None:
    environ = enough(SENTRY_DSN="https://key@sentry.example/4", OTLP_ENDPOINT="http://localhost:4318", METRICS="yes")

    settings = load(ServerSettings, environ, no_env_file)

    assert settings.sentry_dsn is not None
    assert settings.sentry_dsn.get_secret_value() == "https://key@sentry.example/4"
    assert (settings.otlp_endpoint, settings.metrics) == ("http://localhost:4318", True)


def test_a_server_without_an_app_needs_none_of_its_credentials(no_env_file: Path) -> None:
    settings = load(SetupSettings, {"FIFTHWHY_PUBLIC_URL": "https://fifthwhy.corp.example"}, no_env_file)

    assert settings.github_web_url == "https://github.com"


# --- what does not ----------------------------------------------------------------------------------------------------


def test_everything_that_is_missing_is_told_at_once(tmp_path: Path, no_env_file: Path) -> None:
    assert problems({"FIFTHWHY_DATA_DIR": str(tmp_path)}, no_env_file) == (
        "FIFTHWHY_GITHUB_APP_ID is not set; it takes the App's id, a positive whole number",
        "FIFTHWHY_GITHUB_PRIVATE_KEY_FILE is not set, and neither is FIFTHWHY_GITHUB_PRIVATE_KEY; "
        "it takes the path of a PEM file with the App's RSA private key",
        "FIFTHWHY_WEBHOOK_SECRET is not set; it takes at least 16 random characters; `openssl rand -hex 32` makes some",
    )


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("PORT", "eighty", "FIFTHWHY_PORT=eighty is malformed; it takes a port, 1 to 65535"),
        ("PORT", "70000", "FIFTHWHY_PORT=70000 is malformed; it takes a port, 1 to 65535"),
        ("HOST", "a b", "FIFTHWHY_HOST=a b is malformed; it takes an address"),
        ("LOG_LEVEL", "loud", "FIFTHWHY_LOG_LEVEL=loud is malformed; it takes debug, info, warning or error"),
        ("GITHUB_APP_ID", "fifthwhy", "FIFTHWHY_GITHUB_APP_ID=fifthwhy is malformed; it takes the App's id, a "),
        ("MAX_FILE_BYTES", "2 apples", "FIFTHWHY_MAX_FILE_BYTES=2 apples is malformed; it takes a size from 1024 "),
        ("READER_FILE_SECONDS", "nan", "FIFTHWHY_READER_FILE_SECONDS=nan is malformed; it takes a number of "),
        ("DATA_DIR", "data", "FIFTHWHY_DATA_DIR=data is not an absolute path; it takes the absolute path of a "),
        ("DATA_DIR", "~nobody-at-all/x", "FIFTHWHY_DATA_DIR=~nobody-at-all/x names no home directory that exists; "),
        ("HOST", "a\n\x1b[31mb", "FIFTHWHY_HOST=a\\n\\x1b[31mb is malformed; "),
    ],
)
def test_a_malformed_value_is_shown_with_what_is_allowed(
    name: str, value: str, problem: str, no_env_file: Path
) -> None:
    (only,) = problems(enough(**{name: value}), no_env_file)

    assert only.startswith(problem)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("api.github.com", "is not an https address"),
        ("ftp://api.github.com", "is not an https address"),
        ("http://github.corp.example/api/v3", "is http, which only a server on this machine may be"),
        ("https://github.corp.example:port/api/v3", "is not an address"),
        ("https://github.corp.example/api/v3?x=1", "has a user name, a query or a fragment in it"),
    ],
)
def test_an_api_address_that_cannot_be_meant_is_refused(url: str, problem: str, no_env_file: Path) -> None:
    (only,) = problems(enough(GITHUB_API_URL=url), no_env_file)

    assert only.endswith(f" {problem}; it takes an https address")


def test_an_api_at_an_unusual_place_wants_the_address_for_links(no_env_file: Path) -> None:
    assert problems(enough(GITHUB_API_URL="https://api.corp.example/github"), no_env_file) == (
        "FIFTHWHY_GITHUB_WEB_URL is not set, and does not follow from "
        "FIFTHWHY_GITHUB_API_URL=https://api.corp.example/github; it takes an https address",
    )


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("localhost:6379", "is not the address of a Redis"),
        ("http://localhost:6379", "is not the address of a Redis"),
        ("redis://", "names no host"),
        ("redis://cache/first", "names a database that is not a number"),
        ("redis://cache:port", "is not an address"),
        ("unix://run/redis.sock", "names no absolute path"),
    ],
)
def test_a_redis_address_that_cannot_be_meant_is_refused(url: str, problem: str, no_env_file: Path) -> None:
    (only,) = problems(enough(REDIS_URL=url), no_env_file)

    assert only.startswith(f"FIFTHWHY_REDIS_URL {problem}; it takes redis://HOST:PORT/DB")


@pytest.mark.parametrize(
    ("secret", "problem"),
    [
        ("short", "is only 5 characters long"),
        ("xxxxxxxxxxxxxxxxxxxxxxxx", "is a placeholder, which anybody can guess"),
        ("your-webhook-secret-here", "is a placeholder, which anybody can guess"),
        ("CHANGEME-before-production", "is a placeholder, which anybody can guess"),
    ],
)
def test_a_webhook_secret_that_can_be_guessed_is_refused(secret: str, problem: str, no_env_file: Path) -> None:
    (only,) = problems(enough(WEBHOOK_SECRET=secret), no_env_file)

    assert only.startswith(f"FIFTHWHY_WEBHOOK_SECRET {problem}; it takes at least 16 random characters")


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("PUBLIC_URL", "fifthwhy.corp.example", "is not an https address"),
        ("PUBLIC_URL", "http://fifthwhy.corp.example", "is http, which only a server on this machine may be"),
        ("PUBLIC_URL", "https://fifthwhy.corp.example/?a=b", "has a user name, a query or a fragment in it"),
        ("OTLP_ENDPOINT", "collector:4318", "is not an https address"),
        ("METRICS", "perhaps", "is malformed"),
        ("LOOK_BACK_FILES", "0", "is malformed"),
        ("LOOK_BACK_SECONDS", "-1", "is malformed"),
    ],
)
def test_what_a_server_cannot_work_with_is_refused(name: str, value: str, problem: str, no_env_file: Path) -> None:
    (only,) = problems(enough(**{name: value}), no_env_file)

    assert f" {problem}; it takes " in only


@pytest.mark.parametrize("dsn", ["sentry", "https://sentry.example/4", "http://key@sentry.example/4"])
def test_a_sentry_project_that_is_none_is_refused(dsn: str, no_env_file: Path) -> None:
    (only,) = problems(enough(SENTRY_DSN=dsn), no_env_file)

    assert only.startswith("FIFTHWHY_SENTRY_DSN is ")


def test_certificate_authorities_that_are_none_are_refused(tmp_path: Path, no_env_file: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")

    (wrong,) = problems(enough(CA_FILE=str(file)), no_env_file)
    (gone,) = problems(enough(CA_FILE=str(tmp_path / "gone.pem")), no_env_file)

    assert "ca.pem does not hold certificates in PEM form; it takes " in wrong
    assert "gone.pem cannot be read: No such file or directory; it takes " in gone


def unusable_keys() -> dict[str, str]:
    return {
        "not PEM": "sk-0123456789",
        "a certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "cut short": pem(rsa_key())[:200],
        "behind a password": pem(rsa_key(), BestAvailableEncryption(b"pw")),
        "not RSA": pem(generate_ec_key(SECP256R1())),
    }


@pytest.mark.parametrize("kind", ["not PEM", "a certificate", "cut short", "behind a password", "not RSA"])
def test_a_key_that_github_would_refuse_is_refused_before_anything_starts(
    kind: str, tmp_path: Path, no_env_file: Path
) -> None:
    key = unusable_keys()[kind]
    file = tmp_path / "app.pem"
    file.write_text(key)

    (as_text,) = problems(enough(GITHUB_PRIVATE_KEY=key), no_env_file)
    (as_file,) = problems(enough(GITHUB_PRIVATE_KEY=None, GITHUB_PRIVATE_KEY_FILE=str(file)), no_env_file)

    problem = "holds a key that is not RSA" if kind == "not RSA" else "does not hold a private key in PEM form"
    assert as_text.startswith(f"FIFTHWHY_GITHUB_PRIVATE_KEY {problem}")
    assert as_file.startswith(f"FIFTHWHY_GITHUB_PRIVATE_KEY_FILE={file} {problem}")


def test_a_key_file_that_is_not_there_is_named(tmp_path: Path, no_env_file: Path) -> None:
    environ = enough(GITHUB_PRIVATE_KEY=None, GITHUB_PRIVATE_KEY_FILE=f"{tmp_path}/gone.pem")

    (only,) = problems(environ, no_env_file)

    assert f"{tmp_path}/gone.pem cannot be read: No such file or directory; " in only


def test_two_keys_are_one_too_many(tmp_path: Path, no_env_file: Path) -> None:
    (only,) = problems(enough(GITHUB_PRIVATE_KEY_FILE="app.pem"), no_env_file)

    assert "app.pem and FIFTHWHY_GITHUB_PRIVATE_KEY are both set; " in only


def test_a_mistyped_variable_is_not_passed_over_in_silence(no_env_file: Path) -> None:
    environ = enough(WEBHOK_SECRET="x", LOGLEVEL="debug", ZZZ="1") | {"fifthwhy_port": "80"}

    assert problems(environ, no_env_file) == (
        "FIFTHWHY_LOGLEVEL is not a setting; did you mean FIFTHWHY_LOG_LEVEL?",
        "FIFTHWHY_WEBHOK_SECRET is not a setting; did you mean FIFTHWHY_WEBHOOK_SECRET?",
        "FIFTHWHY_ZZZ is not a setting; `fifthwhy settings` lists those that exist",
        "fifthwhy_port is not a setting; did you mean FIFTHWHY_PORT?",
    )


def test_a_problem_says_that_it_is_in_the_env_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("FIFTHWHY_PORT=eighty\n")

    (only,) = problems(enough(), env_file)

    assert only.startswith("FIFTHWHY_PORT=eighty (in .env) is malformed; ")


def test_an_env_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_bytes(b"FIFTHWHY_PORT=\xff\xfe\n")

    (only,) = problems(enough(), env_file)

    assert only.startswith(f"{env_file} cannot be read: ")


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_no_secret_shows_in_what_is_listed_logged_or_complained_about(no_env_file: Path) -> None:
    key = pem(rsa_key())
    environ = enough(REDIS_URL=f"redis://:{PASSWORD}@cache:6380/1")
    broken = environ | {
        "FIFTHWHY_REDIS_URL": f"redis://:{PASSWORD}@cache/first",
        "FIFTHWHY_WEBHOOK_SECRET": SECRET[:10],
        "FIFTHWHY_GITHUB_PRIVATE_KEY": key[:300],
        "FIFTHWHY_GITHUB_API_URL": f"https://ada:{PASSWORD}@github.corp.example/api/v3",
    }
    settings = load(ServerSettings, environ, no_env_file)

    shown = [
        repr(settings),
        str(settings),
        settings.model_dump_json(),
        *map(str, describe(ServerSettings, environ, no_env_file)),
        *map(str, describe(ServerSettings, broken, no_env_file)),
        *problems(broken, no_env_file),
    ]

    for secret in (PASSWORD, SECRET[:10], key[28:60]):
        assert not [text for text in shown if secret in text]


def test_the_list_of_settings_says_where_each_value_comes_from(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("FIFTHWHY_PORT=9001\n")
    environ = {
        "FIFTHWHY_DATA_DIR": str(tmp_path),
        "FIFTHWHY_WEBHOOK_SECRET": SECRET,
        "FIFTHWHY_REDIS_URL": f"redis://ada:{PASSWORD}@cache:6380/1?x=y",
        "FIFTHWHY_SENTRY_DSN": f"https://{PASSWORD}@sentry.example/4",
    }

    listed = rows(environ, env_file)

    assert {name: (row.value, row.source) for name, row in listed.items()}.items() >= {
        "FIFTHWHY_GITHUB_APP_ID": ("", "missing"),
        "FIFTHWHY_WEBHOOK_SECRET": ("(set, not shown)", "environment"),
        "FIFTHWHY_PORT": ("9001", ".env"),
        "FIFTHWHY_HOST": ("127.0.0.1", "default"),
        "FIFTHWHY_REDIS_URL": ("redis://***@cache:6380/1", "environment"),
        "FIFTHWHY_SENTRY_DSN": ("https://***@sentry.example/4", "environment"),
    }.items()
    assert all(row.description for row in listed.values())
