"""A patch that puts ignore comments above findings: applied by git itself, it leaves them out."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.findings import RuleName
from analyzers.ignore_patch import IgnorePatch, ignore_patch
from analyzers.places import Place
from analyzers.report import FindingRow
from tests.repositories import Repo

REASON = "accepted by ada in #7"


def finding(path: str, line: int, rule: RuleName = "imports.fragmented") -> FindingRow:
    place = Place(path, line, line, None)
    return FindingRow(rule, "Cart", "", "medium", "production", False, f"{path}:{line}", place)


def applied(tmp_path: Path, text: str, *findings: FindingRow) -> str:
    """What git makes of a file with the patch for these findings in it."""
    repo = Repo.create(tmp_path / "shop")
    repo.commit({"shop/page.py": text})
    patch = ignore_patch(findings, {"shop/page.py": text.encode()}, REASON)
    assert patch.left == 0
    (tmp_path / "ignores.patch").write_text(patch.text)
    repo.git("apply", "--unidiff-zero", str(tmp_path / "ignores.patch"))
    return (repo.path / "shop/page.py").read_text()


def test_a_comment_is_put_above_the_line(tmp_path: Path) -> None:
    text = "import os\nfrom shop.models import Cart\n"
    assert applied(tmp_path, text, finding("shop/page.py", 2)) == (
        f"import os\n# fifthwhy: ignore[imports.fragmented] {REASON}\nfrom shop.models import Cart\n"
    )


def test_above_the_first_line_as_well(tmp_path: Path) -> None:
    assert applied(tmp_path, "import os\n", finding("shop/page.py", 1)).startswith("# fifthwhy: ignore")


def test_a_comment_is_indented_as_the_line_is(tmp_path: Path) -> None:
    text = "def pay():\n\tfrom shop.models import Cart\n"
    assert "\n\t# fifthwhy: ignore" in applied(tmp_path, text, finding("shop/page.py", 2))


def test_several_findings_in_a_file_each_have_their_comment(tmp_path: Path) -> None:
    lines = [f"import m{number}" for number in range(1, 9)]
    patched = applied(tmp_path, "\n".join(lines) + "\n", *(finding("shop/page.py", line) for line in (8, 3, 5)))
    above = [patched.splitlines()[patched.splitlines().index(f"import m{number}") - 1] for number in (3, 5, 8)]
    assert all(line.startswith("# fifthwhy: ignore") for line in above)


def test_findings_of_several_rules_on_one_line_share_a_comment(tmp_path: Path) -> None:
    both = finding("shop/page.py", 1, "imports.legacy"), finding("shop/page.py", 1)
    patched = applied(tmp_path, "import os\n", *both)
    assert patched.startswith("# fifthwhy: ignore[imports.fragmented, imports.legacy] ")


@pytest.mark.parametrize(
    ("path", "text", "line", "rule"),
    [
        pytest.param("shop/page.py", b"x = 1 + \\\n    2\n", 2, "auth.patterns", id="inside of a continued line"),
        pytest.param("shop/page.py", b"x = 1\n", 1, "ssot.ignores", id="a rule that cannot be left out"),
        pytest.param("shop/page.py", b"x = 1\n", 9, "imports.legacy", id="beyond the file"),
        pytest.param("shop/new\nline.py", b"x = 1\n", 1, "imports.legacy", id="a path that is written in another way"),
        pytest.param("shop/other.py", None, 1, "imports.legacy", id="a file that is not at hand"),
    ],
)
def test_what_cannot_be_covered_is_counted(path: str, text: bytes | None, line: int, rule: RuleName) -> None:
    files = {} if text is None else {path: text}
    assert ignore_patch([finding(path, line, rule)], files, REASON) == IgnorePatch("", 1)
