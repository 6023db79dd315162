"""A report as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as GitHub's code scanning takes it.

What that reads of it, and how much:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support. Most of all, it takes every
result for an alert that is open. So findings that a change has fixed are left out; SARIF would have a word for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import quote

import msgspec

from analyzers.findings import Severity
from analyzers.policy import POLICY_PATHS
from analyzers.report import FindingRow, Report, UnreadRow
from analyzers.rule_book import RULES, Rule
from report_templates.escape import LONGEST_PROSE, encodable, name, shortened, spoken, visible
from report_templates.rule_page import cwe_address, cwe_name, ignored, plain, switched, to_switch
from report_templates.wording import counted

MOST_RESULTS: Final = 25_000
"""GitHub refuses a run with more; of these it shows 5,000, the gravest."""

MOST_NOTIFICATIONS: Final = 1_000

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT: Final = "%SRCROOT%"
_FINGERPRINT: Final = "fifthwhy/v1"
_CATEGORY: Final = "fifthwhy"
"""By it GitHub knows an analysis again: what is not in the next one of the same category is closed."""

_LEVELS: Final[Mapping[Severity, str]] = {"high": "error", "medium": "warning", "low": "note"}
_PROBLEMS: Final[Mapping[Severity, str]] = {"high": "error", "medium": "warning", "low": "recommendation"}
_SCORES: Final[Mapping[Severity, str]] = {"high": "8.0", "medium": "5.5", "low": "2.0"}
"""In the middle of what GitHub calls high, medium and low."""

_NOT_READ: Final = "file-not-read"
_CUT: Final = "results-cut"
_NOTIFICATIONS: Final = (_NOT_READ, _CUT)

# https://semver.org/#is-there-a-suggested-regular-expression-regex-to-check-a-semver-string, without its subtleties.
_SEMANTIC: Final = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")

_RANKS: Final = {level: rank for rank, level in enumerate(("error", "warning", "note"))}
_INDEX: Final = {rule.id: index for index, rule in enumerate(RULES)}

_Json = dict[str, object]
_Told = tuple[str | None, FindingRow]
"""A finding with what has become of it since the base; None where there is none."""


def render_sarif(report: Report) -> bytes:
    """The report as a SARIF log. The same report gives the same bytes."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return msgspec.json.format(msgspec.json.encode(encodable(log)), indent=2) + b"\n"


def _run(report: Report) -> _Json:
    told = sorted(_told(report), key=_order)
    run: _Json = {
        "tool": {"driver": _driver(report)},
        "automationDetails": {"id": f"{_CATEGORY}/{report.head.id}"},
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, len(told))],
        "results": [_result(state, row) for state, row in told[:MOST_RESULTS]],
    }
    address = None if report.repository.web is None else _address(report.repository.web)
    if address is not None:
        mapped = {"uriBaseId": _ROOT}
        provenance = {"repositoryUri": address, "revisionId": report.head.id, "mappedTo": mapped}
        run["versionControlProvenance"] = [provenance]
    return run


def _told(report: Report) -> Iterator[_Told]:
    """What is wrong at head."""
    change = report.kind == "delta"
    yield from (("new" if change else None, row) for row in report.introduced)
    yield from (("unchanged" if change else None, row) for row in report.standing)


def _order(told: _Told) -> tuple[object, ...]:
    """The most important first, should not all of them have room; one order for the same findings."""
    state, row = told
    rank = _RANKS[_level(row)]
    return (state != "new", rank, _INDEX[row.rule], row.place.path, row.place.line, row.place.end_line, row.fingerprint)


# --- the tool ---------------------------------------------------------------------------------------------------------


def _driver(report: Report) -> _Json:
    """The tool with all its rules, found here or not: results refer to them by their place.

    SARIF would have an `informationUri` as well, but fifthwhy is where it is installed and has no address of its own.
    """
    version = visible(report.version)
    semantic = {"semanticVersion": version} if _SEMANTIC.fullmatch(version) else {}
    return {
        "name": "fifthwhy",
        "version": version,
        **semantic,
        "rules": [_rule(rule) for rule in RULES],
        "notifications": [{"id": each} for each in _NOTIFICATIONS],
    }


def _rule(rule: Rule) -> _Json:
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in re.split("[.-]", rule.id)),
        "shortDescription": {"text": plain(rule.title)},
        "fullDescription": {"text": plain(rule.explanation)},
        "help": {"text": "\n\n".join(_help(rule)), "markdown": "\n\n".join(_help_in_markdown(rule))},
        "defaultConfiguration": {"enabled": rule.by_default, "level": _LEVELS[rule.severity]},
        "properties": _properties(rule),
    }


def _properties(rule: Rule) -> _Json:
    """A rule with a weakness is one about security: GitHub shows its alerts by their score."""
    tags = ["security" if rule.id.startswith("auth.") else "maintainability"]
    precision = "high" if rule.by_default else "medium"
    properties: _Json = {"tags": tags, "precision": precision, "problem.severity": _PROBLEMS[rule.severity]}
    if rule.cwe is not None:
        tags.append(f"external/cwe/cwe-{rule.cwe:03}")
        properties["security-severity"] = _SCORES[rule.severity]
    return properties


def _help(rule: Rule) -> Iterator[str]:
    yield plain(rule.explanation)
    yield f"Wrong:\n{rule.wrong.rstrip()}"
    yield f"Right:\n{rule.right.rstrip()}"
    if rule.cwe is not None:
        yield f"{cwe_name(rule.cwe)}: {cwe_address(rule.cwe)}"
    yield f"{to_switch(rule)}, in {POLICY_PATHS[0]}:\n{switched(rule).rstrip()}"
    comment = ignored(rule)
    if comment is not None:
        yield f"To leave one finding out:\n{comment}"


def _help_in_markdown(rule: Rule) -> Iterator[str]:
    yield rule.explanation
    yield f"Wrong:\n\n```python\n{rule.wrong.rstrip()}\n```"
    yield f"Right:\n\n```python\n{rule.right.rstrip()}\n```"
    if rule.cwe is not None:
        yield f"[{cwe_name(rule.cwe)}]({cwe_address(rule.cwe)})"
    yield f"{to_switch(rule)}, in `{POLICY_PATHS[0]}`:\n\n```yaml\n{switched(rule).rstrip()}\n```"
    comment = ignored(rule)
    if comment is not None:
        yield f"To leave one finding out:\n\n```python\n{comment}\n```"


# --- what it found ----------------------------------------------------------------------------------------------------


def _result(state: str | None, row: FindingRow) -> _Json:
    result: _Json = {
        "ruleId": row.rule,
        "ruleIndex": _INDEX[row.rule],
        "level": _level(row),
        "message": {"text": _text(row.message)},
        "locations": [_location(row.place.path, row.place.line, row.place.end_line)],
        "partialFingerprints": {_FINGERPRINT: row.fingerprint},
        "properties": {"scope": row.scope, "inferred": row.inferred},
    }
    if state is not None:
        result["baselineState"] = state
    return result


def _level(row: FindingRow) -> str:
    """What is wrong in tests is noted, no more."""
    return "note" if row.scope == "tests" else _LEVELS[row.severity]


def _text(message: str) -> str:
    """A message on one line, everything unseen in it made visible, its names without backticks.

    SARIF takes `[x](y)` for a link, whoever wrote it. It would also have braces doubled, for the sake of arguments that
    there are none of here; GitHub shows them as they are, and paths such as `/orders/{id}` are better read so.
    """
    sentence = re.sub("`([^`]+)`", r"\1", shortened(spoken(message), LONGEST_PROSE))
    return sentence.replace("](", "] (") or "?"


def _location(path: str, line: int | None, end_line: int | None) -> _Json:
    place: _Json = {"artifactLocation": {"uri": _relative(path), "uriBaseId": _ROOT}}
    if line is not None:
        first = max(1, line)
        place["region"] = {"startLine": first, "startColumn": 1, "endLine": max(first, end_line or first)}
    return {"physicalLocation": place}


def _relative(path: str) -> str:
    """A path as a relative reference, byte by byte as it is in the repository."""
    try:
        return quote(path.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return quote(path.encode("utf-8", "surrogatepass"))


def _address(web: str) -> str | None:
    """An address of the web, as a URI; None for what is none."""
    if not web.startswith(("https://", "http://")):
        return None
    return quote(web.encode("utf-8", "surrogatepass"), safe="/:@%~!$&'()*+,;=")


# --- how it went ------------------------------------------------------------------------------------------------------


def _invocation(report: Report, results: int) -> _Json:
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [*_cut(results), *_unread(report.unread)],
    }


def _cut(results: int) -> Iterator[_Json]:
    if results > MOST_RESULTS:
        left_out = counted(results - MOST_RESULTS, "finding is", "findings are")
        yield _notification(_CUT, f"{left_out} left out: a run has at most {MOST_RESULTS:,} results.")


def _unread(rows: Iterable[UnreadRow]) -> Iterator[_Json]:
    rows = tuple(rows)
    for row in rows[:MOST_NOTIFICATIONS]:
        text = f"{name(row.path)} could not be read ({row.reason}: {row.message}); nothing is claimed about it."
        yield _notification(_NOT_READ, text) | {"locations": [_location(row.path, row.line, row.line)]}
    if len(rows) > MOST_NOTIFICATIONS:
        more = counted(len(rows) - MOST_NOTIFICATIONS, "more file", "more files")
        yield _notification(_NOT_READ, f"{more} could not be read.")


def _notification(kind: str, text: str) -> _Json:
    descriptor = {"id": kind, "index": _NOTIFICATIONS.index(kind)}
    return {"descriptor": descriptor, "level": "warning", "message": {"text": _text(text)}}
