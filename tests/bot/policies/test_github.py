"""Policies of other repositories on GitHub: who gets to read which, and how often they are asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from analyzers.policy import LARGEST_POLICY
from analyzers.source_name import source_name
from bot.demo.faults import Fault
from bot.github.app import GitHubApp
from bot.github.errors import GitHubUnavailableError
from bot.policies.github import GitHubPolicies
from bot.policies.sources import SourceError, SourceFile
from tests.bot.conftest import Site
from tests.repositories import Content, Repo

pytestmark = pytest.mark.anyio

POLICY: Final = ".github/fifthwhy.yml"
OUT_OF_REACH: Final = "the owner has no such repository, fifthwhy is not installed on it, or it is private"


@dataclass
class Clock:
    """Stands still until told otherwise."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Owner:
    """An organization of its own, and what one of its repositories gets to see."""

    site: Site
    name: str
    github: GitHubApp
    policies: GitHubPolicies
    clock: Clock
    repos: dict[str, Repo] = field(default_factory=dict)

    def repository(self, name: str, files: Mapping[str, Content], *, public: bool = False) -> Repo:
        repo = self.repos[name] = Repo.create(self.site.folder / self.name / name)
        repo.commit(files)
        self.site.standin.add_repository(f"{self.name}/{name}", repo.path)
        if public:
            self.site.standin.owner.publish(f"{self.name}/{name}", self.site.person)
        return repo

    def upload(self, name: str) -> None:
        bare = self.site.standin.state.repository(f"{self.name}/{name}").path
        self.repos[name].git(
            "push", "--quiet", "--force", str(bare), "refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*"
        )

    async def reads(self, name: str, asking: str = "shop") -> str:
        return (await self.fetches(name, asking)).text.decode()

    async def fetches(self, name: str, asking: str = "shop") -> SourceFile:
        standin = self.site.standin
        installation = standin.owner.installed(self.name).id
        async with self.github.repository(installation, standin.state.repository(f"{self.name}/{asking}").id) as opened:
            sources = self.policies.sources(installation, opened)
            return await asyncio.to_thread(sources.fetch, source_name(name))

    def fetched(self) -> int:
        """How often git was asked for something of this owner."""
        return sum(f"/{self.name}/" in asked.path and ".git/" in asked.path for asked in self.site.standin.requests)


@pytest.fixture
def owner(site: Site, tmp_path: Path) -> Owner:
    name, clock = f"initech-{next(site.numbers)}", Clock()
    site.standin.owner.add_organization(name)
    site.standin.owner.install(name, site.person)
    github = GitHubApp(site.standin.app.id, site.standin.app.private_key_pem, f"{site.address}/api/v3")
    found = Owner(site, name, github, GitHubPolicies(github, site.address, tmp_path, clock), clock)
    found.repository("shop", {"a.py": ""})
    return found


async def test_the_policy_of_the_default_branch_is_read_and_linked(owner: Owner) -> None:
    commit = owner.repository(".github", {POLICY: "infer: no"}).head()
    file = await owner.fetches(".github")
    assert file.text == b"infer: no"
    assert file.place == f"{owner.name}/.github:{POLICY}"
    assert file.url == f"{owner.site.address}/{owner.name}/.github/blob/{commit}/{POLICY}"


async def test_a_file_a_branch_and_a_tag_can_be_named(owner: Owner) -> None:
    repo = owner.repository("policies", {"strict.fifthwhy.yml": "one"})
    repo.git("tag", "--annotate", "--message=One", "v1")
    repo.branch("next/x")
    repo.commit({"strict.fifthwhy.yml": "two"})
    repo.checkout("main")
    repo.commit({"strict.fifthwhy.yml": "three", ".github/fifthwhy.yaml": "four"})
    owner.upload("policies")
    read = [
        await owner.reads(name)
        for name in (
            "policies:strict.fifthwhy.yml@v1",
            "policies:strict.fifthwhy.yml@next/x",
            "policies:strict.fifthwhy.yml",
            "policies",
        )
    ]
    assert read == ["one", "two", "three", "four"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("policies@nowhere", "is neither a branch nor a tag of `policies`"),
        ("policies:other.fifthwhy.yml", "`policies` has no `other.fifthwhy.yml`"),
        ("policies", "`policies` has no `.github/fifthwhy.yml`"),
        ("policies:large.fifthwhy.yml", "is larger than 256 KiB"),
        ("policies:link.fifthwhy.yml", "`policies` has no `link.fifthwhy.yml`"),
        ("unknown", OUT_OF_REACH),
    ],
)
async def test_what_cannot_be_had_is_told(owner: Owner, name: str, told: str) -> None:
    repo = owner.repository("policies", {"large.fifthwhy.yml": "#" * (LARGEST_POLICY + 1)})
    repo.symlink("link.fifthwhy.yml", "/etc/passwd")
    repo.commit()
    owner.upload("policies")
    with pytest.raises(SourceError) as caught:
        await owner.fetches(name)
    assert told in str(caught.value)


async def test_a_repository_that_fifthwhy_is_not_installed_on_is_told(owner: Owner) -> None:
    owner.repository(".github", {POLICY: "infer: no"})
    owner.site.standin.owner.select_repositories(owner.name, [f"{owner.name}/shop"], owner.site.person)
    with pytest.raises(SourceError, match=OUT_OF_REACH):
        await owner.fetches(".github")


async def test_a_repository_of_another_owner_is_never_read(owner: Owner) -> None:
    """`acme` has the App too, and a repository of that name."""
    theirs = Repo.create(owner.site.folder / f"{owner.name}-theirs")
    theirs.commit({POLICY: "infer: no"})
    owner.site.standin.add_repository(f"acme/{owner.name}-theirs", theirs.path)
    with pytest.raises(SourceError, match=OUT_OF_REACH):
        await owner.fetches(f"{owner.name}-theirs")


async def test_a_public_repository_reads_no_private_policy(owner: Owner) -> None:
    """Nor does it learn whether there is one: who asks for what does not exist gets the same answer."""
    owner.repository("open", {"a.py": ""}, public=True)
    owner.repository("secret", {POLICY: "infer: no"})
    owner.repository("empty", {"a.py": ""})
    answers = set()
    for name in ("secret", "empty", "unknown"):
        with pytest.raises(SourceError) as caught:
            await owner.fetches(name, asking="open")
        answers.add(str(caught.value))
    assert len(answers) == 1
    assert await owner.reads("secret", asking="shop") == "infer: no"


async def test_a_public_policy_is_for_everybody(owner: Owner) -> None:
    owner.repository("open", {"a.py": ""}, public=True)
    owner.repository(".github", {POLICY: "infer: no"}, public=True)
    assert await owner.reads(".github", asking="open") == await owner.reads(".github", asking="shop") == "infer: no"


async def test_a_policy_is_fetched_once_a_minute(owner: Owner) -> None:
    repo = owner.repository(".github", {POLICY: "one"})
    assert await owner.reads(".github") == "one"
    fetched = owner.fetched()
    repo.commit({POLICY: "two"})
    owner.upload(".github")
    owner.clock.seconds = 59
    assert await owner.reads(".github") == "one"
    assert owner.fetched() == fetched
    owner.clock.seconds = 61
    assert await owner.reads(".github") == "two"


async def test_that_there_is_none_is_remembered_as_long(owner: Owner) -> None:
    with pytest.raises(SourceError):
        await owner.fetches(".github")
    owner.repository(".github", {POLICY: "one"})
    with pytest.raises(SourceError):
        await owner.fetches(".github")
    owner.clock.seconds = 61
    assert await owner.reads(".github") == "one"


async def test_a_github_that_is_away_is_no_mistake_in_a_policy(owner: Owner) -> None:
    owner.repository(".github", {POLICY: "one"})
    path = f"/api/v3/repos/{owner.name}/.github"
    owner.site.standin.faults.append(Fault("GET", path, 502))
    with pytest.raises(GitHubUnavailableError):
        await owner.fetches(".github")
    assert await owner.reads(".github") == "one"
