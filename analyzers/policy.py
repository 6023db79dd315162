"""The policy: what a repository wants, read from its `.github/fifthwhy.yml`, with the defaults filled in.

Every mistake is reported at once, each with its key, its line and what is allowed there.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Annotated, Any, Final, Literal, Self, get_args
from zoneinfo import ZoneInfo

import msgspec
import yaml
from cronsim import CronSim, CronSimError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import ErrorDetails

from analyzers.findings import OFF_BY_DEFAULT, MetricName, RuleFamily, RuleName, Severity, family_of
from analyzers.policy_layers import PolicyData, PolicyText, laid_over, layer_of
from analyzers.source_name import SOURCE_PATTERN, SourceName, source_name
from analyzers.tree import LONGEST_PATTERN, TEST_PATTERNS, PathPatterns

POLICY_PATHS: Final = (".github/fifthwhy.yml", ".github/fifthwhy.yaml")
"""Where a repository keeps its policy; the first one that exists counts."""

LARGEST_POLICY: Final = 256 * 1024

_MOST_ENTRIES: Final = 2_000
_ABOUT_AUTH: Final = tuple(rule for rule in get_args(RuleName) if rule.startswith("auth."))
_LARGEST_TARGET: Final = 1_000_000_000

_DEEPEST: Final = 20
_OPENING: Final = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSING: Final = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)

_DOTTED = r"^[^\W\d]\w*(\.[^\W\d]\w*)*$"
DottedName = Annotated[str, StringConstraints(pattern=_DOTTED, max_length=500)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[^\W\d]\w*$", max_length=200)]
Folder = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PATTERN)]


_MOST_WILDCARDS: Final = 4
"""A pattern becomes a regular expression, whose time grows with a power of this number."""


def _usable_pattern(pattern: str) -> str:
    if len(re.findall(r"\*+", pattern)) > _MOST_WILDCARDS:
        raise ValueError(f"must have at most {_MOST_WILDCARDS} wildcards")
    try:
        PathPatterns([pattern])
    except (ValueError, re.error) as error:
        raise ValueError("must be a pattern as in `.gitignore`") from error
    return pattern


Pattern = Annotated[Folder, AfterValidator(_usable_pattern)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Priority = Literal["low", "medium", "high", "critical"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SymbolPolicy(_Section):
    """A symbol that is to be imported by one path."""

    name: Identifier
    canonical: DottedName
    """The module it is to be imported from."""


class LegacyPolicy(_Section):
    """A module that is not to be imported any more; its submodules count as well."""

    module: DottedName
    use: DottedName | None = None
    reason: Annotated[str, StringConstraints(max_length=500)] | None = None


CallableName = Annotated[str, StringConstraints(pattern=r"^(\*\.)?" + _DOTTED[1:], max_length=500)]
"""A dotted name, or `*.name` for a method of that name on whatever it is called."""
Callables = Annotated[tuple[CallableName, ...], Field(min_length=1, max_length=100, strict=False)]


class AuthPattern(_Section):
    """One way to validate a token or session, by what it is used by."""

    name: Title
    calls: Callables = Field(default_factory=tuple)
    """Callables, methods, decorators and dependencies alike."""
    decorators: Callables = Field(default_factory=tuple)
    dependencies: Callables = Field(default_factory=tuple)
    """What is depended upon: `Depends(x)`, `Security(x)`."""
    middleware: Callables = Field(default_factory=tuple)
    """Classes of middleware that let nobody in without a check."""

    @model_validator(mode="after")
    def _is_used_by_something(self) -> Self:
        if not self.names:
            raise ValueError("a pattern needs `calls`, `decorators`, `dependencies` or `middleware`")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is used by."""
        return (*self.calls, *self.decorators, *self.dependencies, *self.middleware)


class PublicEndpoint(_Section):
    """Endpoints that need no check, by their path or by the function that answers, and why."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PATTERN)] | None = None
    """The path of the URL; `*` stands for any characters."""
    function: Annotated[str, StringConstraints(pattern=r"^[\w*]+(\.[\w*]+)*$", max_length=500)] | None = None
    """The dotted name of the function or class; `*` stands for any characters."""
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.path is None) == (self.function is None):
            raise ValueError("a public endpoint needs either `path` or `function`")
        if (self.path or self.function or "").count("*") > _MOST_WILDCARDS:
            raise ValueError(f"must have at most {_MOST_WILDCARDS} wildcards")
        return self


ADDED_TO: Final = "added to"
"""The context in which a file is validated that extends one which is not at hand: names may come from there."""


def _builtin_names() -> tuple[str, ...]:
    from analyzers.rules.auth.packs import BUILTIN_PATTERNS  # these are patterns as a policy has them

    return tuple(pattern.name for pattern in BUILTIN_PATTERNS)


def _unknown_pattern(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known) or 'none'}"
    return f"`canonical` must be the name of a pattern, and there is no {name!r}{hint}"


class AuthPolicy(_Section):
    """The authentication paths: which one is right, which others to look for, and what needs none."""

    canonical: Title | None = None
    patterns: Annotated[tuple[AuthPattern, ...], Field(max_length=100, strict=False)] = ()
    builtin: bool = True
    public: Annotated[tuple[PublicEndpoint, ...], Field(max_length=_MOST_ENTRIES, strict=False)] | None = None
    """None: what is usually public, such as a health check or a login."""

    @model_validator(mode="after")
    def _names_a_pattern(self, info: ValidationInfo) -> Self:
        if self.canonical is not None and info.context != ADDED_TO:
            known = [each.name for each in self.patterns] + (list(_builtin_names()) if self.builtin else [])
            if self.canonical not in known:
                raise ValueError(_unknown_pattern(self.canonical, known))
        return self


_MODULE_PATTERN = r"^[^\W\d*]\w*(\.([^\W\d]\w*|\*\*?))*$"
ModulePattern = Annotated[str, StringConstraints(pattern=_MODULE_PATTERN, max_length=500)]
"""A dotted module name; a part may be `*` (one part) or `**` (one or more), but for the first."""
ModulePatterns = Annotated[tuple[ModulePattern, ...], Field(max_length=_MOST_ENTRIES, strict=False)]
LayerText = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
IgnoredImport = Annotated[
    str,
    StringConstraints(pattern=r"^\s*[\w*]+(\.[\w*]+)*\s*->\s*[\w*]+(\.[\w*]+)*\s*$", max_length=1_000),
]


class MetricPolicy(_Section):
    """What a metric is to reach, and by when."""

    target: Annotated[int, Field(ge=0, le=_LARGEST_TARGET)] | None = None
    priority: Priority | None = None
    due: dt.date | None = None
    phase: Title | None = None
    """The phase of the plan that it belongs to; next actions are grouped by it."""
    impact: Sentence | None = None
    """What it matters for, in the words of those who pay for it."""


class ContextPolicy(_Section):
    """Business wording for status reports. Nothing else in a report says what a figure matters for."""

    impact: Sentence | None = None
    tags: Annotated[tuple[Title, ...], Field(max_length=30, strict=False)] = ()


def _with_few_wildcards(pattern: str) -> str:
    if pattern.count("*") > _MOST_WILDCARDS:
        raise ValueError(f"must have at most {_MOST_WILDCARDS} wildcards")
    return pattern


CheckPattern = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True),
    AfterValidator(_with_few_wildcards),
]


class SuitePolicy(_Section):
    """Checks that belong together, by their names; `*` stands for any characters."""

    name: Title
    checks: Annotated[tuple[CheckPattern, ...], Field(min_length=1, max_length=100, strict=False)]


class StatusPolicy(_Section):
    """What status reports on issues take from there."""

    phases_from_tasks: bool = False
    """Whether the task list in an issue says what the phases are, and which are done."""


def _word_of_switch(value: object) -> object:
    """YAML 1.1 takes the word `off` for false."""
    return "off" if value is False else value


Switch = Annotated[bool, WithJsonSchema({"enum": [True, False, "on", "off"]})]
"""YAML 1.1 takes the words `on` and `off` for true and false; an editor may read YAML 1.2, which does not."""

RuleKey = Annotated[
    RuleName | RuleFamily, WithJsonSchema({"enum": [*get_args(RuleName), *get_args(RuleFamily)], "type": "string"})
]

GateMode = Literal["off", "introduced", "target"]


class GatePolicy(_Section):
    """What makes the check run fail: nothing, findings that a change introduces, or a metric that misses its target."""

    mode: Annotated[
        GateMode,
        BeforeValidator(_word_of_switch),
        WithJsonSchema({"enum": [*get_args(GateMode), False]}),
    ] = "off"
    severity: Severity = "medium"
    """With `introduced`: the least severity that counts."""


CommentWhen = Literal["always", "introduced"]
"""On which pull requests there is a comment: on all, or on those only that introduce something."""

Role = Literal["read", "triage", "write", "maintain", "admin"]
"""What somebody may do in a repository, the least first
(https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/repository-roles-for-an-organization).
"""

CommandName = Literal["audit", "explain", "history", "policy", "help", "rerun", "accept"]
"""What people may ask for: by a comment, or the last two by a button of a check run."""

_ROLE: Final[Role] = "write"
_ROLES: Final[Mapping[CommandName, Role]] = {"accept": "maintain"}


class CommandsPolicy(_Section):
    """Who may ask for what."""

    roles: dict[CommandName, Role] = {}
    """The role that a command takes at least."""
    authors: bool = True
    """Whether the author of a pull request may give commands on it, whatever their role, but for `accept`."""

    def role(self, command: CommandName) -> Role:
        """The role that a command takes at least."""
        return self.roles.get(command, _ROLES.get(command, _ROLE))


_CRON: Final = re.compile(r" *\d{1,2} +\d{1,2}( +[0-9A-Za-z*,/#-]+){3} *", re.ASCII)
_TIME_ZONE: Final = re.compile(r"UTC|[A-Z][A-Za-z]+(/[A-Za-z][A-Za-z0-9_+-]*){1,2}")
_ANY_MOMENT: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def _comes_round(cron: str) -> str:
    if not _CRON.fullmatch(cron):
        raise ValueError("must be a cron expression with one minute and one hour, such as `0 9 * * 1`")
    try:
        next(CronSim(cron, _ANY_MOMENT))
    except (CronSimError, StopIteration, AssertionError, ValueError, TypeError, OverflowError) as error:
        raise ValueError("must be a cron expression whose day comes, such as `0 9 * * 1`") from error
    return cron


def _in_time_zone_database(name: str) -> str:
    try:
        ZoneInfo(name if _TIME_ZONE.fullmatch(name) else "")
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("must be a name from the time zone database, such as `Europe/Vienna`") from error
    return name


Cron = Annotated[str, StringConstraints(max_length=100), AfterValidator(_comes_round)]
"""Five fields as in crontab(5): minute, hour, day of the month, month, day of the week. Minute and hour are one number
each, so that it is due once a day at most.
"""
TimeZone = Annotated[str, StringConstraints(max_length=100), AfterValidator(_in_time_zone_database)]


class WeeklyPolicy(_Section):
    """The status that is posted by itself: when, and on which issue."""

    cron: Cron
    timezone: TimeZone = "UTC"
    issue: Annotated[int, Field(ge=1, le=_LARGEST_TARGET)] | None = None
    title: Title | None = None
    """Of an issue that is found by it, or else created."""
    pin: bool = True
    """Whether an issue that is created is pinned."""

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.issue is None) == (self.title is None):
            raise ValueError("a weekly status needs either `issue` or `title`")
        return self


class ContractPolicy(_Section):
    """What may import what, in import-linter's words (https://import-linter.readthedocs.io/en/stable/contract_types/).

    `forbidden` needs `source_modules` and `forbidden_modules`; `layers` needs `layers`, highest first, where `a | b`
    are independent siblings and `a : b` siblings that may import each other, and may have `containers`; a layer in
    parentheses may be missing. `independence` needs `modules`. `ignore_imports` are `a.b -> c.d`, with `*` for one
    part and `**` for any number.
    """

    name: Title
    type: Literal["forbidden", "layers", "independence"]
    source_modules: ModulePatterns = ()
    forbidden_modules: ModulePatterns = ()
    allow_indirect_imports: bool = False
    layers: Annotated[tuple[LayerText, ...], Field(max_length=100, strict=False)] = ()
    containers: ModulePatterns = ()
    modules: ModulePatterns = ()
    ignore_imports: Annotated[tuple[IgnoredImport, ...], Field(max_length=_MOST_ENTRIES, strict=False)] = ()

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> Self:
        for key in _NEEDED[self.type]:
            if not getattr(self, key):
                raise ValueError(f"a {self.type} contract needs `{key}`")
        return self


_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "forbidden": ("source_modules", "forbidden_modules"),
    "layers": ("layers",),
    "independence": ("modules",),
}


def _names_a_source(text: str) -> str:
    source_name(text)
    return text


ExtendsText = Annotated[
    str,
    StringConstraints(max_length=500),
    AfterValidator(_names_a_source),
    WithJsonSchema({"type": "string", "pattern": SOURCE_PATTERN}),
]


class Policy(_Section):
    """A whole policy file."""

    version: Literal[1] = 1
    roots: Annotated[tuple[Folder, ...], Field(max_length=100, strict=False)] | None = None
    tests: Annotated[tuple[Pattern, ...], Field(max_length=200, strict=False)] = TEST_PATTERNS
    exclude: Annotated[tuple[Pattern, ...], Field(max_length=200, strict=False)] = ()
    symbols: Annotated[tuple[SymbolPolicy, ...], Field(max_length=_MOST_ENTRIES, strict=False)] = ()
    infer: bool | None = None
    """Find symbols with more than one path by themselves; by default only where `symbols` names none."""
    legacy: Annotated[tuple[LegacyPolicy, ...], Field(max_length=_MOST_ENTRIES, strict=False)] = ()
    contracts: Annotated[tuple[ContractPolicy, ...], Field(max_length=200, strict=False)] = ()
    auth: AuthPolicy = AuthPolicy()
    rules: dict[RuleKey, Switch] = {}
    """Rules that are switched off (`imports.cycles: off`) or on; those not named are what they are by default."""
    metrics: dict[MetricName, MetricPolicy] = {}
    context: ContextPolicy = ContextPolicy()
    suites: Annotated[tuple[SuitePolicy, ...], Field(max_length=100, strict=False)] = ()
    status: StatusPolicy = StatusPolicy()
    gate: GatePolicy = GatePolicy()
    comment: CommentWhen | None = None
    """None: always; where the repository has no policy of its own, on pull requests that introduce something."""
    commands: CommandsPolicy = CommandsPolicy()
    weekly: WeeklyPolicy | None = None
    """None: nothing is posted by itself."""
    extends: ExtendsText | None = None
    """The policy that this one adds to: `REPOSITORY[:PATH][@REF]`, of the same owner."""

    @property
    def infers(self) -> bool:
        """Whether canonical paths are inferred for symbols that the policy does not name."""
        return not self.symbols if self.infer is None else self.infer

    def applies(self, rule: RuleName) -> bool:
        """Whether a rule is switched on: by itself, else with its family, else by default."""
        by_default = rule not in OFF_BY_DEFAULT
        return self.rules.get(rule, self.rules.get(family_of(rule), by_default))

    @property
    def is_about_auth(self) -> bool:
        """Whether any rule about authentication applies."""
        return any(map(self.applies, _ABOUT_AUTH))

    @property
    def digest(self) -> str:
        """Short name of what the policy says, whatever way it is written and whatever files it is written in.

        Keys that came later count only where they say something, so that a new version of fifthwhy renames no policy.
        """
        unsaid = {key for key in _ABOUT_GITHUB if getattr(self, key) == Policy.model_fields[key].default}
        said = self.model_dump_json(exclude={"extends"} | unsaid)
        return hashlib.sha256(said.encode()).hexdigest()[:12]

    @property
    def counting_digest(self) -> str:
        """Short name of what decides which findings there are: not targets, wording, or what is done on GitHub."""
        counting = self.model_dump_json(exclude={"metrics", "context", "suites", "status", "extends", *_ABOUT_GITHUB})
        return hashlib.sha256(counting.encode()).hexdigest()[:12]


_ABOUT_GITHUB: Final = ("gate", "comment", "commands", "weekly")


class PolicyProblem(msgspec.Struct, frozen=True):
    """One mistake in a policy file; `line` counts from 1."""

    line: int
    key: str
    message: str

    def __str__(self) -> str:
        where = f"{self.key}: " if self.key else ""
        return f"line {self.line}: {where}{self.message}"


class PolicyError(ValueError):
    """A policy file that cannot be used, with all its mistakes in the order of their lines."""

    def __init__(self, problems: Iterable[PolicyProblem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.line, problem.key)))
        super().__init__("; ".join(str(problem) for problem in self.problems))


def read_policy(text: bytes, sources: Sequence[PolicyText] | None = None) -> Policy:
    """The policy in the bytes of a YAML file. An empty file is the default policy.

    `sources` are the files that it extends, the nearest first; None: they are not at hand, and what the file says by
    itself is read. Raises PolicyError: what is wrong in a source stands at the line of `extends`, without its words.
    """
    own = _parsed(text)
    layers = [own, *(_parsed_source(source, own) for source in sources or ())]
    data = [layer.data for layer in layers]
    is_part = sources is None and "extends" in own.data
    try:
        return Policy.model_validate(laid_over(data), context=ADDED_TO if is_part else None)
    except ValidationError as error:
        told = [details for details in error.errors() if not _is_repeated(details)]
        wrong = [(layer_of(details["loc"], data), details) for details in told]
    problems = [_problem(details, own.root) for layer, details in wrong if layer == 0]
    for number, source in enumerate(sources or (), start=1):
        theirs = [_problem(details, layers[number].root) for layer, details in wrong if layer == number]
        if theirs:
            problems.append(_wrong_in(source, theirs, own))
    raise PolicyError(problems)


class _Parsed(msgspec.Struct, frozen=True):
    root: yaml.Node
    data: PolicyData


_NOTHING: Final = yaml.MappingNode("tag:yaml.org,2002:map", [], yaml.Mark("", 0, 0, 0, None, 0))


def _parsed(text: bytes) -> _Parsed:
    root = compose_policy(text)
    if root is None or root.tag == "tag:yaml.org,2002:null":
        return _Parsed(_NOTHING, {})
    if not isinstance(root, yaml.MappingNode):
        raise PolicyError([PolicyProblem(_line(root), "", "a policy is a mapping of keys, such as `version: 1`")])
    _refuse_repeated_keys(root)
    return _Parsed(root, _plain(root))


def _parsed_source(source: PolicyText, own: _Parsed) -> _Parsed:
    try:
        return _parsed(source.text)
    except PolicyError as error:
        raise PolicyError([_wrong_in(source, error.problems, own)]) from error


def _wrong_in(source: PolicyText, problems: Sequence[PolicyProblem], own: _Parsed) -> PolicyProblem:
    """Who may read this repository may not read the other one, so its words are not repeated."""
    first = min(problem.line for problem in problems)
    count = "a mistake in" if len(problems) == 1 else f"{len(problems)} mistakes, the first in"
    return PolicyProblem(_line_of(("extends",), own.root), "extends", f"`{source.name}` has {count} line {first}")


def extends_of(text: bytes) -> tuple[int, SourceName] | None:
    """What a policy file extends, with its line; None where it extends nothing that can be named, or is no policy."""
    if b"extends" not in text and b"\\" not in text:  # a word may be written in escapes
        return None
    try:
        own = _parsed(text)
        name = own.data.get("extends")
        return (_line_of(("extends",), own.root), source_name(name)) if isinstance(name, str) else None
    except ValueError:  # PolicyError among them; `read_policy` tells
        return None


def compose_policy(text: bytes) -> yaml.Node | None:
    """The nodes of a policy file, each with the line that it stands on; None where it is empty. Raises PolicyError."""
    if len(text) > LARGEST_POLICY:
        raise PolicyError([PolicyProblem(1, "", f"larger than {LARGEST_POLICY // 1024} KiB")])
    try:
        source = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise PolicyError([PolicyProblem(line, "", "is not UTF-8 text")]) from error
    try:
        _refuse_what_is_not_plain(source)
        return yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise PolicyError([PolicyProblem(line, "", f"is not valid YAML: {error.problem}")]) from error
    except yaml.reader.ReaderError as error:
        line = source.count("\n", 0, error.position) + 1
        raise PolicyError([PolicyProblem(line, "", f"is not valid YAML: {error.reason}")]) from error


def _refuse_what_is_not_plain(source: str) -> None:
    """A policy needs neither anchors nor tags, and no depth that would make it slow to read."""
    depth = 0
    for token in yaml.scan(source, Loader=yaml.SafeLoader):
        problem = ""
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            problem = "anchors (&) and aliases (*) are not supported"
        elif isinstance(token, yaml.TagToken):
            problem = "tags (!) are not supported"
        elif isinstance(token, _OPENING):
            depth += 1
            problem = "nested too deeply" if depth > _DEEPEST else ""
        elif isinstance(token, _CLOSING):
            depth -= 1
        if problem:
            raise PolicyError([PolicyProblem(token.start_mark.line + 1, "", problem)])


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _refuse_repeated_keys(root: yaml.Node) -> None:
    problems: list[PolicyProblem] = []
    nodes = [root]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen if isinstance(key.value, str) else False:
                    problems.append(PolicyProblem(_line(key), key.value, "given twice"))
                seen.add(str(key.value))
                nodes.append(value)
        elif isinstance(node, yaml.SequenceNode):
            nodes.extend(node.value)
    if problems:
        raise PolicyError(problems)


class _Constructor(yaml.constructor.SafeConstructor):
    """Says where a value stands that looks like a date or number and is none, such as 2026-02-31."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from error


def _plain(root: yaml.MappingNode) -> dict[str, Any]:
    """Plain data of a node tree; `SafeConstructor` makes strings, numbers, booleans, dates, lists and mappings only."""
    try:
        return dict(_Constructor().construct_document(root))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PolicyError([PolicyProblem(line, "", f"cannot be used: {error.problem}")]) from error


def _is_repeated(details: ErrorDetails) -> bool:
    """A list of which no item can be used counts as empty; what is wrong with the items is told already."""
    return details["type"] == "too_short" and bool(details["input"])


def _problem(details: ErrorDetails, root: yaml.Node) -> PolicyProblem:
    location = tuple(details["loc"])
    if "[key]" in location:  # what follows names a member of a union
        location = location[: location.index("[key]")]
    key = ".".join(str(part) for part in location)
    return PolicyProblem(_line_of(location, root), key, _explain(details, location))


def _line_of(location: tuple[int | str, ...], root: yaml.Node) -> int:
    """The line of the key or item that an error is about; of its nearest parent where it is missing."""
    node, line = root, _line(root)
    for part in location:
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    child, line = value, _line(key)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            child = node.value[part]
            line = _line(child)
        if child is None:
            break
        node = child
    return line


def _explain(details: ErrorDetails, location: tuple[int | str, ...]) -> str:
    kind = details["type"]
    if kind == "extra_forbidden":
        return _explain_unknown_key(str(location[-1]), allowed_keys(location[:-1]))
    if kind == "missing":
        return "is required"
    if kind == "literal_error" and "[key]" in details["loc"]:
        return _explain_unknown_key(str(location[-1]), allowed_keys(location[:-1]))
    if kind == "string_pattern_mismatch":
        return f"must be a Python name such as `package.module`, not {_shown(details['input'])}"
    message = (
        re.sub(r"^\w+ should ", "must ", details["msg"])
        .removeprefix("Value error, ")
        .replace("a valid tuple", "a list")
        .removesuffix(" after validation, not 0")
    )
    message = re.sub(r"a valid dictionary( or instance of \w+)?", "a mapping", message)
    told = f"{message[0].lower()}{message[1:]}"
    return told if isinstance(details["input"], dict) else f"{told}, not {_shown(details['input'])}"


def _explain_unknown_key(key: str, allowed: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(key, allowed, n=1)
    ends = accumulate(len(name) + len(", ") for name in allowed)
    shown = [name for name, end in zip(allowed, ends, strict=True) if end <= _MOST_SHOWN]
    more = f" and {len(allowed) - len(shown)} more, see `fifthwhy schema policy`" if len(shown) < len(allowed) else ""
    hint = f"; did you mean `{near[0]}`? Allowed" if near else "; allowed"
    return f"unknown key{hint}: {', '.join(shown)}{more}"


_MOST_SHOWN: Final = 300
"""Characters of allowed names; a report cuts a longer sentence, through whatever name is there."""


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # a number in hexadecimal digits that Python refuses to write in decimal ones
        return "a number of thousands of digits"
    return text if len(text) <= 60 else text[:57] + "..."


_KEYS: Final[Mapping[str, type[BaseModel]]] = {
    "": Policy,
    "symbols": SymbolPolicy,
    "legacy": LegacyPolicy,
    "contracts": ContractPolicy,
    "auth": AuthPolicy,
    "auth.patterns": AuthPattern,
    "auth.public": PublicEndpoint,
    "context": ContextPolicy,
    "suites": SuitePolicy,
    "status": StatusPolicy,
    "gate": GatePolicy,
    "commands": CommandsPolicy,
    "weekly": WeeklyPolicy,
}


_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "metrics": get_args(MetricName),
    "rules": (*get_args(RuleName), *get_args(RuleFamily)),
    "commands.roles": get_args(CommandName),
}


def allowed_keys(location: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that a section may have, by its place in the file: () is the top, ("symbols", 0) a symbol."""
    section = ".".join(str(part) for part in location if isinstance(part, str))
    if section in _NAMES:
        return _NAMES[section]
    if section.startswith("metrics."):
        return tuple(MetricPolicy.model_fields)
    return tuple(_KEYS[section].model_fields)
