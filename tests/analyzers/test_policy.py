"""The policy file: what it may say, and how each mistake is told to whoever wrote it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from analyzers.findings import RuleName
from analyzers.policy import LARGEST_POLICY, Policy, PolicyError, PolicyProblem, WeeklyPolicy, read_policy
from analyzers.tree import TEST_PATTERNS

FULL: Final = b"""\
version: 1
roots: [src, .]
tests: [tests/, "*_spec.py"]
exclude: [vendor/]
infer: true
symbols:
  - name: User
    canonical: shop.models
legacy:
  - module: shop.old
    use: shop.new
    reason: moved in May
auth:
  canonical: Shop tokens
  builtin: false
  patterns:
    - name: Shop tokens
      calls: [shop.tokens.verify]
metrics:
  imports.fragmented:
    target: 3
    priority: high
    due: 2026-06-30
    phase: One path
    impact: Changes take a day
context:
  impact: What customers pay for
  tags: [ssot, shop]
suites:
  - name: Mission critical
    checks: ["critical*", ci/payments]
status:
  phases_from_tasks: true
gate:
  mode: introduced
  severity: high
comment: introduced
commands:
  roles: {history: read, accept: admin}
  authors: false
weekly:
  cron: 30 7 * * 1
  timezone: Europe/Vienna
  title: Where we stand
  pin: false
extends: .github
"""


def problems(text: bytes) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        read_policy(text)
    return [str(problem) for problem in caught.value.problems]


# --- what a policy may say --------------------------------------------------------------------------------------------


def test_every_key_is_read() -> None:
    policy = read_policy(FULL)
    assert (policy.roots, policy.tests, policy.exclude) == (("src", "."), ("tests/", "*_spec.py"), ("vendor/",))
    assert [(symbol.name, symbol.canonical) for symbol in policy.symbols] == [("User", "shop.models")]
    assert [(entry.module, entry.use, entry.reason) for entry in policy.legacy] == [
        ("shop.old", "shop.new", "moved in May")
    ]
    assert (policy.auth.canonical, policy.auth.builtin) == ("Shop tokens", False)
    assert [(pattern.name, pattern.calls) for pattern in policy.auth.patterns] == [
        ("Shop tokens", ("shop.tokens.verify",))
    ]
    metric = policy.metrics["imports.fragmented"]
    assert (metric.target, metric.priority, metric.due) == (3, "high", dt.date(2026, 6, 30))
    assert (metric.phase, metric.impact) == ("One path", "Changes take a day")
    assert (policy.context.impact, policy.context.tags) == ("What customers pay for", ("ssot", "shop"))
    assert [(suite.name, suite.checks) for suite in policy.suites] == [
        ("Mission critical", ("critical*", "ci/payments"))
    ]
    assert policy.status.phases_from_tasks
    assert (policy.gate.mode, policy.gate.severity, policy.comment) == ("introduced", "high", "introduced")
    assert (policy.commands.roles, policy.commands.authors) == ({"history": "read", "accept": "admin"}, False)
    assert policy.weekly == WeeklyPolicy(cron="30 7 * * 1", timezone="Europe/Vienna", title="Where we stand", pin=False)
    assert policy.extends == ".github"


@pytest.mark.parametrize("text", [b"", b"\n", b"# nothing yet\n", b"---\n", b"{}", b"\xef\xbb\xbf", b"version: 1"])
def test_a_policy_that_says_nothing_is_the_default(text: bytes) -> None:
    policy = read_policy(text)
    assert policy == Policy()
    assert (policy.tests, policy.infers, policy.auth.builtin) == (TEST_PATTERNS, True, True)


@pytest.mark.parametrize(
    ("text", "infers"),
    [
        (b"", True),
        (b"legacy: [{module: a}]", True),
        (b"symbols: [{name: X, canonical: a}]", False),
        (b"symbols: [{name: X, canonical: a}]\ninfer: true", True),
        (b"infer: false", False),
    ],
)
def test_symbols_are_inferred_unless_the_policy_names_some(text: bytes, infers: bool) -> None:
    assert read_policy(text).infers is infers


def test_the_digest_is_of_what_the_policy_says_and_not_of_how() -> None:
    flow = read_policy(b"infer: false\nexclude: [a, b]\n")
    block = read_policy(b"# why\nexclude:\n- 'a'\n- \"b\"\ninfer: no\n")
    assert flow.digest == block.digest
    assert flow.digest != read_policy(b"infer: false\nexclude: [b, a]\n").digest


def test_wording_decides_nothing_about_what_is_counted() -> None:
    plain, worded = read_policy(b"roots: [src]"), read_policy(b"roots: [src]\ncontext: {impact: Much}")
    phased = read_policy(b"roots: [src]\nmetrics: {imports.legacy: {phase: One}}\nsuites: [{name: A, checks: [a]}]")
    assert plain.counting_digest == worded.counting_digest == phased.counting_digest
    assert len({plain.digest, worded.digest, phased.digest}) == 3


GITHUB_ONLY: Final = [
    b"gate: {mode: introduced}",
    b"comment: introduced",
    b"commands: {authors: false}",
    b"weekly: {cron: 0 9 * * 1, issue: 3}",
]


@pytest.mark.parametrize("text", GITHUB_ONLY)
def test_what_is_done_on_github_decides_nothing_about_what_is_counted(text: bytes) -> None:
    plain, told = read_policy(b"roots: [src]"), read_policy(b"roots: [src]\n" + text)
    assert plain.counting_digest == told.counting_digest
    assert plain.digest != told.digest


def test_a_policy_keeps_its_digest_when_fifthwhy_learns_keys_that_it_does_not_use() -> None:
    assert Policy().digest == read_policy(b"gate: {mode: off}\ncommands: {}").digest
    assert read_policy(b"roots: [src]").digest != Policy().digest


def test_the_word_off_is_not_taken_for_false() -> None:
    assert read_policy(b"gate: {mode: off}").gate.mode == "off"


def test_a_command_takes_write_access_and_an_accepted_finding_a_maintainer() -> None:
    commands = read_policy(b"commands: {roles: {help: read}}").commands
    assert [commands.role(name) for name in ("help", "audit", "rerun", "accept")] == [
        "read", "write", "write", "maintain",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cron", ["0 9 * * 1", "30 7 1 * *", "0 0 29 2 *", "59 23 * jan-mar MON-FRI", " 5  4 */2 * 1,3", "0 9 * * 5L"]
)
def test_a_weekly_status_may_be_due_on_any_days(cron: str) -> None:
    weekly = read_policy(f"weekly: {{cron: '{cron}', issue: 3}}".encode()).weekly
    assert weekly is not None
    assert (weekly.cron, weekly.timezone, weekly.pin) == (cron, "UTC", True)


@pytest.mark.parametrize("name", ["UTC", "Europe/Vienna", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
def test_a_weekly_status_may_be_due_in_any_time_zone(name: str) -> None:
    weekly = read_policy(f"weekly: {{cron: 0 9 * * 1, issue: 3, timezone: {name}}}".encode()).weekly
    assert weekly is not None
    assert weekly.timezone == name


def test_names_may_be_in_any_script() -> None:
    assert read_policy("symbols: [{name: Größe, canonical: maße.kern}]".encode()).symbols[0].name == "Größe"


# --- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"rules: {imports.cycle: off}", "line 1: rules.imports.cycle: unknown key; did you mean `imports.cycles`?"),
        (b"rules:\n  auth.bypass.fail-opne: off", "line 2: rules.auth.bypass.fail-opne: unknown key; did you mean"),
        (b"rules: {nothing: off}", "line 1: rules.nothing: unknown key; allowed: imports.fragmented, "),
        (
            b"auth: {canonical: pyjwt}",
            "line 1: auth: `canonical` must be the name of a pattern, and there is no 'pyjwt'",
        ),
        (b"auth: {canonical: A, builtin: false}", "line 1: auth: `canonical` must be the name of a pattern"),
    ],
)
def test_what_nothing_is_called_is_told_once_with_what_there_is(text: bytes, told: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith(told)


def test_a_family_of_rules_is_switched_as_one() -> None:
    policy = read_policy(b"rules: {auth.bypass: off, auth.bypass.fail-open: on}")
    assert [policy.applies(rule) for rule in ("auth.bypass.fail-open", "auth.bypass.skip-switch", "auth.patterns")] == [
        True,
        False,
        True,
    ]
    assert read_policy(b"rules: {auth.bypass: on}").applies("auth.bypass.unverified-signature")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"version: 2", ["line 1: version: must be 1, not 2"]),
        (b"version: '1'", ["line 1: version: must be 1, not '1'"]),
        (b"infer: 'yes'", ["line 1: infer: must be a valid boolean, not 'yes'"]),
        (b"tests: tests/", ["line 1: tests: must be a list, not 'tests/'"]),
        (b"tests: [1]", ["line 1: tests.0: must be a valid string, not 1"]),
        (b"exclude:\n- a\n- ''", ["line 3: exclude.1: must have at least 1 character, not ''"]),
        (b"metrics:\n  imports.legacy:\n    target: '3'", [
            "line 3: metrics.imports.legacy.target: must be a valid integer, not '3'"
        ]),
        (b"metrics:\n  imports.legacy:\n    priority: next", [
            "line 3: metrics.imports.legacy.priority: must be 'low', 'medium', 'high' or 'critical', not 'next'"
        ]),
        (b"symbols:\n- name: a-b\n  canonical: x", [
            "line 2: symbols.0.name: must be a Python name such as `package.module`, not 'a-b'"
        ]),
        (b"symbols:\n- name: a\n  canonical: .x", [
            "line 3: symbols.0.canonical: must be a Python name such as `package.module`, not '.x'"
        ]),
        (b"legacy:\n- use: a.b", ["line 2: legacy.0.module: is required"]),
        (b"auth:\n  patterns:\n  - name: A\n    calls: []", [
            "line 4: auth.patterns.0.calls: must have at least 1 item, not []"
        ]),
        (b"suites:\n- name: A\n  checks: []", [
            "line 3: suites.0.checks: must have at least 1 item, not []"
        ]),
        (b"suites:\n- name: A\n  checks: unit", ["line 3: suites.0.checks: must be a list, not 'unit'"]),
        (b"suites:\n- name: A\n  checks:\n  - '*'\n  - '*a*b*c*d*'", [
            "line 5: suites.0.checks.1: must have at most 4 wildcards, not '*a*b*c*d*'"
        ]),
        (b"suites:\n- name: A\n  checks: ['']", [
            "line 3: suites.0.checks.0: must have at least 1 character, not ''"
        ]),
        (b"suites: {A: [unit]}", ["line 1: suites: must be a list"]),
        (b"suites:\n- name: A", ["line 2: suites.0.checks: is required"]),
        (b"context:\n  impact: 3\n  tags: shop", [
            "line 2: context.impact: must be a valid string, not 3",
            "line 3: context.tags: must be a list, not 'shop'",
        ]),
        (b"gate:\n  mode: all", ["line 2: gate.mode: must be 'off', 'introduced' or 'target', not 'all'"]),
        (b"gate:\n  mode: on", ["line 2: gate.mode: must be 'off', 'introduced' or 'target', not True"]),
        (b"gate: {severity: critical}", [
            "line 1: gate.severity: must be 'low', 'medium' or 'high', not 'critical'"
        ]),
        (b"comment: never", ["line 1: comment: must be 'always' or 'introduced', not 'never'"]),
        (b"commands:\n  roles:\n    audit: nobody", [
            "line 3: commands.roles.audit: must be 'read', 'triage', 'write', 'maintain' or 'admin', "
            "not 'nobody'"
        ]),
        (b"weekly:\n  cron: 0 9 * * 1", ["line 1: weekly: a weekly status needs either `issue` or `title`"]),
        (b"weekly: {cron: 0 9 * * 1, issue: 3, title: A}", [
            "line 1: weekly: a weekly status needs either `issue` or `title`"
        ]),
        (b"weekly: {issue: 0}", [
            "line 1: weekly.cron: is required",
            "line 1: weekly.issue: must be greater than or equal to 1, not 0"
        ]),
        (b"weekly:\n  issue: 3\n  cron: '*/5 9 * * 1'", [
            "line 3: weekly.cron: must be a cron expression with one minute and one hour, such as `0 9 * * 1`, "
            "not '*/5 9 * * 1'"
        ]),
        (b"weekly: {issue: 3, cron: 0 9 30 2 *}", [
            "line 1: weekly.cron: must be a cron expression whose day comes, such as `0 9 * * 1`, not '0 9 30 2 *'"
        ]),
        (b"weekly: {issue: 3, cron: 0 24 * * 1}", [
            "line 1: weekly.cron: must be a cron expression whose day comes, such as `0 9 * * 1`, not '0 24 * * 1'"
        ]),
        (b"weekly: {issue: 3, cron: 0 9 * * 1, timezone: Europe/Viena}", [
            "line 1: weekly.timezone: must be a name from the time zone database, such as `Europe/Vienna`, "
            "not 'Europe/Viena'"
        ]),
        (b"weekly: {issue: 3, cron: 0 9 * * 1, timezone: ../../etc/passwd}", [
            "line 1: weekly.timezone: must be a name from the time zone database, such as `Europe/Vienna`, "
            "not '../../etc/passwd'"
        ]),
        (b"version: 1\nextends: [a]", ["line 2: extends: must be a valid string, not ['a']"]),
        (b"status: {phases_from_tasks: 'yes'}", [
            "line 1: status.phases_from_tasks: must be a valid boolean, not 'yes'"
        ]),
        (b"metrics:\n  imports.legacy:\n    phase: 1\n    impact: ''", [
            "line 3: metrics.imports.legacy.phase: must be a valid string, not 1",
            "line 4: metrics.imports.legacy.impact: must have at least 1 character, not ''",
        ]),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_its_key_its_line_and_what_is_allowed(text: bytes, expected: list[str]) -> None:
    assert problems(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"symbol: []", "line 1: symbol: unknown key; did you mean `symbols`? Allowed: version, roots, tests,"),
        (b"\n\nqwerty: 1", "line 3: qwerty: unknown key; allowed: version, roots, tests, exclude, symbols, infer,"),
        (
            b"symbols:\n- name: X\n  canonical: a\n  cannonical: b",
            "line 4: symbols.0.cannonical: unknown key; did you mean `canonical`? Allowed: name, canonical",
        ),
        (
            b"auth:\n  built_in: no",
            "line 2: auth.built_in: unknown key; did you mean `builtin`? Allowed: canonical, patterns, builtin",
        ),
        (
            b"auth:\n  patterns:\n  - name: A\n    calls: [a]\n    call: [a]",
            "line 5: auth.patterns.0.call: unknown key; did you mean `calls`? Allowed: name, calls",
        ),
        (
            b"metrics:\n  imports.fragmentd: {}",
            "line 2: metrics.imports.fragmentd: unknown key; did you mean `imports.fragmented`? Allowed:",
        ),
        (
            b"metrics:\n  imports.legacy:\n    targets: 3",
            "line 3: metrics.imports.legacy.targets: unknown key; did you mean `target`? Allowed: target, prior",
        ),
        (
            b"metrics:\n  imports.legacy: {phases: A}",
            "line 2: metrics.imports.legacy.phases: unknown key; did you mean `phase`? Allowed: target, ",
        ),
        (b"context:\n  tag: [a]", "line 2: context.tag: unknown key; did you mean `tags`? Allowed: impact, tags"),
        (
            b"suites:\n- name: A\n  checks: [a]\n  check: [b]",
            "line 4: suites.0.check: unknown key; did you mean `checks`? Allowed: name, checks",
        ),
        (b"status: {task_phases: on}", "line 1: status.task_phases: unknown key; "),
        (b"gate: {level: high}", "line 1: gate.level: unknown key; allowed: mode, severity"),
        (b"commands: {role: {}}", "line 1: commands.role: unknown key; did you mean `roles`? Allowed: roles, authors"),
        (
            b"commands: {roles: {acept: admin}}",
            "line 1: commands.roles.acept: unknown key; did you mean `accept`? Allowed: audit, explain, ",
        ),
        (b"weekly: {cron: 0 9 * * 1, issue: 3, time_zone: UTC}", "line 1: weekly.time_zone: unknown key; did you mean"),
    ],
)
def test_an_unknown_key_is_told_with_the_one_that_was_meant(text: bytes, expected: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith(expected)


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = b"infer: 3\nlegacy:\n- use: 4\nsymbols:\n- {name: X}\nversion: 7\nzzz: 1\n"
    assert [problem.partition(": ")[0] for problem in problems(text)] == [
        "line 1", "line 3", "line 3", "line 5", "line 6", "line 7",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(b"a: [", "line 1: is not valid YAML: ", id="unclosed"),
        pytest.param(b"version: 1\n\t- a", "line 2: is not valid YAML: ", id="tab"),
        pytest.param(b"version: 1\n a: b", "line 2: is not valid YAML: ", id="indentation"),
        pytest.param(b"version: 1\n---\nversion: 1\n", "line 2: is not valid YAML: ", id="two documents"),
        pytest.param(b"version: 1\ninfer: no\x07\n", "line 2: is not valid YAML: special characters", id="bell"),
        pytest.param(b"version: 1\nx: '\xe9'", "line 2: is not UTF-8 text", id="latin-1"),
        pytest.param("version: 1".encode("utf-16"), "line 1: is not UTF-8 text", id="UTF-16"),
        pytest.param(b"version: 1\nversion: 1", "line 2: version: given twice", id="key twice"),
        pytest.param(b"auth:\n  builtin: no\n  builtin: no", "line 3: builtin: given twice", id="key twice, deeper"),
        pytest.param(b"tests: &t [a]\nexclude: *t", "line 1: anchors (&) and aliases (*) are not sup", id="anchor"),
        pytest.param(b"version: 1\nexclude: *t", "line 2: anchors (&) and aliases (*) are not supported", id="alias"),
        pytest.param(b"version: !!bool 1", "line 1: tags (!) are not supported", id="tag that lies"),
        pytest.param(b"version: !!int ''", "line 1: tags (!) are not supported", id="tag of nothing"),
        pytest.param(b"a: !!python/object/apply:os.system [id]", "line 1: tags (!) are not sup", id="Python tag"),
        pytest.param(b"version: 1\nexclude: [2026-02-31]", "line 2: cannot be used: day is out of range", id="no date"),
        pytest.param(b"version: 1\n? [a]\n: b", "line 2: cannot be used: found unhashable key", id="list as key"),
        pytest.param(b"version: 1\n<<: 3", "line 2: cannot be used: expected a mapping", id="merge"),
        pytest.param(b"- version", "line 1: a policy is a mapping of keys, such as `version: 1`", id="list"),
        pytest.param(b"version", "line 1: a policy is a mapping of keys, such as `version: 1`", id="word"),
        pytest.param(b"#" * (LARGEST_POLICY + 1), "line 1: larger than 256 KiB", id="too large"),
        pytest.param(b"a: " + b"[" * 50_000, "line 1: nested too deeply", id="brackets"),
        pytest.param(b"a: " + b"{" * 50_000, "line 1: nested too deeply", id="braces"),
        pytest.param(b"- " * 50_000, "line 1: nested too deeply", id="dashes"),
        pytest.param(
            b"".join(b" " * i + b"a:\n" for i in range(100)), "line 21: nested too deeply", id="indented keys"
        ),
        pytest.param(b"exclude:\n- a\n- '!'", "line 3: exclude.1: must be a pattern as in `.gitignore`", id="!"),
        pytest.param(b"tests: ['[z-a]']", "line 1: tests.0: must be a pattern as in `.gitignore`", id="range"),
        pytest.param(b"tests: ['a\\']", "line 1: tests.0: must be a pattern as in `.gitignore`", id="backslash"),
    ],
)
def test_a_file_that_is_no_policy_is_told_where_and_why(text: bytes, expected: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith(expected)


def mistakes(text: bytes) -> tuple[PolicyProblem, ...] | None:
    """What is wrong with a policy; None if it can be used."""
    try:
        read_policy(text)
    except PolicyError as error:
        return error.problems
    return None


@given(st.binary(max_size=200))
def test_no_bytes_break_the_policy_reader(text: bytes) -> None:
    assert mistakes(text) != ()


PIECES: Final = st.sampled_from(
    [
        *("version", "symbols", "name", "canonical", "legacy", "auth", "patterns", "calls", "metrics", "due", "roots"),
        *(": ", ":\n  ", "\n", "\n- ", "- ", "[", "]", "{", "}", ", ", "1", "a.b", "'x'", '"', "!", "!!int ", "? "),
        *(
            "&a ",
            "*a",
            "<<",
            "=",
            "~",
            "yes",
            "2026-02-31",
            "1:60",
            "0x",
            ".inf",
            "|\n",
            "%YAML 1.1\n",
            "---\n",
            "...\n",
            "#",
        ),
        *("\u2028", "\x85", "\ufeff", "\ud7ff", "é", "\t", "  ", "imports.legacy", "target", "tests", "exclude", "[!"),
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_no_heap_of_policy_words_breaks_the_policy_reader(text: str) -> None:
    lines = len(re.findall("[\n\x85\u2028]", text)) + 1
    assert all(1 <= problem.line <= lines for problem in mistakes(text.encode()) or ())


CRON_PIECES: Final = st.sampled_from(
    [*"0123456789*/,-#L ", "LW", "MON", "JAN", " 9 ", "0 9 * * ", "9" * 20, "\u0663", "\xb2"]
)


@given(st.lists(CRON_PIECES, max_size=12).map("".join))
def test_no_cron_expression_breaks_the_policy_reader(cron: str) -> None:
    assert mistakes(f"weekly: {{issue: 3, cron: '{cron}'}}".encode()) != ()


@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z./_+-]{1,40}", fullmatch=True))
def test_no_time_zone_breaks_the_policy_reader(name: str) -> None:
    text = yaml.safe_dump({"weekly": {"issue": 3, "cron": "0 9 * * 1", "timezone": name}})
    assert mistakes(text.encode()) != ()


def test_of_many_allowed_names_the_first_are_told_each_of_them_whole() -> None:
    (told,) = problems(b"rules: {nothing: off}")
    shown, _, more = told.partition("allowed: ")[2].partition(" and ")
    assert set(shown.split(", ")) < set(get_args(RuleName))
    assert re.fullmatch(r"\d+ more, see `fifthwhy schema policy`", more)
