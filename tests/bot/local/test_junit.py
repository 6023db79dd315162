"""JUnit files: what pytest really writes, what other runners do, and what is no such file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from analyzers.policy import Policy, SuitePolicy
from analyzers.suites import Check, Counts, suites_of
from bot.local.junit import JUnitError, read_junit

MODULE: Final = """
import pytest

@pytest.fixture
def broken(): raise RuntimeError("no database")

def test_good(): pass
def test_bad(): assert 1 == 2, "one is not\\ntwo"
def test_error(broken): pass
@pytest.mark.parametrize("n", range({passing}))
def test_many(n): assert n < {failing_from}
@pytest.mark.skip
def test_later(): pass
"""


GO_ON: Final = "--continue-on-collection-errors"


def run_pytest(folder: Path, modules: dict[str, str], *options: str) -> Path:
    """What pytest writes about these modules."""
    for name, text in modules.items():
        (folder / name).write_text(text)
    file = folder / "results.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", "."]
    subprocess.run([*command, f"--junit-xml={file}", *options], cwd=folder, capture_output=True, check=False)
    return file


def write(folder: Path, text: str | bytes, name: str = "results.xml") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def read(file: Path) -> Check:
    (check,) = read_junit([file])
    return check


# --- what pytest writes -----------------------------------------------------------------------------------------------


def test_the_tests_of_pytest_are_counted_and_those_that_failed_listed(tmp_path: Path) -> None:
    module = MODULE.format(passing=3, failing_from=3)
    check = read(run_pytest(tmp_path, {"test_shop.py": module, "test_old.py": "import shop.gone\n"}, GO_ON))
    assert (check.name, check.state, check.url) == ("pytest", "failed", None)
    assert check.detail == "4 passed, 2 failed, 1 blocked, 1 skipped"
    assert check.tests is not None
    assert (check.tests.passed, check.tests.failed, check.tests.blocked) == (4, 2, 1)
    assert {(row.name, row.state) for row in check.tests.failing} == {
        ("test_old", "blocked"),
        ("test_shop::test_bad", "failed"),
        ("test_shop::test_error", "failed"),
    }
    assert any(row.detail.startswith("AssertionError: one is not") for row in check.tests.failing)


def test_a_module_that_cannot_be_imported_blocks_its_suite(tmp_path: Path) -> None:
    check = read(run_pytest(tmp_path, {"test_old.py": "import shop.gone\n"}))
    assert (check.state, check.detail) == ("blocked", "1 blocked")


def test_of_many_that_failed_some_are_listed_and_all_are_counted(tmp_path: Path) -> None:
    check = read(run_pytest(tmp_path, {"test_shop.py": MODULE.format(passing=90, failing_from=10)}))
    assert check.tests is not None
    assert (check.tests.failed, len(check.tests.failing)) == (82, 20)
    assert check.detail == "11 passed, 82 failed, 1 skipped; 20 of 82 that did not pass are listed"


def test_a_suite_that_pytest_was_given_a_name_for_is_matched_by_it(tmp_path: Path) -> None:
    file = run_pytest(tmp_path, {"test_shop.py": "def test(): pass\n"}, "-o", "junit_suite_name=integration")
    policy = Policy(suites=(SuitePolicy(name="Integration", checks=("integr*",)),))
    (row,) = suites_of(policy, read_junit([file]), known=True)
    assert (row.state, row.passed) == ("passed", 1)


def test_a_run_without_a_test_is_no_result(tmp_path: Path) -> None:
    check = read(run_pytest(tmp_path, {}))
    assert (check.state, check.detail) == ("blocked", "no test ran")


def test_a_run_in_which_all_was_skipped_shows_nothing(tmp_path: Path) -> None:
    text = "import pytest\n\npytestmark = pytest.mark.skip\n\ndef test(): pass\n"
    check = read(run_pytest(tmp_path, {"test_shop.py": text}))
    assert (check.state, check.detail) == ("skipped", "1 skipped")


# --- what others write ------------------------------------------------------------------------------------------------


def test_suites_in_suites_are_checks_of_their_own(tmp_path: Path) -> None:
    text = """
        <testsuites name="all">
          <testsuite name="web"><testsuite name="web.cart"><testcase name="a"/></testsuite>
            <testsuite name="web.users"><testcase name="b"><error type="KeyError"/></testcase></testsuite></testsuite>
          <testsuite name="data"><testcase name="c"/><testcase name="d"><skipped/></testcase></testsuite>
        </testsuites>
    """
    checks = read_junit([write(tmp_path, text.strip())])
    assert [(check.name, check.state, check.detail) for check in checks] == [
        ("web.cart", "passed", "1 passed"),
        ("web.users", "failed", "1 failed"),
        ("data", "passed", "1 passed, 1 skipped"),
    ]


def test_a_single_suite_without_a_name_is_called_as_its_file(tmp_path: Path) -> None:
    check = read(write(tmp_path, '<testsuite tests="1"><testcase name="a"/></testsuite>', "nightly.xml"))
    assert (check.name, check.tests) == ("nightly", Counts(passed=1, failed=0, blocked=0))


def test_suites_of_one_name_all_count(tmp_path: Path) -> None:
    one = '<testsuite name="pytest"><testcase name="a"><failure/></testcase></testsuite>'
    other = '<testsuites><testsuite name="pytest"><testcase name="a"/></testsuite></testsuites>'
    files = [write(tmp_path, one, "1.xml"), write(tmp_path, other, "2.xml")]
    policy = Policy(suites=(SuitePolicy(name="Unit", checks=("pytest",)),))
    (row,) = suites_of(policy, read_junit(files), known=True)
    assert (row.state, row.passed, row.failed) == ("failed", 1, 1)


def test_long_names_and_messages_are_cut_to_a_line(tmp_path: Path) -> None:
    name = "n" * 5_000
    text = f'<testsuite name="{name}"><testcase name="{name}"><failure message="{name}&#10;x"/></testcase></testsuite>'
    check = read(write(tmp_path, text))
    assert check.tests is not None
    (row,) = check.tests.failing
    assert [len(one) for one in (check.name, row.name, row.detail)] == [200, 200, 200]


# --- what is no such file ---------------------------------------------------------------------------------------------

LAUGHS: Final = """<!DOCTYPE t [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><testsuite name="&b;"/>"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("", "cannot be used: no element found", id="empty"),
        pytest.param("3 passed", "cannot be used: syntax error: line 1", id="no XML"),
        pytest.param("<testsuite>", "cannot be used: no element found", id="cut off"),
        pytest.param("<html/>", "has no `testsuites` or `testsuite` at its top", id="other XML"),
        pytest.param(LAUGHS, "declares a document type", id="entities"),
        pytest.param('<!DOCTYPE t SYSTEM "file:///etc/passwd"><testsuite/>', "declares a document type", id="external"),
        pytest.param("<testsuite>" * 100_000, "nested too deeply", id="deep"),
        pytest.param("<testsuites>" + "<a/>" * 1_000_001, "too many elements", id="many"),
        pytest.param('<?xml version="1.0" encoding="klingon"?><testsuite/>', "unknown encoding", id="encoding"),
        pytest.param(b"<testsuites>" + b" " * 32 * 1024 * 1024, "is larger than 32 MiB", id="large"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_what_helps(tmp_path: Path, text: str | bytes, told: str) -> None:
    good, bad = write(tmp_path, "<testsuites/>", "good.xml"), write(tmp_path, text, "bad.xml")
    with pytest.raises(JUnitError) as caught:
        read_junit([good, bad])
    assert str(caught.value).startswith(f"{bad} ")
    assert told in str(caught.value)
    assert "`pytest " in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JUnitError, match=r"nothing\.xml cannot be read: No such file"):
        read_junit([tmp_path / "nothing.xml"])
    with pytest.raises(JUnitError, match="cannot be read: Is a directory"):
        read_junit([tmp_path])
