"""Which files pytest collects, by a repository's settings."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.collection import LARGEST_FILE, collection_paths, read_collection


def collected(files: Mapping[str, str], *paths: str) -> list[str]:
    settings = read_collection({path: text.encode() for path, text in files.items()})
    return [path for path in paths if settings.collects(path)]


def test_without_settings_names_say_what_a_test_module_is() -> None:
    paths = (
        "test_a.py",
        "a/b_test.py",
        "a/test_b.py",
        "a/tests.py",
        "a/conftest.py",
        "build/test_c.py",
        ".tox/test_d.py",
    )
    assert collected({}, *paths) == ["test_a.py", "a/b_test.py", "a/test_b.py"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", "[tool.pytest.ini_options]\npython_files = 'check_*.py unit/*.py'"),
        ("pyproject.toml", "[tool.pytest]\npython_files = ['check_*.py', 'unit/*.py']"),
        ("pytest.toml", "[pytest]\npython_files = ['check_*.py', 'unit/*.py']"),
        ("pytest.ini", "[pytest]\npython_files =\n    check_*.py\n    unit/*.py"),
        ("tox.ini", "[tox]\nenvlist = py\n[pytest]\npython_files = check_*.py unit/*.py"),
        ("setup.cfg", "[tool:pytest]\npython_files = check_*.py unit/*.py"),
    ],
)
def test_the_patterns_are_those_of_the_settings_wherever_they_stand(path: str, text: str) -> None:
    assert collected({path: text}, "test_a.py", "a/check_a.py", "a/unit/b.py") == ["a/check_a.py", "a/unit/b.py"]


def test_the_file_that_is_pytests_own_goes_before_the_others() -> None:
    files = {"pytest.ini": "", "setup.cfg": "[tool:pytest]\npython_files = check_*.py"}
    assert collected(files, "test_a.py", "check_a.py") == ["test_a.py"]


def test_settings_hold_for_their_folder() -> None:
    files = {"pytest.ini": "[pytest]\npython_files = a_*.py", "sub/pytest.ini": "[pytest]\npython_files = b_*.py"}
    assert collected(files, "a_1.py", "b_1.py", "sub/a_1.py", "sub/x/b_1.py") == ["a_1.py", "sub/x/b_1.py"]


def test_what_the_settings_leave_out_is_no_test_module() -> None:
    text = """[pytest]
testpaths = tests more/*/tests
norecursedirs = data
addopts = -q --ignore=tests/old --ignore tests/test_b.py --ignore-glob='*/slow_*' -p "no:x"
"""
    paths = ("tests/test_a.py", "tests/test_b.py", "tests/old/test_c.py", "tests/data/test_d.py", "other/test_e.py")
    more = ("more/x/tests/test_f.py", "more/tests/test_g.py", "tests/slow_x/test_h.py")
    assert collected({"pytest.ini": text}, *paths, *more) == ["tests/test_a.py", "more/x/tests/test_f.py"]


@pytest.mark.parametrize(
    "text", ["python_files = [", "[tool.pytest.ini_options]\npython_files = 3", "[tool]\npytest = 1", "a = 1", "\x00"]
)
def test_settings_that_cannot_be_used_are_none(text: str) -> None:
    assert collected({"pyproject.toml": text, "tox.ini": "[pytest\n", "setup.cfg": "x"}, "test_a.py") == ["test_a.py"]


def test_settings_that_are_too_large_are_not_read() -> None:
    files = {"pytest.ini": "[pytest]\npython_files = check_*.py\n" + "#" * LARGEST_FILE}
    assert collected(files, "test_a.py") == ["test_a.py"]


def test_a_conftest_runs_before_the_tests_of_its_folder_and_below_within_the_project() -> None:
    top = read_collection({})
    assert list(top.conftests("a/b/test_c.py")) == ["conftest.py", "a/conftest.py", "a/b/conftest.py"]
    assert list(top.conftests("test_c.py")) == ["conftest.py"]
    nested = read_collection({"pytest.ini": b"", "a/setup.cfg": b"[metadata]\n"})
    assert list(nested.conftests("a/b/test_c.py")) == ["a/conftest.py", "a/b/conftest.py"]
    without = read_collection({"pytest.ini": b"[pytest]\naddopts = --noconftest\n"})
    assert list(without.conftests("a/test_c.py")) == []


def test_settings_are_found_wherever_they_lie_those_at_the_top_first() -> None:
    paths = ("a/b/pytest.ini", "setup.cfg", "a/tox.ini", "a/b.py", "pyproject.toml")
    assert collection_paths(paths) == ("pyproject.toml", "setup.cfg", "a/tox.ini", "a/b/pytest.ini")


@given(st.sampled_from(["pytest.ini", "pyproject.toml", "setup.cfg"]), st.text(), st.text(max_size=30))
def test_reading_never_raises(path: str, text: str, name: str) -> None:
    said = f"[pytest]\npython_files = {text}\naddopts = {text}\n"
    settings = read_collection({path: said.encode("utf-8", "surrogatepass")})
    assert settings.collects(f"a/{name}.py") in (True, False)
