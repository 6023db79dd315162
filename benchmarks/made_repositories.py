"""Repositories that the benchmarks make: pull requests on a given repository, which stays as it is, and large ones.

Everything is deterministic, given the same repository and the same installed packages.
"""

from __future__ import annotations

import re
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

from analyzers.tree import python_files
from bot.git.object_reader import Repository

BASE = "base"
CHANGED = 20

_PLAIN = re.compile(r"[\w./-]+", re.ASCII)
_IMPORT = re.compile(rb"^from [\w.]+ import \w+(?:, \w+)*$", re.MULTILINE)
_ABSOLUTE = re.compile(r"^([ \t]*)(from|import)([ \t]+)(\w+)(?=[ \t.])|^([ \t]*)import[ \t]+(\w+)$", re.MULTILINE)
_LARGEST = 500_000


def pull_requests(
    folder: Path,
    repository: Repository,
    commit: str,
    count: int,
    *,
    files: int = CHANGED,
    policy: bytes | None = None,
) -> list[str]:
    """A bare repository with a commit of the given one's tree, and branches that each change some Python files of it.

    It borrows the given repository's objects and writes its own, so that nothing is copied and that one not touched.
    The branches differ in what they write, so that none is known for another's sake.
    """
    git = _new(folder)
    objects = _text(repository.git_dir, "rev-parse", "--path-format=absolute", "--git-path", "objects")
    (folder / "objects" / "info" / "alternates").write_text(f"{objects}\n")
    tree = _text(repository.git_dir, "rev-parse", f"{commit}^{{tree}}")
    contents = _contents_to_change(repository, commit, files)
    stream = [_commit(BASE, None), f'M 040000 {tree} ""\n'.encode()]
    if policy is not None:
        stream.append(_file(".github/fifthwhy.yml", policy))
    names = [f"pull-{number}" for number in range(count)]
    for number, name in enumerate(names):
        stream.append(_commit(name, BASE))
        stream += (_file(path, content) for path, content in _changed(contents, number).items())
    _import(git, iter(stream))
    return names


def _contents_to_change(repository: Repository, commit: str, count: int) -> dict[str, bytes]:
    """Files that import something, evenly over the whole tree."""
    files = [entry for entry in python_files(repository.tree(commit)) if _PLAIN.fullmatch(entry.path)]
    step = max(1, len(files) // (count * 4))
    some = sorted(files, key=lambda entry: entry.path)[::step]
    contents = dict(repository.blobs([entry.blob for entry in some]))
    fit = [entry for entry in some if isinstance(body := contents[entry.blob], bytes) and _IMPORT.search(body)]
    chosen = fit[:: max(1, len(fit) // count)][:count]
    return {entry.path: body for entry in chosen if isinstance(body := contents[entry.blob], bytes)}


def _changed(contents: Mapping[str, bytes], number: int) -> dict[str, bytes]:
    """Each file with a new function, and with an import that the next one has as well."""
    paths = list(contents)
    changed = {}
    for path, neighbour in zip(paths, [*paths[1:], *paths[:1]], strict=True):
        found = _IMPORT.search(contents[neighbour])
        line = found.group() if found else b"import json"
        added = b"\n\n%s\n\n\ndef added_%d(value):\n    return value + %d\n" % (line, number, number)
        changed[path] = contents[path].rstrip() + added
    return changed


def large(folder: Path, count: int) -> Repository:
    """A repository of so many Python files: the standard library and the installed packages, again and again.

    Each time around, the packages have other names, and so have the imports of them; no two files are the same.
    """
    git = _new(folder)
    sources = _sources()
    names = {path.split("/")[0].removesuffix(".py") for path in sources}

    def stream() -> Iterator[bytes]:
        yield _commit(BASE, None)
        for number in range(count):
            around, place = divmod(number, len(sources))
            path = list_of_paths[place]
            yield _file(_renamed_path(path, around), _renamed(sources[path], names, around))

    list_of_paths = list(sources)
    _import(git, stream())
    return Repository(folder)


def _sources() -> dict[str, str]:
    """What is installed for this Python, by path."""
    found: dict[str, str] = {}
    for name in ("stdlib", "purelib"):
        root = Path(sysconfig.get_path(name))
        for file in sorted(root.rglob("*.py")):
            path = file.relative_to(root).as_posix()
            if path.startswith("site-packages/") or not _PLAIN.fullmatch(path) or file.stat().st_size > _LARGEST:
                continue
            try:
                found.setdefault(path, file.read_text("utf-8"))
            except UnicodeDecodeError:
                continue
    return found


def _renamed_path(path: str, around: int) -> str:
    first, slash, rest = path.partition("/")
    return f"{first}_{around}/{rest}" if slash else f"{first.removesuffix('.py')}_{around}.py"


def _renamed(source: str, names: set[str], around: int) -> bytes:
    def new_name(match: re.Match[str]) -> str:
        indent, word, space, name, lone_indent, lone = match.groups()
        if lone is not None:
            return f"{lone_indent}import {lone}_{around} as {lone}" if lone in names else match.group()
        return f"{indent}{word}{space}{name}_{around}" if name in names else match.group()

    return f"{_ABSOLUTE.sub(new_name, source)}\n# {around}\n".encode()


def _new(folder: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", "--bare", f"--initial-branch={BASE}", str(folder)], check=True)
    return folder


def _text(git_dir: Path, *arguments: str) -> str:
    done = subprocess.run(["git", f"--git-dir={git_dir}", *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _commit(branch: str, parent: str | None) -> bytes:
    begun = f"commit refs/heads/{branch}\ncommitter Ada Example <ada@example.org> 1704067200 +0000\ndata 4\nmade\n"
    return begun.encode() if parent is None else f"{begun}from refs/heads/{parent}\n".encode()


def _file(path: str, content: bytes) -> bytes:
    return b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content)


def _import(git_dir: Path, stream: Iterator[bytes]) -> None:
    command = ["git", f"--git-dir={git_dir}", "fast-import", "--quiet"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        if process.stdin is None:
            raise AssertionError("it is a pipe")
        process.stdin.writelines(stream)
        process.stdin.close()
        if process.wait() != 0:
            raise SystemExit("git fast-import failed")
