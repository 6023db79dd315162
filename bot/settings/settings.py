"""Settings: what the environment, an `.env` file and the set-up say, checked as a whole before anything starts.

pydantic checks the values. The variables are read here and not by pydantic-settings, which tells neither where a value
came from nor which variables mean nothing, and takes no environment but the process's own.
"""

from __future__ import annotations

import difflib
import os
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, TypeVar
from urllib.parse import urlsplit

import platformdirs
from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    BeforeValidator,
    ByteSize,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.settings import values as setting_values
from bot.settings.credentials import credentials_file

PREFIX: Final = "FIFTHWHY_"

_MEBIBYTE: Final = 1024 * 1024


class SettingsError(Exception):
    """Some settings are missing, malformed or unknown: one problem a line, all of them at once."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Takes:
    """What a setting's variable takes, in words that continue "it takes"."""

    words: str


Given = Literal["environment", ".env", "set-up"]
Source = Literal[Given, "default", "missing"]


@dataclass(frozen=True, slots=True)
class Row:
    """One setting as `fifthwhy settings` lists it; the value of a secret is not in here."""

    variable: str
    value: str
    source: Source
    description: str


@dataclass(frozen=True, slots=True)
class _Given:
    value: str
    source: Given


def _processors() -> int:
    """The processors that this process may use: in a container fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _home_made(value: object) -> object:
    """`~` stands for the home directory in an `.env` file, as it does in a shell."""
    if not isinstance(value, str):
        return value
    try:
        return Path(value).expanduser()
    except RuntimeError:  # ~somebody who does not exist, or no home at all
        raise ValueError("names no home directory that exists") from None


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class LocalSettings(BaseModel):
    """What an audit on this machine needs: where facts are kept, and what reading may cost."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    env_file: ClassVar[Path | None] = None
    """Not read: an audit is often started inside the repository it is about, which must not decide how it runs."""
    takes_credentials: ClassVar[bool] = False
    """Whether what the set-up stored in the data directory counts, where the environment and `.env` say nothing."""

    data_dir: Annotated[
        Path,
        BeforeValidator(_home_made),
        Field(description="Where mirrors, facts and the embedded Redis keep their files."),
        Takes("the absolute path of a directory"),
    ] = Field(default_factory=lambda: platformdirs.user_data_path("fifthwhy"))
    max_file_bytes: Annotated[
        ByteSize,
        Field(ge=1024, le=100 * _MEBIBYTE, description="A larger file is reported as not read."),
        Takes("a size from 1024 bytes to 100MiB, as 2000000 or 2MB"),
    ] = ByteSize(2_000_000)
    reader_processes: Annotated[
        int,
        Field(ge=1, le=256, description="How many processes read files at the same time."),
        Takes("a whole number from 1 to 256"),
    ] = Field(default_factory=_processors)
    reader_file_seconds: Annotated[
        float,
        Field(gt=0, le=3600, description="A file that takes longer to read is reported as not read."),
        Takes("a number of seconds above 0, up to 3600"),
    ] = 10.0
    reader_memory_bytes: Annotated[
        ByteSize,
        Field(ge=128 * _MEBIBYTE, description="A file that needs more memory to be read is reported as not read."),
        Takes("a size of 128MiB or more, as 1073741824 or 1GiB"),
    ] = ByteSize(1024 * _MEBIBYTE)

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        # A relative one would mean another directory for every process that is started elsewhere.
        if not path.is_absolute():
            raise ValueError("is not an absolute path")
        return path


class QueueSettings(LocalSettings):
    """What a look into the queue needs: where it is."""

    env_file: ClassVar[Path | None] = Path(".env")

    redis_url: Annotated[
        SecretStr | None,
        Field(description="The Redis that web and workers share; left out, `fifthwhy serve` starts one."),
        Takes("redis://HOST:PORT/DB, rediss://HOST:PORT/DB or unix:///PATH"),
    ] = None

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            setting_values.check_redis_url(url.get_secret_value())
        return url


class SetupSettings(LocalSettings):
    """What a server needs before it has an App: where GitHub is, where the server is, how it logs."""

    env_file: ClassVar[Path | None] = Path(".env")

    github_api_url: Annotated[
        str,
        Field(description="GitHub's REST API; for GitHub Enterprise Server https://HOST/api/v3."),
        Takes("an https address"),
    ] = "https://api.github.com"
    github_web_url: Annotated[
        str,
        Field(description="Where people see GitHub, for links. Left out, it follows from the API's address."),
        Takes("an https address"),
    ] = ""
    public_url: Annotated[
        str | None,
        Field(description="Where GitHub and people reach this server; webhooks come to /webhook below it."),
        Takes("an https address, such as https://fifthwhy.corp.example"),
    ] = None
    ca_file: Annotated[
        Path | None,
        BeforeValidator(_home_made),
        Field(description="The certificate authorities of your own GitHub, or of a proxy that looks into https."),
        Takes("the path of a PEM file with certificates"),
    ] = None
    host: Annotated[
        str, Field(pattern=r"^\S+$", description="The address that the web process listens on."), Takes("an address")
    ] = "127.0.0.1"
    port: Annotated[
        int,
        Field(ge=1, le=65535, description="The port that the web process listens on."),
        Takes("a port, 1 to 65535"),
    ] = 8000
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        BeforeValidator(_lower),
        Field(description="How much is logged."),
        Takes("debug, info, warning or error"),
    ] = "info"
    log_format: Annotated[
        Literal["console", "json"],
        BeforeValidator(_lower),
        Field(description="Logs for people, or one JSON object a line."),
        Takes("console or json"),
    ] = "console"

    @field_validator("github_api_url")
    @classmethod
    def _api_address(cls, url: str) -> str:
        return setting_values.web_address(url)

    @field_validator("github_web_url")
    @classmethod
    def _web_address(cls, url: str, info: ValidationInfo) -> str:
        if url:
            return setting_values.web_address(url)
        api_url = info.data.get("github_api_url")
        if api_url is None:
            return url  # that one is malformed and has been reported
        derived = setting_values.github_web_address(api_url)
        if derived is None:
            raise ValueError(f"is not set, and does not follow from {PREFIX}GITHUB_API_URL={api_url}")
        return derived

    @field_validator("public_url")
    @classmethod
    def _public_address(cls, url: str | None) -> str | None:
        return None if url is None else setting_values.web_address(url)

    @field_validator("ca_file")
    @classmethod
    def _usable_authorities(cls, path: Path | None) -> Path | None:
        if path is not None:
            setting_values.check_ca_file(path)
        return path


class ServerSettings(SetupSettings, QueueSettings):
    """What the web process and the workers need."""

    takes_credentials: ClassVar[bool] = True

    github_app_id: Annotated[
        int,
        Field(ge=1, description="The App's id, from its settings page on GitHub."),
        Takes("the App's id, a positive whole number"),
    ]
    github_private_key: Annotated[
        SecretStr | None,
        Field(description="The App's private key itself, as PEM text; or name its file in the next variable."),
        Takes("the App's RSA private key as PEM text, its line ends as such or written as \\n"),
    ] = None
    github_private_key_file: Annotated[
        Path | None,
        BeforeValidator(_home_made),
        Field(description="The file that holds the App's private key."),
        Takes("the path of a PEM file with the App's RSA private key"),
    ] = None
    webhook_secret: Annotated[
        SecretStr,
        Field(description="The secret that GitHub signs webhooks with, the same as in the App's settings."),
        Takes(f"at least {setting_values.SHORTEST_SECRET} random characters; `openssl rand -hex 32` makes some"),
    ]
    max_repository_bytes: Annotated[
        ByteSize,
        Field(ge=_MEBIBYTE, description="A repository whose mirror grows larger is not audited."),
        Takes("a size of 1MiB or more, as 4GiB"),
    ] = ByteSize(4096 * _MEBIBYTE)
    git_timeout_seconds: Annotated[
        float,
        Field(gt=0, le=3600, description="How long one fetch may take."),
        Takes("a number of seconds above 0, up to 3600"),
    ] = 120.0
    audit_timeout_seconds: Annotated[
        float,
        Field(gt=0, le=3600, description="How long one audit may take."),
        Takes("a number of seconds above 0, up to 3600"),
    ] = 300.0
    jobs_per_installation: Annotated[
        int,
        Field(ge=1, le=1000, description="How many jobs of one installation run at the same time, over all workers."),
        Takes("a whole number from 1 to 1000"),
    ] = 3
    lease_seconds: Annotated[
        float,
        Field(ge=1, le=600, description="A job of a worker that was killed is taken up by another after this long."),
        Takes("a number of seconds from 1 to 600"),
    ] = 30.0
    look_back_seconds: Annotated[
        float,
        Field(gt=0, le=3600, description="How long one look into a repository's past may take; the next goes on."),
        Takes("a number of seconds above 0, up to 3600"),
    ] = 120.0
    look_back_files: Annotated[
        int,
        Field(ge=1, description="How many files one look into a repository's past may read; the next goes on."),
        Takes("a positive whole number"),
    ] = 200_000
    metrics: Annotated[
        bool,
        Field(description="Whether GET /metrics of the web process answers, for Prometheus."),
        Takes("yes or no"),
    ] = False
    metrics_host: Annotated[
        str,
        Field(pattern=r"^\S+$", description="The address on which a worker answers Prometheus."),
        Takes("an address"),
    ] = "127.0.0.1"
    metrics_port: Annotated[
        int | None,
        Field(ge=1, le=65535, description="The port on which a worker answers Prometheus; left out, it does not."),
        Takes("a port, 1 to 65535"),
    ] = None
    sentry_dsn: Annotated[
        SecretStr | None,
        Field(description="The Sentry project that errors are reported to; left out, none are."),
        Takes("the project's DSN, an https address"),
    ] = None
    otlp_endpoint: Annotated[
        str | None,
        Field(description="Where OpenTelemetry traces are sent to, over HTTP; left out, none are."),
        Takes("an https address, such as https://collector.corp.example:4318"),
    ] = None

    @property
    def private_key(self) -> str:
        """The App's private key, from whichever variable gave it."""
        if self.github_private_key is not None:
            return self.github_private_key.get_secret_value()
        if self.github_private_key_file is None:
            raise AssertionError("validation lets no settings without a key pass")
        return setting_values.private_key_file(self.github_private_key_file)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be in no log, no report and no trace."""
        secret = (self.github_private_key, self.webhook_secret, self.sentry_dsn)
        password = "" if self.redis_url is None else urlsplit(self.redis_url.get_secret_value()).password
        return (*(one.get_secret_value() for one in secret if one is not None), password or "")

    @field_validator("github_private_key")
    @classmethod
    def _usable_key(cls, key: SecretStr | None) -> SecretStr | None:
        return None if key is None else SecretStr(setting_values.private_key(key.get_secret_value()))

    @field_validator("github_private_key_file")
    @classmethod
    def _one_key(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        if "github_private_key" not in info.data:
            return path  # that one is malformed and has been reported
        if (path is None) == (info.data["github_private_key"] is None):
            other = f"{PREFIX}GITHUB_PRIVATE_KEY"
            raise ValueError(f"is not set, and neither is {other}" if path is None else f"and {other} are both set")
        if path is not None:
            setting_values.private_key_file(path)
        return path

    @field_validator("webhook_secret")
    @classmethod
    def _hard_to_guess(cls, secret: SecretStr) -> SecretStr:
        setting_values.check_webhook_secret(secret.get_secret_value())
        return secret

    @field_validator("sentry_dsn")
    @classmethod
    def _sentry_project(cls, dsn: SecretStr | None) -> SecretStr | None:
        if dsn is not None:
            setting_values.check_sentry_dsn(dsn.get_secret_value())
        return dsn

    @field_validator("otlp_endpoint")
    @classmethod
    def _collector(cls, url: str | None) -> str | None:
        return None if url is None else setting_values.web_address(url)


def lacking(variable: str, extra: str) -> SettingsError:
    """What is to be said of a setting whose packages are not installed."""
    return SettingsError((f"{variable} needs what is not installed: pip install 'fifthwhy[{extra}]'",))


SettingsT = TypeVar("SettingsT", bound=LocalSettings)


def load(kind: type[SettingsT], environ: Mapping[str, str] | None = None, env_file: Path | None = None) -> SettingsT:
    """The settings of one kind; raises SettingsError with one line for each problem.

    The environment goes before the `.env` file, which is the one that the kind reads unless another is given. A
    variable that is set to nothing counts as not set: that is how compose files and CI systems pass on what they lack.
    """
    given = _given(kind, os.environ if environ is None else environ, env_file)
    problems = _unknown(given)
    values = {name: given[_variable(name)].value for name in kind.model_fields if _variable(name) in given}
    try:
        settings = kind.model_validate(values)
    except ValidationError as error:
        problems += [_problem(kind, details, given) for details in error.errors(include_url=False)]
    else:
        if not problems:
            return settings
    raise SettingsError(tuple(problems)) from None  # the cause would show what was put in, secrets too


def describe(
    kind: type[LocalSettings], environ: Mapping[str, str] | None = None, env_file: Path | None = None
) -> tuple[Row, ...]:
    """Every setting of one kind as it stands, valid or not."""
    given = _given(kind, os.environ if environ is None else environ, env_file)
    return tuple(_row(name, field, given.get(_variable(name))) for name, field in kind.model_fields.items())


def has_no_app(environ: Mapping[str, str] | None = None, env_file: Path | None = None) -> bool:
    """Whether nothing at all is said about the App, so that it is still to be created. Raises SettingsError."""
    given = _given(ServerSettings, os.environ if environ is None else environ, env_file)
    return not given.keys() & _CREDENTIALS


_KEY: Final = frozenset({f"{PREFIX}GITHUB_PRIVATE_KEY", f"{PREFIX}GITHUB_PRIVATE_KEY_FILE"})
_CREDENTIALS: Final = frozenset({f"{PREFIX}GITHUB_APP_ID", f"{PREFIX}WEBHOOK_SECRET"}) | _KEY


def _given(kind: type[LocalSettings], environ: Mapping[str, str], env_file: Path | None) -> dict[str, _Given]:
    """By the name of its variable what is set, and where."""
    found = {name: _Given(value, ".env") for name, value in _read_env_file(env_file or kind.env_file).items()}
    found |= {name: _Given(value, "environment") for name, value in environ.items() if _is_ours(name) and value}
    return _stored(found) | found if kind.takes_credentials else found


def _stored(given: Mapping[str, _Given]) -> dict[str, _Given]:
    """What the set-up stored, but for what is set elsewhere: one key, whichever variable names it, is enough."""
    data_dir = given.get(_variable("data_dir"))
    try:
        folder = platformdirs.user_data_path("fifthwhy") if data_dir is None else Path(data_dir.value).expanduser()
    except RuntimeError:  # reported as a malformed data directory
        return {}
    elsewhere = _KEY if given.keys() & _KEY else frozenset()
    read = _read_env_file(credentials_file(folder))
    return {name: _Given(read[name], "set-up") for name in (_CREDENTIALS & read.keys()) - elsewhere}


def _read_env_file(path: Path | None) -> dict[str, str]:
    if path is None or not path.is_file():
        return {}
    try:
        content = dotenv_values(path, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError((f"{path} cannot be read: {error}",)) from None
    return {name: value for name, value in content.items() if _is_ours(name) and value}


def _is_ours(name: str) -> bool:
    return name.upper().startswith(PREFIX)


def _variable(field_name: str) -> str:
    return PREFIX + field_name.upper()


def _unknown(given: Mapping[str, _Given]) -> list[str]:
    """A mistyped variable would be passed over in silence otherwise. What only the server needs is known to all."""
    known = [name.upper() for name in ServerSettings.model_fields]
    problems = []
    for name in sorted(given.keys() - {PREFIX + name for name in known}):
        near = difflib.get_close_matches(name.upper().removeprefix(PREFIX), known, n=1)
        hint = f"did you mean {PREFIX}{near[0]}?" if near else "`fifthwhy settings` lists those that exist"
        problems.append(f"{_printable(name)} is not a setting; {hint}")
    return problems


def _problem(kind: type[LocalSettings], details: ErrorDetails, given: Mapping[str, _Given]) -> str:
    """One line: the variable, what is wrong with it, what it takes."""
    name = str(details["loc"][0])
    field = kind.model_fields[name]
    found = given.get(_variable(name))
    shown = "" if found is None or _is_secret(field) else f"={_shown(field, found)}"
    if details["type"] == "value_error":
        problem = str(details["ctx"]["error"])
    else:
        problem = "is not set" if found is None else "is malformed"
    return f"{_variable(name)}{shown}{_where(found)} {problem}; it takes {_takes(field)}"


def _where(found: _Given | None) -> str:
    places = {".env": " (in .env)", "set-up": " (stored by the set-up)"}
    return "" if found is None else places.get(found.source, "")


def _takes(field: FieldInfo) -> str:
    return next(entry.words for entry in field.metadata if isinstance(entry, Takes))


def _is_secret(field: FieldInfo) -> bool:
    return SecretStr in (field.annotation, *typing.get_args(field.annotation))  # optional ones are unions


def _row(name: str, field: FieldInfo, found: _Given | None) -> Row:
    description = field.description or ""
    if found is not None:
        return Row(_variable(name), _shown(field, found), found.source, description)
    if field.is_required():
        return Row(_variable(name), "", "missing", description)
    default = field.get_default(call_default_factory=True, validated_data={})
    return Row(_variable(name), "" if default is None else str(default), "default", description)


def _shown(field: FieldInfo, found: _Given) -> str:
    if _is_secret(field) or "://" in found.value:
        return _printable(setting_values.redacted(found.value))
    return _printable(found.value)


def _printable(text: str) -> str:
    cut = text if len(text) <= 120 else text[:120] + "..."
    return cut if cut.isprintable() else ascii(cut)[1:-1]
