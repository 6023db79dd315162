"""Policies that extend others, by what a person with some clones sees of them; and what a commit is measured by."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.places import Repository as ReportedRepository
from analyzers.policy import POLICY_PATHS, PolicyError
from analyzers.source_name import OWNERS_DEFAULT, SourceName
from bot.git.object_reader import Repository
from bot.measuring.measure import (
    Comparison,
    InvalidPolicyError,
    PolicyFile,
    policy_in_force,
    policy_of,
    policy_problems_at,
    subject_of,
)
from bot.policies.sources import NO_SOURCES, ClonedSources, SourceError, SourceFile, Sources, layers_below
from tests.report_templates.reports import mixed, policy_effect, quiet
from tests.repositories import Repo

POLICY = POLICY_PATHS[0]


class Shelf:
    """Policies by name, and what was asked for."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self.asked: list[str] = []

    def fetch(self, name: SourceName) -> SourceFile:
        self.asked.append(str(name))
        if str(name) not in self._files:
            raise SourceError("is not there")
        return SourceFile(self._files[str(name)], f"acme/{name.repository}:{POLICY}", "https://github.example/x")


def below(text: bytes, **files: bytes) -> list[str]:
    """The names of the files below a policy."""
    return [layer.name for layer in layers_below(text, Shelf(files))]


def problem(text: bytes, **files: bytes) -> str:
    with pytest.raises(PolicyError) as caught:
        layers_below(text, Shelf(files))
    (told,) = caught.value.problems
    return str(told)


def in_force(tmp_path: Path, own: str | None, sources: Sources = NO_SOURCES) -> PolicyFile:
    repo = Repo.create(tmp_path / "repo")
    commit = repo.commit({"a.py": ""} if own is None else {POLICY: own})
    return policy_of(Repository(repo.git_dir), commit, sources)


# --- the chain --------------------------------------------------------------------------------------------------------


def test_a_policy_that_extends_nothing_asks_for_nothing() -> None:
    shelf = Shelf({})
    assert layers_below(b"infer: no", shelf) == ()
    assert shelf.asked == []


def test_files_that_extend_each_other_are_followed_from_the_nearest_on() -> None:
    assert below(b"extends: a", a=b"extends: b", b=b"extends: c", c=b"") == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a": b"extends: a"}, "line 2: extends: `a` extends `a`, which leads back to itself"),
        ({"a": b"extends: b", "b": b"extends: a"}, "line 2: extends: `a` extends `b` extends `a`, which leads back to"),
        (
            {"a": b"extends: b", "b": b"extends: c", "c": b"extends: d", "d": b""},
            "line 2: extends: `a` extends `b` extends `c` extends `d`, which is one too many: at most 3 files",
        ),
        ({}, "line 2: extends: `a`, which is not there"),
        ({"a": b"extends: b"}, "line 2: extends: `a` extends `b`, which is not there"),
    ],
)
def test_a_chain_that_has_no_end_is_told_at_its_beginning(files: dict[str, bytes], told: str) -> None:
    assert problem(b"version: 1\nextends: a", **files).startswith(told)


@given(st.dictionaries(st.sampled_from("abcde"), st.sampled_from([b"extends: " + bytes([n]) for n in b"abcde"])))
def test_no_tangle_of_policies_is_followed_for_long(files: dict[str, bytes]) -> None:
    shelf = Shelf(files)
    with pytest.raises(PolicyError):
        layers_below(b"extends: a", shelf)
    assert len(shelf.asked) <= 3
    assert len(set(shelf.asked)) == len(shelf.asked)


# --- clones on one's own machine --------------------------------------------------------------------------------------


def test_the_policies_of_clones_beside_each_other_are_read(tmp_path: Path) -> None:
    (tmp_path / ".github" / ".github").mkdir(parents=True)
    (tmp_path / ".github" / POLICY_PATHS[1]).write_text("infer: false")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "strict.fifthwhy.yml").write_text("extends: .github\ngate: {mode: introduced}")
    found = in_force(tmp_path, "extends: policies:strict.fifthwhy.yml@v2", ClonedSources(tmp_path))
    assert (found.policy.infer, found.policy.gate.mode) == (False, "introduced")
    assert found.extends == ("policies:strict.fifthwhy.yml@v2", ".github")


def test_a_clone_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not in "):
        ClonedSources(tmp_path).fetch(SourceName("policies"))


def test_without_clones_a_policy_that_extends_another_is_not_applied_halfway(tmp_path: Path) -> None:
    with pytest.raises(InvalidPolicyError) as caught:
        in_force(tmp_path, "extends: .github\ninfer: false")
    (told,) = caught.value.problems
    assert "--extends-from" in told.message


# --- what a commit is measured by -------------------------------------------------------------------------------------


def test_a_policy_of_its_own_asks_nobody(tmp_path: Path) -> None:
    shelf = Shelf({".github": b"infer: false"})
    found = in_force(tmp_path, "roots: [src]", shelf)
    assert (found.policy.infer, found.path, found.extends, shelf.asked) == (None, POLICY, (), [])


def test_the_owner_s_policy_stands_in_for_one_that_is_missing(tmp_path: Path) -> None:
    found = in_force(tmp_path, None, Shelf({".github": b"extends: base\ninfer: false", "base": b"roots: [src]"}))
    assert (found.policy.infer, found.policy.roots) == (False, ("src",))
    assert (found.path, found.blob, found.extends) == ("acme/.github:.github/fifthwhy.yml", None, ("base",))


def test_the_owner_s_policy_starts_no_weekly_status(tmp_path: Path) -> None:
    found = in_force(tmp_path, None, Shelf({".github": b"weekly: {cron: 0 9 * * 1, title: Status}\ninfer: false"}))
    assert (found.policy.weekly, found.policy.infer) == (None, False)


def test_an_owner_without_a_policy_stops_nothing(tmp_path: Path) -> None:
    found = in_force(tmp_path, None, Shelf({}))
    assert (found.path, found.policy.infer) == (None, None)
    assert [problem.message for problem in found.problems] == ["`.github` is not there"]


def test_an_owner_s_policy_that_cannot_be_used_is_told_and_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(InvalidPolicyError) as caught:
        in_force(tmp_path, None, Shelf({".github": b"\nnonsense: 1"}))
    assert caught.value.path == "acme/.github:.github/fifthwhy.yml"
    assert caught.value.url == "https://github.example/x"
    assert [problem.line for problem in caught.value.problems] == [2]


def test_an_owner_s_policy_that_extends_itself_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidPolicyError) as caught:
        in_force(tmp_path, None, Shelf({".github": b"extends: .github"}))
    assert [problem.message for problem in caught.value.problems] == ["`.github`, which leads back to itself"]


def test_the_report_says_where_the_policy_comes_from(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "repo")
    commit = repo.commit({POLICY: "extends: .github"})
    repository = Repository(repo.git_dir)
    shelf = Shelf({".github": b"infer: false"})
    comparison = Comparison(commit, None, commit, ReportedRepository("acme/shop", None), sources=shelf)
    subject = subject_of(repository, comparison, policy_in_force(repository, comparison))
    assert (subject.policy_source, subject.policy_commit, subject.policy_extends) == (POLICY, commit, (".github",))


@pytest.mark.parametrize(
    ("own", "owners", "comments"),
    [
        (None, None, [True, True, False]),
        ("roots: [.]", None, [True, True, True]),
        ("comment: introduced", None, [True, True, False]),
        (None, b"infer: no", [True, True, False]),
        (None, b"comment: always", [True, True, True]),
        ("extends: .github", b"comment: introduced", [True, True, False]),
        ("extends: .github\ncomment: always", b"comment: introduced", [True, True, True]),
    ],
)
def test_a_repository_without_a_policy_hears_of_what_is_introduced_only(
    tmp_path: Path, own: str | None, owners: bytes | None, comments: list[bool]
) -> None:
    found = in_force(tmp_path, own, Shelf({} if owners is None else {".github": owners}))
    assert [found.comments(report) for report in (mixed(), policy_effect(), quiet())] == comments


@pytest.mark.parametrize(
    ("own", "told"),
    [
        (None, None),
        ("infer: no", None),
        ("extends: .github", None),
        ("\ninfer: 3", [2]),
        ("roots: 1\n\nextends: policies", [3]),
        ("extends: a/b", [1]),
    ],
)
def test_the_mistakes_of_a_proposed_policy_are_known_with_their_lines(
    tmp_path: Path, own: str | None, told: list[int] | None
) -> None:
    repo = Repo.create(tmp_path / "repo")
    commit = repo.commit({"a.py": ""} if own is None else {POLICY: own})
    found = policy_problems_at(Repository(repo.git_dir), commit, Shelf({str(OWNERS_DEFAULT): b""}))
    assert (None if found is None else (found[0], [problem.line for problem in found[1]])) == (
        None if told is None else (POLICY, told)
    )
