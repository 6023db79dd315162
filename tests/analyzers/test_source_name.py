"""What `extends` may name: policy files of the same owner, and nothing else in the world."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.source_name import SOURCE_PATTERN, SourceName, source_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (".github", SourceName(".github")),
        ("policies@v2", SourceName("policies", None, "v2")),
        ("policies:strict.fifthwhy.yml", SourceName("policies", "strict.fifthwhy.yml")),
        ("my.repo_1:a/b/fifthwhy.yaml@release/1.0", SourceName("my.repo_1", "a/b/fifthwhy.yaml", "release/1.0")),
    ],
)
def test_a_repository_and_perhaps_a_file_and_a_branch_or_tag_are_named(text: str, name: SourceName) -> None:
    assert source_name(text) == name
    assert str(name) == text
    assert re.search(SOURCE_PATTERN, text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "acme/policies", "https://evil.example/x", "//evil.example/x", "git@evil.example:x", "a b", "é"),
        *(".", "..", "...", "policies.git", "a" * 101, "policies\n", "http:fifthwhy.yml:80", "a?b", "a%2fb", "a\\b"),
    ],
)
def test_no_other_owner_and_no_address_can_be_named(text: str) -> None:
    with pytest.raises(ValueError, match="must "):
        source_name(text)


@pytest.mark.parametrize(
    "path",
    [
        *("secrets.yml", "fifthwhy.yml/secrets", "notfifthwhy.yml", "fifthwhy.yml.bak", ".git/fifthwhy.yml"),
        *(
            "../fifthwhy.yml",
            "a/../fifthwhy.yml",
            "/fifthwhy.yml",
            "a//fifthwhy.yml",
            "./fifthwhy.yml",
            "~/fifthwhy.yml",
        ),
        *("a\x00/fifthwhy.yml", "a\\fifthwhy.yml", "-/fifthwhy.yml ", "*fifthwhy.yml", "fifthwhy.yml\n"),
    ],
)
def test_no_file_can_be_named_that_is_not_a_policy_by_its_name(path: str) -> None:
    with pytest.raises(ValueError, match="must name a file called"):
        source_name(f"policies:{path}")


@pytest.mark.parametrize(
    "ref", ["-x", "--upload-pack=x", "a..b", "a.lock", "a.", "/a", "a/", "a b", "a~1", "a^{}", "*", "a\n"]
)
def test_no_option_of_git_and_no_expression_can_be_named_as_a_branch(ref: str) -> None:
    with pytest.raises(ValueError, match="must "):
        source_name(f"policies@{ref}")


@given(st.text(alphabet="ab./:@-_ \\~^\n%{}*fithwymlé", max_size=60) | st.text(max_size=60))
def test_whatever_is_named_stays_in_one_repository(text: str) -> None:
    try:
        name = source_name(text)
    except ValueError:
        return
    assert "/" not in name.repository
    path = PurePosixPath(name.path or "fifthwhy.yml")
    assert not path.is_absolute()
    assert not {"..", ".git"} & set(path.parts)
    assert path.name.removesuffix(".yaml").removesuffix(".yml").rpartition(".")[2] == "fifthwhy"
    assert not (name.ref or "").startswith("-")
