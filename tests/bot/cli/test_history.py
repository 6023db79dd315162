"""`fifthwhy history` and `fifthwhy audit --issue-report` as a person uses them, on a real repository with a past."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.bot.cli.test_audit import ESCAPES, User
from tests.repositories import Content, Repo

POLICY: Final = (
    "symbols: [{name: Cart, canonical: shop.cart}]\n"
    "metrics:\n"
    "  imports.fragmented: {target: 0, priority: high, due: 2024-06-30, phase: Imports, impact: Carts lose prices}\n"
    "suites: [{name: Unit, checks: [unit*]}, {name: Browser, checks: [browser]}]\n"
    "context: {impact: A cart must be right, tags: [carts]}\n"
)
SHOP: Final[Mapping[str, Content]] = {
    ".github/fifthwhy.yml": POLICY,
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
    "shop/pages.py": "from shop.cart import Cart\n",
}
WRONG: Final = "from shop.models import Cart\n"


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> User:
    return User(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Three strays come in one a week, the last two by one merge, and one is fixed."""
    repo = Repo.create(tmp_path_factory.mktemp("repositories") / "shop")
    repo.git("remote", "add", "origin", "https://github.com/acme/shop.git")
    repo.commit(SHOP)
    repo.wait(days=7)
    repo.commit({"shop/first.py": WRONG}, message="Add the first page (#3)")
    repo.wait(days=7)
    repo.commit({"shop/second.py": WRONG, "shop/third.py": WRONG}, message="Merge pull request #4 from ada/pages")
    repo.wait(days=7)
    repo.commit({"shop/first.py": "from shop.cart import Cart\n"}, message="Import the cart from where it lives")
    return repo


def test_history_tells_what_a_metric_was_week_by_week(user: User, shop: Repo) -> None:
    ran = user.runs("history", shop.path)

    assert (ran.code, ran.err) == (0, "")
    assert "Imports off the canonical path" in ran.out
    assert "2024-01-22" in ran.out
    assert not ESCAPES.search(ran.out.replace("\n", ""))


def test_history_for_a_spreadsheet_has_a_row_for_each_sample_and_metric(user: User, shop: Repo) -> None:
    ran = user.runs("history", shop.path, "--format", "csv")

    rows = [row for row in csv.DictReader(io.StringIO(ran.out)) if row["metric"] == "imports.fragmented"]
    assert [row["value"] for row in rows] == ["0", "1", "3", "2"]
    assert [(row["introduced"], row["fixed"]) for row in rows[1:]] == [("1", "0"), ("2", "0"), ("0", "1")]


def test_history_for_programs_and_for_github(user: User, shop: Repo) -> None:
    for_programs = json.loads(user.runs("history", shop.path, "--format", "json").out)
    for_github = user.runs("history", shop.path, "--format", "markdown").out

    assert for_programs
    assert "```mermaid\n" in for_github
    assert "https://github.com/acme/shop/commit/" in for_github


def test_history_goes_back_no_farther_than_it_is_asked_to(user: User, shop: Repo) -> None:
    ran = user.runs("history", shop.path, "--since", "3d", "--every", "1w", "--format", "csv")

    assert [row["value"] for row in csv.DictReader(io.StringIO(ran.out)) if row["metric"] == "imports.fragmented"] == [
        "3",
        "2",
    ]


@pytest.mark.parametrize("duration", ["soon", "0w", "12", "-1d", "99999w"])
def test_a_duration_that_is_none_is_told_with_examples(user: User, shop: Repo, duration: str) -> None:
    ran = user.runs("history", shop.path, f"--since={duration}")

    assert ran.code == 2
    assert "is no number of days or weeks such as 30d or 26w" in " ".join(ran.err.split())


def test_history_of_a_repository_without_commits_says_so(user: User, tmp_path: Path) -> None:
    ran = user.runs("history", Repo.create(tmp_path / "empty").path)

    assert (ran.code, ran.err) == (2, "fifthwhy: this repository has no commits yet\n")


def test_the_issue_report_says_where_it_stands_why_and_what_to_do(user: User, shop: Repo) -> None:
    ran = user.runs("audit", shop.path, "--issue-report", "--format", "markdown")

    assert (ran.code, ran.err) == (0, "")
    for said in (
        "**Impact**: Carts lose prices",
        "#### Five whys",
        "`shop.models`",
        "#### Next actions",
        "counted with the change applied in memory",
        "#### Trend",
        "#### Recommendation",
        "`carts`",
    ):
        assert said in ran.out, said


def test_the_issue_report_links_each_finding_to_the_commit_that_brought_it(user: User, shop: Repo) -> None:
    report = json.loads(user.runs("audit", shop.path, "--issue-report", "--format", "json").out)

    brought = {each["by"]["subject"]: each["pull_request"] for each in report["status"]["origins"] if each["exact"]}
    assert brought == {"Merge pull request #4 from ada/pages": 4}
    action = report["status"]["actions"][0]
    assert (action["before"], action["after"], action["checked"], action["phase"]) == (2, 0, True, "Imports")


def test_without_time_to_look_back_nothing_is_said_of_the_past(user: User, tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "shop")
    repo.commit({**SHOP, "shop/first.py": WRONG})
    repo.wait(days=8)
    repo.commit({"shop/second.py": WRONG})
    report = json.loads(user.runs("audit", repo.path, "--issue-report", "--budget", "0", "--format", "json").out)
    told = user.runs("history", repo.path, "--budget", "0").out

    status = report["status"]
    assert status["origins"] == []
    assert not [cause for chain in status["chains"] for cause in chain["causes"] if cause["step"] == 3]
    assert "1 earlier sample could not be looked at within the budget." in status["notes"]
    assert "nothing earlier" not in told
    assert "1 earlier sample could not be looked at" in told


def test_a_shallow_clone_is_told(user: User, shop: Repo, tmp_path: Path) -> None:
    clone = shop.clone(tmp_path / "clone", "--depth=2")

    told = "This clone is shallow: what was before 2024-01-15 is not in it."
    assert told in user.runs("history", clone.path).out
    assert told in user.runs("history", clone.path, "--format", "markdown").out
    assert told in user.runs("audit", clone.path, "--issue-report", "--format", "markdown").out


def test_results_of_tests_are_grouped_into_the_suites_of_the_policy(user: User, shop: Repo, tmp_path: Path) -> None:
    results = tmp_path / "results.xml"
    results.write_text(
        '<testsuites><testsuite name="unit tests" tests="2">'
        '<testcase classname="t" name="a"/><testcase classname="t" name="b"><failure message="no"/></testcase>'
        "</testsuite></testsuites>"
    )
    ran = user.runs("audit", shop.path, "--issue-report", "--format", "json", "--junit", results)

    suites = {each["name"]: each["state"] for each in json.loads(ran.out)["status"]["suites"]}
    assert suites == {"Unit": "failed", "Browser": "missing"}


def test_results_of_tests_without_suites_in_the_policy_are_said_to_be_left_out(user: User, tmp_path: Path) -> None:
    results = tmp_path / "results.xml"
    results.write_text('<testsuites><testsuite name="unit"><testcase name="a"/></testsuite></testsuites>')
    repo = Repo.create(tmp_path / "plain")
    repo.commit({"shop/cart.py": ""})
    ran = user.runs("audit", repo.path, "--issue-report", "--format", "json", "--junit", results)

    assert json.loads(ran.out)["status"]["notes"] == [
        "The policy names no `suites`: the results of tests that were given are not shown."
    ]


def test_results_that_are_no_junit_xml_are_named(user: User, shop: Repo, tmp_path: Path) -> None:
    results = tmp_path / "results.xml"
    results.write_text("all fine")
    ran = user.runs("audit", shop.path, "--issue-report", "--junit", results)

    assert ran.code == 2
    assert str(results) in ran.err


def test_the_same_commit_gives_the_same_report(user: User, shop: Repo) -> None:
    first, second = (user.runs("audit", shop.path, "--issue-report", "--format", "json").out for _ in range(2))
    assert first == second
