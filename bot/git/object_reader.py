"""Reading commits, trees and blobs out of a git repository: a bare mirror, a clone, a linked work tree.

Nothing is written, checked out or fetched. What a shallow or partial clone lacks is said to be missing.
"""

from __future__ import annotations

import contextlib
import difflib
import fcntl
import io
import os
import re
import selectors
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import IO, Final

from analyzers.tree import TreeEntry
from bot.git.git import (
    Command,
    GitCorruptError,
    GitError,
    GitTimeoutError,
    IncompleteCloneError,
    NotARepositoryError,
    UnknownRefError,
    UnsafeOwnerError,
    error_from,
    killed_at_the_end,
    run_git,
    start_git,
    trusted_folders,
)

DEFAULT_MAX_BLOB_BYTES: Final = 1024 * 1024
RENAME_LIMIT: Final = 1000
"""Where more files than this moved and changed, only unchanged ones are recognised (git-diff(1), -l)."""
_MOST_PATH_BYTES: Final = 500_000
"""Of the files among which it is looked for what moved: a command takes only so much (execve(2), E2BIG)."""

LONGEST_PATH: Final = 4096
"""No system can check out a file with a longer path (PATH_MAX), nor can git be asked for much longer ones."""

_PATHS_A_COMMAND: Final = 100
_ABSENT: Final = "000000"
"""The mode of a file that is not there (git-diff-tree(1), "RAW OUTPUT FORMAT")."""
_FOLDER: Final = "040000"

_USUAL_DEFAULTS: Final = ("main", "master")
_NAMES_COMPARED: Final = 2000
_STALLED_SECONDS: Final = 60.0
_READ_AHEAD: Final = 1024 * 1024
_PIPE_BYTES: Final = 256 * 1024
_WHICH_EXIST: Final = (
    *("rev-list", "--objects", "--no-walk"),
    *("--ignore-missing", "--missing=allow-any", "--stdin"),
)
"""Says of the objects on standard input which are here, without opening or fetching any (git-rev-list(1))."""

_OBJECT_ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Missing:
    """The blob is not in this clone: a filter or a shallow fetch left it out."""


@dataclass(frozen=True, slots=True)
class TooLarge:
    """The blob is larger than was asked for, and was not loaded."""

    size: int


BlobContent = bytes | Missing | TooLarge


@dataclass(frozen=True, slots=True)
class Change:
    """A file that differs between two commits: `old_*` at the base, `new_*` at the head, None where it is not there.

    `path` is its path at the head, or the last that it had. `old_path` is where it was if it moved, else None.
    """

    path: str
    old_path: str | None
    old_blob: str | None
    new_blob: str | None
    old_mode: str | None
    new_mode: str | None

    @property
    def entry(self) -> TreeEntry | None:
        """The file at the head."""
        if self.new_blob is None or self.new_mode is None:
            return None
        return TreeEntry(self.path, self.new_blob, self.new_mode)


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """What a report says of a commit. `date` is when it was committed, in ISO 8601 with its own offset."""

    sha: str
    date: str
    subject: str
    author: str


@dataclass(frozen=True, slots=True)
class Tip:
    """The last commit of a branch. `name` is without its remote's."""

    name: str
    commit: CommitInfo


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository, by its git directory (for a linked work tree: that tree's own)."""

    git_dir: Path

    @classmethod
    def discover(cls, path: Path) -> Repository:
        """The repository that a folder is in: a work tree (also a linked one), a folder in it, or a bare one.

        Raises `NotARepositoryError` or `UnsafeOwnerError`, each with what to do about it.
        """
        folder = path.absolute()
        if not folder.is_dir():
            raise NotARepositoryError(f"{path} is not a folder")
        try:
            return cls(_git_dir_of(folder))
        except NotARepositoryError as error:
            raise NotARepositoryError(f"{path} is not in a git repository") from error
        except UnsafeOwnerError:
            return cls(_trusted_git_dir_of(folder))

    def resolve(self, ref: str) -> str:
        """The id of the commit that a branch, tag, commit id or expression such as `HEAD~2` names.

        Raises `UnknownRefError`, with near names.
        """
        if "\0" in ref:
            raise self._unknown(ref)
        try:
            found = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        except GitError as error:
            if type(error) in (GitError, UnknownRefError):
                raise self._unknown(ref) from error
            raise
        sha = found.decode().strip()
        if not _OBJECT_ID.fullmatch(sha):  # `^main` would be an answer as well: everything but main
            raise self._unknown(ref)
        return sha

    def default_branch(self) -> str:
        """The name of the branch that changes are merged into, as `resolve` takes it: `origin/main`, …

        What `origin` calls its default; else HEAD of a bare repository; else the first usual name there is.
        """
        refs = self._refs()
        head = self._symbolic("refs/remotes/origin/HEAD").removeprefix("refs/remotes/")
        if head in refs:
            return head
        if self._git("rev-parse", "--is-bare-repository").strip() == b"true":
            name = self._symbolic("HEAD").removeprefix("refs/heads/")
            if name in refs:
                return name
        for name in (f"{prefix}{usual}" for usual in _USUAL_DEFAULTS for prefix in ("origin/", "")):
            if name in refs:
                return name
        raise UnknownRefError("cannot tell which branch is the default one here; name it with --base")

    def merge_base(self, one: str, other: str) -> str | None:
        """The commit where two histories part, or None where they share nothing.

        Raises `IncompleteCloneError` where a shallow clone may be hiding it.
        """
        found = self._git("merge-base", _checked(one), _checked(other), accept=(0, 1)).decode().strip()
        if found:
            return found
        if self.is_shallow():
            raise IncompleteCloneError(
                f"this clone is shallow and does not reach back to where {one[:12]} and {other[:12]} part; "
                "bring it with `git fetch --unshallow origin`, or in steps with `git fetch --deepen=100 origin`"
            )
        return None

    def is_shallow(self) -> bool:
        """Whether the history was cut off when it was cloned."""
        return self._git("rev-parse", "--is-shallow-repository").strip() == b"true"

    def tree(self, commit: str) -> tuple[TreeEntry, ...]:
        """Every file of a commit, symbolic links and submodules included, in git's order.

        Paths that are not UTF-8 hold surrogate escapes (`os.fsdecode`'s way).
        """
        listing = self._git("ls-tree", "-r", "-z", "--full-tree", _checked(commit))
        return tuple(_tree_entries(listing))

    def entries(self, commit: str, paths: Iterable[str]) -> tuple[TreeEntry, ...]:
        """Those of these files that a commit has, in no particular order. Reads only the folders on the way to them."""
        return tuple(entry for entry in self._listed(commit, paths) if entry.mode != _FOLDER)

    def _listed(self, commit: str, paths: Iterable[str]) -> Iterator[TreeEntry]:
        wanted = {path for path in paths if _is_file_path(path)}
        for some in _batches(sorted(wanted), _PATHS_A_COMMAND):
            # Literal: a path may begin with ":", and with that a pathspec of another kind.
            exactly = [f":(literal){path}" for path in some]
            listing = self._git("ls-tree", "-z", "-t", "--full-tree", _checked(commit), "--", *exactly)
            yield from (entry for entry in _tree_entries(listing) if entry.path in wanted)

    def folders(self, commit: str, paths: Iterable[str]) -> frozenset[str]:
        """Those of these folders that a commit has."""
        return frozenset(entry.path for entry in self._listed(commit, paths) if entry.mode == _FOLDER)

    def changes(self, base: str, head: str, *, follow: bool = True) -> tuple[Change, ...]:
        """Every file that differs between two commits, in git's order. Costs what the change changed.

        Python files that moved are one change; others, which nobody follows, are a file that went and one that came,
        as all are unless `follow`.
        """
        listing = self._git("diff-tree", "-r", "-z", "--raw", "--no-renames", *self._between(base, head))
        changes = {change.path: change for change in _changes(listing)}
        came = [path for path, change in changes.items() if change.old_blob is None and path.endswith(".py")]
        went = [path for path, change in changes.items() if change.new_blob is None and path.endswith(".py")]
        moved = self.renames(base, head) if follow and came and went else {}
        for path, old_path in moved.items():
            old = changes.pop(old_path)
            changes[path] = replace(changes[path], old_path=old_path, old_blob=old.old_blob, old_mode=old.old_mode)
        return tuple(changes.values())

    def renames(self, base: str, head: str, patterns: Sequence[str] = ("*.py",)) -> dict[str, str]:
        """The files that moved between two commits: path at head -> path at base.

        Files that changed as well are found by likeness, unless that needs a blob that is not in this clone,
        or more than `RENAME_LIMIT` files moved: then only those that stayed the same are found. Empty files are all
        alike, so that of none of them is it known whether it moved; nothing is found in one either.
        """
        try:
            listing = self._diff_renames(base, head, "-M", patterns)
        except (GitCorruptError, IncompleteCloneError):
            listing = self._diff_renames(base, head, "-M100%", patterns)
        fields = listing.decode("utf-8", "surrogateescape").split("\0")[:-1]
        # Three fields each: `:<modes and ids> R<score>`, old path, new path (git-diff-tree(1), "RAW OUTPUT
        # FORMAT").
        return dict(zip(fields[2::3], fields[1::3], strict=True))

    def renames_among(self, base: str, head: str, paths: Sequence[str]) -> dict[str, str] | None:
        """The same among these files alone; None where they are too many to be compared."""
        size = sum(len(path.encode("utf-8", "replace")) for path in paths)
        if len(paths) > RENAME_LIMIT or size > _MOST_PATH_BYTES:
            return None
        return self.renames(base, head, [f":(literal){path}" for path in paths])

    def blobs(self, ids: Iterable[str], max_bytes: int = DEFAULT_MAX_BLOB_BYTES) -> Iterator[tuple[str, BlobContent]]:
        """The content of each blob, in the order asked for, from one git process that runs a little ahead.

        At most one blob is in memory here, and none above `max_bytes` ever is. Raises `GitCorruptError` for
        damage.
        """
        wanted = [_checked(blob) for blob in ids]
        answered = 0
        try:
            for answer in _cat_file(self.git_dir, wanted, max_bytes):
                answered += 1
                yield answer
        except IncompleteCloneError:
            # Git before 2.45 dies at the first blob that a partial clone lacks: ask which are there, begin
            # again.
            yield from self._blobs_of_partial_clone(wanted[answered:], max_bytes)

    def commit_info(self, commit: str) -> CommitInfo:
        """Who committed what and when. From the raw commit, as `git log` may run a configured gpg.program."""
        return _parse_commit(commit, self._git("cat-file", "commit", _checked(commit)))

    def first_parents(self, head: str, most: int) -> tuple[CommitInfo, ...]:
        """The commits on the first-parent line of one, newest first, it included; at most so many.

        Of a shallow clone the line ends where the clone does.
        """
        # Not `git log`, which may run a configured gpg.program. A subject has neither NUL nor line break.
        listing = self._git(
            *("rev-list", "--first-parent", f"--max-count={most}", "--no-commit-header", "--encoding=UTF-8"),
            *("--format=%H%x00%ct %ci%x00%an%x00%s", _checked(head)),
        )
        lines = listing.decode("utf-8", "replace").split("\n")[:-1]
        return tuple(_line_commit(line) for line in lines)

    def touched(self, older: str, newer: str) -> tuple[tuple[str, frozenset[str]], ...]:
        """The first-parent commits after one and up to another, newest first, that changed Python files, with which."""
        line = self._git("rev-list", "--first-parent", "--parents", f"{_checked(older)}..{_checked(newer)}")
        # A commit with further ids behind it is compared as if these were all its parents (git-diff-tree(1), --stdin).
        pairs = b"".join(b" ".join(each.split()[:2]) + b"\n" for each in line.splitlines())
        listing = self._git(
            *("diff-tree", "--stdin", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv"),
            *("--", "*.py"),
            stdin=pairs,
        )
        return tuple(_touched(listing))

    def differences(
        self, pairs: Iterable[tuple[str, str | None]], keep: Callable[[str, bool], bool]
    ) -> Iterator[tuple[str, tuple[Change, ...]]]:
        """What each commit has otherwise than the one beside it, in the order asked for; beside None: all that it has.

        Told are the files that `keep` lets through, by path and whether they are on one side only, and commits with
        such. Nobody follows what moved. One git process runs a little ahead: many commits take no more memory than one.
        """
        asked = [" ".join(_checked(each) for each in pair if each is not None) for pair in pairs]
        return _differences(self.git_dir, asked, keep)

    def branches(self) -> tuple[Tip, ...]:
        """The last commits of all branches, those of remotes among them, the newest first."""
        ref = "%(refname)%00%(symref)%00%(objecttype)"
        commit = "%(objectname)%00%(committerdate:unix) %(committerdate:iso)%00%(authorname)%00%(contents:subject)"
        listing = self._git(
            "for-each-ref", "--sort=-committerdate", f"--format={ref}%00{commit}", "refs/heads", "refs/remotes"
        )
        lines = listing.decode("utf-8", "replace").split("\n")[:-1]
        return tuple(tip for line in lines if (tip := _tip(line)) is not None)

    def unmerged(self, tips: Iterable[str], into: str, most: int) -> dict[str, tuple[str, ...]] | None:
        """The commits behind these that another one does not have, each before its parents, which are told as well.

        None where there are more than so many.
        """
        asked = _lines([*map(_checked, tips), f"^{_checked(into)}"])
        listing = self._git("rev-list", "--parents", "--topo-order", f"--max-count={most + 1}", "--stdin", stdin=asked)
        lines = [line.split() for line in listing.decode().splitlines()]
        return {commit: tuple(parents) for commit, *parents in lines} if len(lines) <= most else None

    def remote_web_url(self, remote: str = "origin") -> str | None:
        """`https://host/owner/name` of the clone's origin, or None where it has none on the web."""
        url = self._git("config", "--get", f"remote.{remote}.url", accept=(0, 1))
        return web_url(os.fsdecode(url).rstrip("\n"))

    def folder_name(self) -> str:
        """What the repository's own folder is called, wherever in it or in its linked work trees one stands."""
        common = os.fsdecode(self._git("rev-parse", "--git-common-dir")).rstrip("\n")
        folder = Path("/", common)  # relative to where git was started
        return folder.parent.name if folder.name == ".git" else folder.name.removesuffix(".git")

    def _blobs_of_partial_clone(self, wanted: list[str], max_bytes: int) -> Iterator[tuple[str, BlobContent]]:
        present = self._present(wanted)
        found = _cat_file(self.git_dir, [blob for blob in wanted if blob in present], max_bytes)
        with contextlib.closing(found):
            for blob in wanted:
                yield next(found) if blob in present else (blob, Missing())

    def _present(self, blobs: Iterable[str]) -> frozenset[str]:
        listed = run_git(Command(_WHICH_EXIST, git_dir=self.git_dir), stdin=_lines(blobs))
        return frozenset(line.partition(b" ")[0].decode() for line in listed.splitlines())

    def _diff_renames(self, base: str, head: str, likeness: str, patterns: Sequence[str]) -> bytes:
        return self._git(
            *("diff-tree", "-r", "-z", likeness, f"-l{RENAME_LIMIT}", "--no-rename-empty", "--diff-filter=R"),
            *(*self._between(base, head), *patterns),
        )

    @staticmethod
    def _between(base: str, head: str) -> tuple[str, ...]:
        return "--no-ext-diff", "--no-textconv", _checked(base), _checked(head), "--"

    def _unknown(self, ref: str) -> UnknownRefError:
        refs = self._refs()
        if not refs and ref == "HEAD":
            return UnknownRefError("this repository has no commits yet")
        near = difflib.get_close_matches(ref, refs[:_NAMES_COMPARED], n=3)
        near += [name for name in refs if name.endswith(f"/{ref}")][:3]
        hint = f"; did you mean {', '.join(dict.fromkeys(near))}?" if near else ""
        return UnknownRefError(f"there is no branch, tag or commit {ref!r} here{hint}")

    def _refs(self) -> list[str]:
        listing = self._git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads", "refs/remotes", "refs/tags")
        return listing.decode("utf-8", "surrogateescape").splitlines()

    def _symbolic(self, name: str) -> str:
        return os.fsdecode(self._git("symbolic-ref", "--quiet", name, accept=(0, 1))).strip()

    def _git(self, *arguments: str, accept: Sequence[int] = (0,), stdin: bytes = b"") -> bytes:
        return run_git(Command(arguments, git_dir=self.git_dir), accept=accept, stdin=stdin)


def _git_dir_of(folder: Path, config: Sequence[tuple[str, str]] = ()) -> Path:
    found = run_git(Command(["rev-parse", "--absolute-git-dir"], cwd=folder, config=config))
    return Path(os.fsdecode(found.removesuffix(b"\n")))


def _trusted_git_dir_of(folder: Path) -> Path:
    try:
        return _git_dir_of(folder, [("safe.directory", trusted) for trusted in trusted_folders()])
    except UnsafeOwnerError as error:
        raise UnsafeOwnerError(
            f"{folder} belongs to another user, so git will not read it; if you trust it, run "
            f"`git config --global --add safe.directory {folder}`"
        ) from error


def _checked(name: str) -> str:
    if not _OBJECT_ID.fullmatch(name):
        raise ValueError(f"not a full object id: {name!r}")
    return name


def _tree_entries(listing: bytes) -> Iterator[TreeEntry]:
    for line in listing.decode("utf-8", "surrogateescape").split("\0"):
        if line:
            yield _tree_entry(line)


def _tree_entry(line: str) -> TreeEntry:
    """From `<mode> SP <type> SP <object> TAB <path>` (git-ls-tree(1), "OUTPUT FORMAT")."""
    header, _, path = line.partition("\t")
    mode, _, rest = header.partition(" ")
    return TreeEntry(path, rest.rpartition(" ")[2], mode)


def _is_file_path(path: str) -> bool:
    """Whether git can be asked for the path: it ends with an error where that leads out of the repository."""
    parts = path.split("/")
    return not {"", ".", ".."} & set(parts) and "\0" not in path and len(os.fsencode(path)) <= LONGEST_PATH


def _changes(listing: bytes) -> Iterator[Change]:
    """From two fields each: `:<modes and ids> <status>`, path (git-diff-tree(1), "RAW OUTPUT FORMAT")."""
    fields = listing.decode("utf-8", "surrogateescape").split("\0")[:-1]
    return (_change(header, path) for header, path in zip(fields[::2], fields[1::2], strict=True))


def _change(header: str, path: str) -> Change:
    old_mode, new_mode, old_blob, new_blob, _ = header.removeprefix(":").split(" ")
    return Change(
        path=path,
        old_path=None,
        old_blob=None if old_mode == _ABSENT else old_blob,
        new_blob=None if new_mode == _ABSENT else new_blob,
        old_mode=None if old_mode == _ABSENT else old_mode,
        new_mode=None if new_mode == _ABSENT else new_mode,
    )


_BRANCH: Final = re.compile(r"refs/(?:heads|remotes/[^/]+)/(?P<name>.+)")


def _tip(line: str) -> Tip | None:
    """From the format that `branches` asks for; None for a mere pointer to a branch, or what is no commit."""
    ref, symbolic, kind, commit = line.split("\0", 3)
    named = _BRANCH.fullmatch(ref)
    if named is None or symbolic or kind != "commit":
        return None
    return Tip(named["name"], _line_commit(commit))


def _batches(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))


class _PatientPipe(io.RawIOBase):
    """A pipe that waits for its next bytes, but not for ever. The reader's own pauses do not count."""

    def __init__(self, pipe: IO[bytes], seconds: float) -> None:
        self._fd = pipe.fileno()
        self._seconds = seconds
        self._selector = selectors.PollSelector()  # for one descriptor cheaper than epoll
        self._selector.register(self._fd, selectors.EVENT_READ)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._selector.select(self._seconds):
            raise GitTimeoutError(f"git cat-file gave no answer for {self._seconds:.0f} seconds, and was stopped")
        return os.readv(self._fd, [buffer])

    def close(self) -> None:
        self._selector.close()
        super().close()


def _cat_file(git_dir: Path, ids: Sequence[str], max_bytes: int) -> Generator[tuple[str, BlobContent]]:
    if not ids:
        return
    streamed = (("core.bigFileThreshold", str(max_bytes)),)  # what is larger, git does not load into memory either
    command = Command(["cat-file", "--batch", "--buffer"], git_dir=git_dir, config=streamed)
    with tempfile.TemporaryFile() as errors:
        process = start_git(command, stdin=_lines(ids), stderr=errors)
        with process, killed_at_the_end(process), _patiently(process) as answers:
            for blob in ids:
                content = _next_blob(answers, max_bytes)
                if content is None:
                    raise _error_of(command, process, errors)
                yield blob, content
            error = _error_of(command, process, errors)
    if isinstance(error, GitCorruptError):  # git calls a damaged loose object missing, and goes on
        raise error


def _differences(
    git_dir: Path, asked: Sequence[str], keep: Callable[[str, bool], bool]
) -> Generator[tuple[str, tuple[Change, ...]]]:
    """`git diff-tree --stdin` compares a commit with those behind it on its line as if these were its parents."""
    if not asked:
        return
    options = ("-r", "-z", "--root", "--raw", "--no-renames", "--no-ext-diff", "--no-textconv")
    command = Command(["diff-tree", "--stdin", *options], git_dir=git_dir)
    with tempfile.TemporaryFile() as errors:
        process = start_git(command, stdin=_lines(asked), stderr=errors)
        with process, killed_at_the_end(process), _patiently(process) as answers:
            yield from _compared(_fields(answers), keep)
            if process.wait() != 0:
                raise _error_of(command, process, errors)


_ON_ONE_SIDE: Final = frozenset({"A", "D"})
"""Added, deleted (git-diff(1), --diff-filter)."""


def _fields(answers: IO[bytes]) -> Iterator[str]:
    """Fields that end with NUL, as they come."""
    rest = b""
    while chunk := answers.read(_READ_AHEAD):
        whole, _, rest = (rest + chunk).rpartition(b"\0")
        yield from whole.decode("utf-8", "surrogateescape").split("\0") if whole else ()


def _compared(fields: Iterator[str], keep: Callable[[str, bool], bool]) -> Iterator[tuple[str, tuple[Change, ...]]]:
    """A commit, then `:<modes and ids> <status>` and a path for each file that differs (git-diff-tree(1))."""
    commit, found = "", list[Change]()
    for field in fields:
        if not field.startswith(":"):  # a path never stands here
            if found:
                yield commit, tuple(found)
            commit, found = field, []
        elif (path := next(fields, None)) is not None and keep(path, field[-1] in _ON_ONE_SIDE):
            found.append(_change(field, path))
    if found:
        yield commit, tuple(found)


def _error_of(command: Command, process: subprocess.Popen[bytes], errors: IO[bytes]) -> GitError:
    code = process.wait()
    errors.seek(0)
    return error_from(command, code, errors.read(_READ_AHEAD))


def _patiently(process: subprocess.Popen[bytes]) -> io.BufferedReader:
    if process.stdout is None:
        raise ValueError("standard output must be a pipe")
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        # Fewer turns between git and us: a tenth less time. A user has only so much of it (pipe(7)).
        with contextlib.suppress(OSError):
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return io.BufferedReader(_PatientPipe(process.stdout, _STALLED_SECONDS), _READ_AHEAD)


def _lines(ids: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in ids).encode()


def _next_blob(answers: IO[bytes], max_bytes: int) -> BlobContent | None:
    """The next answer, or None where git died before giving it whole.

    `<object> SP <type> SP <size> LF <content> LF` or `<object> SP missing LF` (git-cat-file(1), "BATCH
    OUTPUT").
    """
    header = answers.readline()
    if not header.endswith(b"\n"):
        return None
    if header.endswith(b" missing\n"):
        return Missing()
    _, kind, size_text = header.split()
    size = int(size_text)
    if kind == b"blob" and size <= max_bytes:
        content = answers.read(size + 1)
        return content[:-1] if len(content) == size + 1 else None
    if not _skip(answers, size + 1):
        return None
    return TooLarge(size) if kind == b"blob" else Missing()


def _skip(answers: IO[bytes], size: int) -> bool:
    while size > 0:
        chunk = answers.read(min(size, _READ_AHEAD))
        if not chunk:
            return False
        size -= len(chunk)
    return True


_PERSON: Final = re.compile(r"(?P<name>.*?) ?<[^>]*> (?P<seconds>-?\d+) (?P<zone>[+-]\d{4})")


def _parse_commit(sha: str, raw: bytes) -> CommitInfo:
    """A raw commit: header lines, an empty line, the message. Either may hold anything (git-hash-object)."""
    head, _, message = raw.partition(b"\n\n")
    headers: dict[bytes, bytes] = {}
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        headers.setdefault(key, value)
    encoding = headers.get(b"encoding", b"utf-8").decode("ascii", "replace")
    author = _PERSON.match(_decoded(headers.get(b"author", b""), encoding))
    committer = _PERSON.match(_decoded(headers.get(b"committer", b""), encoding))
    return CommitInfo(
        sha=sha,
        date=_iso_date(int(committer["seconds"]), committer["zone"]) if committer else _iso_date(0, "+0000"),
        subject=_subject(_decoded(message, encoding)),
        author=author["name"] if author else "",
    )


def _line_commit(line: str) -> CommitInfo:
    """From the format that `first_parents` asks for."""
    sha, when, author, subject = line.split("\0", 3)
    seconds, _, rest = when.partition(" ")
    zone = rest.rpartition(" ")[2]
    usable = re.fullmatch(r"-?[0-9]+ [+-][0-9]{4}", f"{seconds} {zone}")  # a commit may hold anything there
    date = _iso_date(int(seconds), zone) if usable else _iso_date(0, "+0000")
    return CommitInfo(sha, date, subject, author)


def _touched(listing: bytes) -> Iterator[tuple[str, frozenset[str]]]:
    """From `<commit> LF` and paths that end with NUL (git-diff-tree(1), --stdin, -z: the commit ends with NUL too)."""
    sha, paths = "", set[str]()
    for field in listing.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        if _OBJECT_ID.fullmatch(field):
            if sha:
                yield sha, frozenset(paths)
            sha, paths = field, set()
        else:
            paths.add(field)
    if sha:
        yield sha, frozenset(paths)


def _decoded(text: bytes, encoding: str) -> str:
    try:
        return text.decode(encoding, "replace")
    except (LookupError, ValueError):
        return text.decode("utf-8", "replace")


def _subject(message: str) -> str:
    """The first paragraph on one line, as `%s` has it (git-log(1))."""
    first = message.strip("\n").partition("\n\n")[0]
    return " ".join(first.split())


def _iso_date(seconds: int, zone: str) -> str:
    """The moment in its own zone; the epoch or UTC where a hostile commit names what does not exist."""
    minutes = int(zone[:1] + "1") * (int(zone[1:3]) * 60 + int(zone[3:]))
    offset = timezone(timedelta(minutes=minutes)) if abs(minutes) < 24 * 60 else UTC
    try:
        return datetime.fromtimestamp(seconds, offset).isoformat()
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC).isoformat()


_ADDRESS: Final = re.compile(
    r"""(?: (?:https?|git|ssh|git\+ssh)://(?:[^/@\s]*@)?(?P<host>[\w.-]+)(?::(?P<port>\d+))?/
          | (?:[\w.-]+@)?(?P<scp_host>[\w-]+(?:\.[\w-]+)+):(?!//) )
        /*(?P<path>[\w.~-]+(?:/[\w.~-]+?)+?)(?:\.git)?/*""",
    re.VERBOSE | re.ASCII,
)


def web_url(remote: str) -> str | None:
    """The web address that belongs to a remote's address, without credentials; None for a path."""
    match = _ADDRESS.fullmatch(remote)
    if match is None:
        return None
    host = match["host"] or match["scp_host"]
    keeps_port = match["port"] and remote.startswith("http")
    authority = f"{host.removeprefix('ssh.')}:{match['port']}" if keeps_port else host.removeprefix("ssh.")
    return f"https://{authority}/{match['path']}"
