"""Test modules that cannot be collected: how a finding tells why."""

from __future__ import annotations

import pytest

from tests.analyzers.trees import Files, findings_of

PACKAGE = {"pkg/__init__.py": "", "pkg/core.py": "class X: ...\n"}


def messages(files: Files) -> list[str]:
    return [finding.message for finding in findings_of(files) if finding.rule == "tests.blocked"]


def chain(length: int) -> Files:
    steps = {f"pkg/m{number}.py": f"import pkg.m{number + 1}\n" for number in range(length)}
    return {**PACKAGE, **steps, f"pkg/m{length}.py": "import pkg.gone\n", "tests/test_a.py": "import pkg.m0\n"}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            {"tests/test_a.py": "import pkg.gone\n"},
            "it imports `pkg.gone`, which does not exist",
            id="itself",
        ),
        pytest.param(
            {"tests/test_a.py": "from pkg.odd import Y\n", "pkg/odd.py": "from pkg.core import Gone\nY = 1\n"},
            "it imports `pkg.odd`, which imports `pkg.core.Gone`, which does not exist",
            id="a module",
        ),
        pytest.param(
            {
                "tests/test_a.py": "import pkg.sub.deep\n",
                "pkg/sub/__init__.py": "import pkg.no\n",
                "pkg/sub/deep.py": "",
            },
            "it imports `pkg.sub.deep`, whose package `pkg.sub` imports `pkg.no`, which does not exist",
            id="a package around a module",
        ),
        pytest.param(
            {"tests/test_a.py": "import pkg.odd\n", "pkg/odd.py": "from ..pkg2 import Y\n"},
            "it imports `pkg.odd`, which imports `..pkg2`, which leads out of the top-level package",
            id="too many dots",
        ),
        pytest.param(
            {"tests/test_a.py": "", "tests/__init__.py": "", "tests/conftest.py": "import pkg.no\n"},
            "`tests/conftest.py` imports `pkg.no`, which does not exist",
            id="a conftest.py",
        ),
        pytest.param(
            {"tests/test_a.py": "", "tests/__init__.py": "import pkg.no\n"},
            "its package `tests` imports `pkg.no`, which does not exist",
            id="its package",
        ),
    ],
)
def test_the_message_tells_the_way_to_what_does_not_exist(files: Files, told: str) -> None:
    assert messages({**PACKAGE, **files}) == [f"cannot be collected: {told}"]


def test_of_a_long_chain_the_first_steps_are_told() -> None:
    assert messages(chain(4)) == [
        "cannot be collected: it imports `pkg.m0`, which imports `pkg.m1`, which imports `pkg.m2`, which imports "
        "`pkg.m3`, which imports `pkg.m4`, which imports `pkg.gone`, which does not exist"
    ]
    assert messages(chain(2_000)) == [
        "cannot be collected: it imports `pkg.m0`, which imports `pkg.m1`, which imports `pkg.m2`, which imports "
        "`pkg.m3`, which imports `pkg.m4`, which leads by 1,997 more imports to `pkg.gone`, which does not exist"
    ]


def test_a_finding_is_about_all_files_on_the_way() -> None:
    (found,) = (each for each in findings_of(chain(2)) if each.rule == "tests.blocked")
    assert found.about == ("pkg/m0.py", "pkg/m1.py", "pkg/m2.py")
    assert (found.symbol, found.detail, found.severity, found.scope) == ("pkg.gone", "pkg.gone", "high", "tests")


def test_files_that_ask_each_other_for_what_neither_has_are_told_once() -> None:
    files = {
        "pkg/__init__.py": "from pkg.odd import Gone\n",
        "pkg/odd.py": "from pkg import Gone\n",
        "tests/test_a.py": "from pkg.odd import Gone\n",
    }
    assert len(messages(files)) <= 1
    assert all("which does not exist" in message for message in messages(files))


def test_a_test_module_that_fails_by_itself_is_also_about_the_conftest_that_fails_before_it() -> None:
    files = {
        **PACKAGE,
        "pkg/odd.py": "import pkg.lost\n",
        "tests/conftest.py": "import pkg.gone\n",
        "tests/test_a.py": "",
        "tests/test_b.py": "import pkg.lost\n",
        "tests/test_c.py": "import pkg.odd\n",
    }
    found = {each.path: each for each in findings_of(files) if each.rule == "tests.blocked"}
    assert {path: (each.detail, each.about) for path, each in found.items()} == {
        "tests/test_a.py": ("pkg.gone", ("tests/conftest.py",)),
        "tests/test_b.py": ("pkg.lost", ("tests/test_b.py", "tests/conftest.py")),
        "tests/test_c.py": ("pkg.lost", ("pkg/odd.py", "tests/conftest.py")),
    }
