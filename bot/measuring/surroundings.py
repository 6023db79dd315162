"""What is known of a repository besides its findings: guards, owners, when modules came in, goals, branches, copies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from analyzers.causes.lost import modules_at, never_there
from analyzers.causes.model import Branch, Copied, Departed, Guard, OwnHook, Surroundings
from analyzers.contracts import AnyContract
from analyzers.copies import copies_of
from analyzers.facts import FileFacts
from analyzers.goals import goals_of
from analyzers.guards import LARGEST_FILE, banned_in, bans_of, contracts_against, setting_paths, warnings_in
from analyzers.owners import CODEOWNERS_PATHS, LARGEST_CODEOWNERS, owners_of
from analyzers.places import Commit, Place
from analyzers.places import Repository as ReportedRepository
from analyzers.policy import LARGEST_POLICY, POLICY_PATHS, Policy
from analyzers.policy_places import policy_lines
from analyzers.pre_commit import LARGEST_PRE_COMMIT, PRE_COMMIT_PATH, local_hooks
from analyzers.snapshot import Layout, SourceFile, root_of
from analyzers.twins import SOURCE_FOLDERS, plain
from bot.git.branches import unmerged_branches
from bot.git.departures import departures_of
from bot.git.git import GitTimeoutError, GitTooLargeError, IncompleteCloneError
from bot.git.lineage import Lineage, lineage_of, policies_of
from bot.git.object_reader import Repository

_BEYOND_REACH: Final = (IncompleteCloneError, GitTimeoutError, GitTooLargeError)
"""What this clone lacks, or what would take too long: nothing is known then."""


class Wanted(msgspec.Struct, frozen=True):
    """What an audit says, to look around for.

    `found_in` are the paths of files with findings. `modules` are dotted modules of interest (canonical, odd, legacy
    ones), each with the path of its file. `contracts` are those in force, those of the policy in its order. `files` are
    all Python files at the head, `layout` is what names them. `window` are the first-parent commits of the time that is
    looked at, oldest first. `missing` are dotted names that imports ask for and that are not there.
    """

    found_in: frozenset[str]
    modules: Mapping[str, str]
    contracts: tuple[AnyContract, ...]
    files: tuple[SourceFile, ...]
    window: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    layout: Layout = Layout(())


def surroundings_of(
    repository: Repository,
    head: str,
    reported: ReportedRepository,
    policy: Policy,
    policy_path: str | None,
    wanted: Wanted,
) -> Surroundings:
    """Look around a commit, whose policy is at a path; None: it has none.

    Raises GitError for damage. What a shallow or partial clone lacks is not known, and nothing is said of it.
    """
    files = _files(repository, head)
    place = _places(reported, head)
    policy_places = _policy_places(repository, files, policy_path, place)
    lineage = _lineage(repository, head, wanted, policy_path)
    has_codeowners, owners = _owners(repository, files, wanted)
    return Surroundings(
        guards=tuple(_guards(repository, files, wanted, place, _contract_places(policy, policy_path, policy_places))),
        own_hooks=tuple(_own_hooks(repository, files, place)),
        has_codeowners=has_codeowners,
        owners=owners,
        owners_unknown=wanted.found_in - owners.keys() if has_codeowners else frozenset(),
        births=lineage.births,
        beginnings=lineage.beginnings,
        module_places={name: place(path, 1) for name, path in sorted(wanted.modules.items())},
        policy_born=_policy_born(lineage),
        policy_places=policy_places,
        goals=goals_of(policies_of(repository, lineage.policy)),
        branches=_branches(repository, lineage, wanted),
        copies=tuple(_copies(lineage, wanted)),
        departed=_departed(repository, lineage, wanted),
        never_there=never_there(wanted.missing, lineage.arrivals) if lineage.is_whole else frozenset(),
    )


_At = Callable[[str, int], Place]


def _places(reported: ReportedRepository, head: str) -> _At:
    return lambda path, line: Place(path, line, line, reported.file(head, path, line))


def _files(repository: Repository, head: str) -> dict[str, str]:
    """The blobs of all files of a commit, by path. Links are not followed."""
    return {entry.path: entry.blob for entry in repository.tree(head) if entry.kind == "file"}


def _contents(
    repository: Repository, files: Mapping[str, str], paths: Iterable[str], most_bytes: int
) -> dict[str, bytes]:
    """Some files, but for those that are too large or not in this clone."""
    blobs = {path: files[path] for path in paths if path in files}
    contents = dict(repository.blobs(sorted(set(blobs.values())), most_bytes))
    return {path: content for path, blob in blobs.items() if isinstance(content := contents[blob], bytes)}


def _policy_places(
    repository: Repository, files: Mapping[str, str], policy_path: str | None, place: _At
) -> dict[str, Place]:
    """The lines of the policy file by dotted key; of one that was given by hand, nothing."""
    if policy_path is None:
        return {}
    text = _contents(repository, files, [policy_path], LARGEST_POLICY).get(policy_path, b"")
    return {key: place(policy_path, line) for key, line in policy_lines(text).items()}


def _contract_places(policy: Policy, policy_path: str | None, places: Mapping[str, Place]) -> Mapping[str, Place]:
    """Where the policy has its contracts, by name; those of a policy that it extends, where it says so."""
    unknown = places.get("extends", Place(policy_path or POLICY_PATHS[0], 1, 1, None))
    numbered = enumerate(policy.contracts)
    return {contract.name: places.get(f"contracts.{number}", unknown) for number, contract in numbered}


def _lineage(repository: Repository, head: str, wanted: Wanted, policy_path: str | None) -> Lineage:
    paths = POLICY_PATHS if policy_path in POLICY_PATHS else () if policy_path is None else (policy_path,)
    watched = {name: _paths_of(name, path) for name, path in wanted.modules.items()}
    try:
        return lineage_of(repository, head, watched, paths)
    except _BEYOND_REACH:
        return Lineage()


def _paths_of(module: str, path: str) -> tuple[str, ...]:
    """The paths at which a file would have the name of a module, that of the file it has first: as a module or a
    package, where its root is or with a folder for sources more or less.
    """
    root = root_of(plain(module), path)
    above, _, last = root.rpartition("/")
    home = above if last in SOURCE_FOLDERS else root
    stem = plain(module).replace(".", "/")
    roots = (home, *(f"{home}/{folder}".lstrip("/") for folder in sorted(SOURCE_FOLDERS)))
    found = (f"{each}/{stem}{end}".lstrip("/") for each in roots for end in (".py", "/__init__.py"))
    return tuple(dict.fromkeys((path, *found)))


def _policy_born(lineage: Lineage) -> Commit | None:
    """The first commit that had a policy, where it is certain that none had one before."""
    with_policy = (step.commit for step in lineage.policy if step.entry is not None)
    return next(with_policy, None) if lineage.policy_begins else None


def _owners(
    repository: Repository, files: Mapping[str, str], wanted: Wanted
) -> tuple[bool, dict[str, tuple[str, ...]]]:
    """Whether there is a CODEOWNERS file, and whom it gives the files with findings to."""
    path = next((path for path in CODEOWNERS_PATHS if path in files), None)
    if path is None:
        return False, {}
    text = _contents(repository, files, [path], LARGEST_CODEOWNERS).get(path)
    return True, {} if text is None else owners_of(text, wanted.found_in)


def _guards(
    repository: Repository, files: Mapping[str, str], wanted: Wanted, place: _At, in_policy: Mapping[str, Place]
) -> Iterator[Guard]:
    facts = {file.path: file.facts for file in wanted.files if isinstance(file.facts, FileFacts)}
    yield from warnings_in({name: (path, facts[path]) for name, path in wanted.modules.items() if path in facts}, place)
    placed = (
        (contract, place(source.path, source.line or 1) if source.path is not None else in_policy[contract.name])
        for contract in wanted.contracts
        if (source := contract.source).path is not None or contract.name in in_policy
    )
    yield from contracts_against(wanted.modules, placed, (file.module for file in wanted.files if file.module))
    settings = _contents(repository, files, setting_paths(files), LARGEST_FILE)
    yield from bans_of(wanted.modules, banned_in(settings), place)


def _own_hooks(repository: Repository, files: Mapping[str, str], place: _At) -> Iterator[OwnHook]:
    content = _contents(repository, files, [PRE_COMMIT_PATH], LARGEST_PRE_COMMIT).get(PRE_COMMIT_PATH, b"")
    yield from (OwnHook(hook.name, place(PRE_COMMIT_PATH, hook.line)) for hook in local_hooks(content))


def _branches(repository: Repository, lineage: Lineage, wanted: Wanted) -> tuple[Branch, ...] | None:
    if not lineage.line:
        return None
    dates = {commit.id: commit.date for commit in lineage.line}
    oldest = next((dates[commit] for commit in wanted.window if commit in dates), None)
    try:
        return unmerged_branches(
            repository, lineage.line, None if oldest is None else dt.datetime.fromisoformat(oldest)
        )
    except _BEYOND_REACH:
        return None


def _departed(repository: Repository, lineage: Lineage, wanted: Wanted) -> dict[str, Departed]:
    """The modules that went; of several files that one could have had, the last that did."""
    paths = modules_at(lineage.departures, wanted.missing, wanted.layout)
    last = {name: min(some, key=lambda path: (lineage.departures[path], path)) for name, some in paths.items()}
    try:
        gone = departures_of(repository, lineage, frozenset(last.values()))
    except _BEYOND_REACH:
        return {}
    return {name: gone[path] for name, path in sorted(last.items()) if path in gone}


def _copies(lineage: Lineage, wanted: Wanted) -> Iterator[Copied]:
    """The files with findings that came in lately and look like one that was there."""
    arrivals, window = lineage.arrivals, frozenset(wanted.window)
    readable = {file.path: file.facts for file in wanted.files if isinstance(file.facts, FileFacts)}
    new = {
        path: readable[path]
        for path in wanted.found_in & arrivals.keys() & readable.keys()
        if not arrivals[path].moved and lineage.line[arrivals[path].position].id in window
    }

    def was_before(other: str, path: str) -> bool:
        return other not in arrivals or arrivals[other].position > arrivals[path].position

    for alike in copies_of(new, readable.items(), was_before):
        commit = lineage.line[arrivals[alike.path].position]
        yield Copied(alike.path, alike.of, commit, alike.likeness)
