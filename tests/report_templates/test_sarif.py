"""SARIF is valid whatever a report holds, and says what GitHub's code scanning is to know."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import msgspec
import pytest

from analyzers.places import Place, Repository
from analyzers.policy import read_policy
from analyzers.report import FindingRow, Report, report_of
from analyzers.rule_book import RULES
from analyzers.tree import Scope
from report_templates.escape import LONGEST_PROSE
from report_templates.sarif import MOST_NOTIFICATIONS, MOST_RESULTS, render_sarif
from tests.report_templates.reports import (
    CASES,
    HOSTILE,
    SHOP_AT_BASE,
    SHOP_AT_HEAD,
    SHOP_POLICY,
    finding,
    outcome_of,
    report,
    unread,
)
from tests.report_templates.reports import _subject as subject
from tests.report_templates.sarif_schema import mistakes

# https://www.rfc-editor.org/rfc/rfc3986#section-4.2: no scheme, no host, nothing but what a path may hold.
RELATIVE: Final = re.compile(r"(?!/)(?![^/]*:)(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+")
UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def run_of(shown: Report) -> Any:
    """The one run of a log that is valid."""
    rendered = render_sarif(shown)
    assert not mistakes(rendered)
    (run,) = json.loads(rendered)["runs"]
    return run


def results_of(shown: Report) -> Any:
    return run_of(shown)["results"]


def row(path: str, **changed: Any) -> FindingRow:
    """A finding that is told at that path, with nothing linked."""
    made = finding("shop/cart.py", message=path)
    return msgspec.structs.replace(made, symbol=path, place=Place(path, 3, 4, None), **changed)


# --- the format -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_every_report_is_valid_sarif(case: str) -> None:
    assert not mistakes(render_sarif(CASES[case]()))


@pytest.mark.parametrize("case", CASES)
def test_the_same_report_gives_the_same_bytes(case: str) -> None:
    assert render_sarif(CASES[case]()) == render_sarif(CASES[case]())


def test_the_order_of_findings_in_the_report_does_not_matter() -> None:
    rows = tuple(finding(f"shop/{number % 3}.py", number) for number in range(1, 9))
    assert render_sarif(report(introduced=rows)) == render_sarif(report(introduced=rows[::-1]))


@pytest.mark.parametrize("text", [*HOSTILE, "\ud800", "\udcff\udc80", "https:", "a:b", "{0}", "[a](b)"])
def test_whatever_a_repository_calls_its_things_the_log_is_valid(text: str) -> None:
    shown = report(
        introduced=(row(text),),
        unread=(msgspec.structs.replace(unread("x.py", 1, text), path=text),),
        repository=Repository(text, f"https://github.example/{text}"),
        version=text,
    )
    run = run_of(shown)
    (result,) = run["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]

    assert RELATIVE.fullmatch(uri)
    assert unquote_to_bytes(uri) == text.encode("utf-8", "surrogatepass" if "\ud800" in text else "surrogateescape")
    for message in (result["message"], run["invocations"][0]["toolExecutionNotifications"][0]["message"]):
        assert 0 < len(message["text"]) <= LONGEST_PROSE
        assert not UNSEEN.search(message["text"])
        assert "](" not in message["text"]
    assert re.fullmatch(r"https://github\.example/[!-~]+", run["versionControlProvenance"][0]["repositoryUri"])
    assert not UNSEEN.search(render_sarif(shown).decode().replace("\n", ""))


# --- the tool ---------------------------------------------------------------------------------------------------------


def driver(shown: Report) -> Any:
    return run_of(shown)["tool"]["driver"]


def test_all_rules_are_told_whatever_is_found() -> None:
    """By their place in that list results refer to them."""
    rules = driver(report())["rules"]

    assert [rule["id"] for rule in rules] == [rule.id for rule in RULES]
    for result in results_of(CASES["mixed"]()):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_rules_are_within_what_github_takes() -> None:
    for rule in driver(report())["rules"]:
        assert re.fullmatch("[A-Za-z]{1,255}", rule["name"])
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert "`" not in rule["shortDescription"]["text"] + rule["fullDescription"]["text"]
        assert rule["help"]["markdown"].count("```") % 2 == 0
        assert len(rule["properties"]["tags"]) <= 10


def test_a_rule_about_a_weakness_is_one_about_security() -> None:
    rules = {rule["id"]: rule for rule in driver(report())["rules"]}
    rule = rules["auth.bypass.none-algorithm"]

    assert rule["name"] == "AuthBypassNoneAlgorithm"
    assert rule["defaultConfiguration"] == {"enabled": True, "level": "error"}
    assert rule["properties"] == {
        "tags": ["security", "external/cwe/cwe-327"],
        "precision": "high",
        "problem.severity": "error",
        "security-severity": "8.0",
    }
    assert rules["auth.bypass.token-comparison"]["properties"]["security-severity"] == "5.5"
    assert "[CWE-327](https://cwe.mitre.org/data/definitions/327.html)" in rule["help"]["markdown"]
    assert "auth.bypass.none-algorithm: off" in rule["help"]["markdown"]


def test_a_rule_about_order_is_not() -> None:
    rules = {rule["id"]: rule for rule in driver(report())["rules"]}
    assert rules["ssot.ignores"]["properties"] == {
        "tags": ["maintainability"],
        "precision": "high",
        "problem.severity": "recommendation",
    }


@pytest.mark.parametrize(
    ("version", "semantic"), [("0.1.0", "0.1.0"), ("1.2.3-rc.1+x", "1.2.3-rc.1+x"), ("0+unknown", None), ("1.2", None)]
)
def test_only_a_semantic_version_is_told_as_such(version: str, semantic: str | None) -> None:
    tool = driver(report(version=version))
    assert tool["version"] == version
    assert tool.get("semanticVersion") == semantic


# --- what was found ---------------------------------------------------------------------------------------------------


def test_a_finding_is_told_with_its_rule_its_lines_and_its_fingerprint() -> None:
    made = msgspec.structs.replace(
        finding("shop/a b.py"), place=Place("shop/a b.py", 3, 5, None), fingerprint="5ca1ab1e"
    )
    assert results_of(report(introduced=(made,))) == [
        {
            "ruleId": "imports.fragmented",
            "ruleIndex": 0,
            "level": "warning",
            "message": {"text": "verify is imported from shop.api.verify; its canonical module is shop.verify"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "shop/a%20b.py", "uriBaseId": "%SRCROOT%"},
                        "region": {"startLine": 3, "startColumn": 1, "endLine": 5},
                    }
                }
            ],
            "partialFingerprints": {"fifthwhy/v1": "5ca1ab1e"},
            "properties": {"scope": "production", "inferred": False},
            "baselineState": "new",
        }
    ]


@pytest.mark.parametrize(("severity", "level"), [("high", "error"), ("medium", "warning"), ("low", "note")])
@pytest.mark.parametrize("scope", ["production", "tests"])
def test_the_level_is_that_of_the_finding_and_in_tests_a_note(severity: Any, level: str, scope: Scope) -> None:
    made = msgspec.structs.replace(finding("a.py", scope=scope), severity=severity)
    (result,) = results_of(report(introduced=(made,)))
    assert result["level"] == ("note" if scope == "tests" else level)
    assert result["properties"]["scope"] == scope


def test_of_a_change_it_is_told_what_is_new_and_what_stands_and_not_what_is_gone() -> None:
    """GitHub would take what is gone for an open alert."""
    shown = report(introduced=(finding("new.py"),), standing=(finding("old.py"),), fixed=(finding("gone.py"),))
    states = [(_path(result), result["baselineState"]) for result in results_of(shown)]
    assert states == [("new.py", "new"), ("old.py", "unchanged")]


def test_of_one_commit_no_finding_has_a_state() -> None:
    results = results_of(CASES["state"]())
    assert results
    assert not any("baselineState" in result for result in results)


def test_a_finding_keeps_its_fingerprint_when_its_line_moves() -> None:
    moved = {path: f"# new\n\n{text}" for path, text in SHOP_AT_HEAD.items()}
    before, after = _lines_by_fingerprint(SHOP_AT_HEAD), _lines_by_fingerprint(moved)

    assert before.keys() == after.keys()
    assert {key: line + 2 for key, line in before.items()} == after


def _lines_by_fingerprint(files: Mapping[str, str]) -> dict[str, int]:
    policy = read_policy(SHOP_POLICY.encode())
    shown = report_of(subject(None), policy, outcome_of(policy, {**files, "shop/none.py": ""}))
    results = results_of(shown)
    return {
        result["partialFingerprints"]["fifthwhy/v1"]: result["locations"][0]["physicalLocation"]["region"]["startLine"]
        for result in results
    }


def test_findings_of_one_line_stay_apart() -> None:
    policy = read_policy(SHOP_POLICY.encode())
    files = SHOP_AT_BASE | {"shop/two.py": "from shop.api import verify; from shop.api import verify\n"}
    shown = report_of(subject(None), policy, outcome_of(policy, files))
    keys = [result["partialFingerprints"]["fifthwhy/v1"] for result in results_of(shown)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("`GET /orders/{id}` never reaches `Session check`", "GET /orders/{id} never reaches Session check"),
        ("a lonely ` stays", "a lonely ` stays"),
        ("`two\nlines`", "two lines"),
        ("`[free money](https://evil.example)`", "[free money] (https://evil.example)"),
        ("`\x1b[31m`", "\\x1b[31m"),
        ("", "?"),
    ],
)
def test_a_message_is_plain_text(message: str, text: str) -> None:
    (result,) = results_of(report(introduced=(finding("a.py", message=message),)))
    assert result["message"]["text"] == text


def test_what_is_more_than_github_takes_is_cut_and_said() -> None:
    """What is new and grave stays, and the same for the same findings."""
    old = tuple(msgspec.structs.replace(finding(f"old{number}.py"), severity="high") for number in range(MOST_RESULTS))
    new = (finding("tests/new.py", scope="tests"), msgspec.structs.replace(finding("new.py"), severity="low"))
    shown = report(introduced=new, standing=old)
    (run,) = json.loads(render_sarif(shown))["runs"]

    assert len(run["results"]) == MOST_RESULTS
    assert [_path(result) for result in run["results"][:3]] == ["new.py", "tests/new.py", "old0.py"]
    (notice,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notice["descriptor"]["id"] == "results-cut"
    assert notice["message"]["text"] == "2 findings are left out: a run has at most 25,000 results."


def _path(result: Any) -> str:
    path: str = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    return path


# --- how it went ------------------------------------------------------------------------------------------------------


def test_a_file_that_could_not_be_read_is_noted() -> None:
    (invocation,) = run_of(report(unread=(unread("shop/a b.py", 7),)))["invocations"]
    assert invocation == {
        "executionSuccessful": True,
        "toolExecutionNotifications": [
            {
                "descriptor": {"id": "file-not-read", "index": 0},
                "level": "warning",
                "message": {
                    "text": "shop/a b.py could not be read (syntax: '(' was never closed); nothing is claimed about it."
                },
                "locations": [
                    {
                        "physicalLocation": {
                            "artifactLocation": {"uri": "shop/a%20b.py", "uriBaseId": "%SRCROOT%"},
                            "region": {"startLine": 7, "startColumn": 1, "endLine": 7},
                        }
                    }
                ],
            }
        ],
    }


def test_of_many_files_that_could_not_be_read_the_rest_is_counted() -> None:
    rows = tuple(unread(f"{number}.py") for number in range(MOST_NOTIFICATIONS + 2))
    notices = run_of(report(unread=rows))["invocations"][0]["toolExecutionNotifications"]
    assert len(notices) == MOST_NOTIFICATIONS + 1
    assert notices[-1]["message"]["text"] == "2 more files could not be read."


def test_runs_of_one_repository_are_of_one_category() -> None:
    """GitHub reads all before the last slash as the category."""
    shown = report()
    assert run_of(shown)["automationDetails"] == {"id": f"fifthwhy/{shown.head.id}"}


def test_where_the_code_comes_from_is_told_only_if_it_is_known() -> None:
    shown = report()
    assert run_of(shown)["versionControlProvenance"] == [
        {
            "repositoryUri": "https://github.example/acme/shop",
            "revisionId": shown.head.id,
            "mappedTo": {"uriBaseId": "%SRCROOT%"},
        }
    ]
    for web in (None, "file:///home/ada/shop", "shop"):
        assert "versionControlProvenance" not in run_of(report(repository=Repository("shop", web)))
