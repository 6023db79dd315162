"""What is installed from the wheel works on its own, without the source beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.packaging.project import ROOMS, ROOT


@pytest.fixture(scope="module", params=["compiled", "pure"])
def wheel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    if request.param == "compiled" and shutil.which("cc") is None:
        pytest.skip("there is no C compiler")
    environ = {**os.environ, "FIFTHWHY_COMPILE": "require" if request.param == "compiled" else "no"}
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, env=environ, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_has_the_three_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    compiled = [name for name in names if name.endswith((".so", ".pyd"))]

    assert bool(compiled) is ("none-any" not in wheel.name)
    assert {name.partition("/")[0] for name in names if "__mypyc" not in name} == {*ROOMS, "fifthwhy-0.1.0.dist-info"}
    assert not [name for name in names if "__pycache__" in name]


def test_the_wheel_has_every_file_that_is_not_code(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    others = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in {".so", ".pyd"}
    }

    assert any(name.endswith(".j2") for name in others)
    assert others <= names


def test_an_audit_runs_from_the_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    installed, repository = tmp_path / "site", tmp_path / "repository"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    repository.mkdir()
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(installed),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "FIFTHWHY_DATA_DIR": str(tmp_path / "data"),
    }

    def run(*command: str) -> str:
        ran = subprocess.run(command, cwd=repository, env=environ, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    (repository / "shop.py").write_text("import os\n")
    run("git", "init", "--quiet", "--initial-branch=main")
    run("git", "add", ".")
    run("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "--message=First")

    assert Path(run(sys.executable, "-c", "import bot; print(bot.__file__)")).is_relative_to(installed)
    assert run(sys.executable, "-m", "bot", "audit", "--format", "markdown").strip()
