"""Git over HTTP as the App and people use it: the token opens the repository, and nothing more."""

import base64
import gzip
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from githubkit import AppAuthStrategy, GitHub

from bot.demo.github import GitHubStandIn
from bot.demo.records import Person
from bot.demo.registration import AppRegistration
from tests.bot.demo.conftest import Receiver
from tests.repositories import Repo

SHOP = "acme/shop"


@dataclass
class AppGit:
    """Git as the App runs it: the token comes through the environment, and is in no address."""

    token: str
    folder: Path

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        header = f"Authorization: {basic('x-access-token', self.token)}"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.devnull,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.extraHeader",
            "GIT_CONFIG_VALUE_0": header,
        }
        return subprocess.run(
            ["git", *arguments], cwd=self.folder, env=environment, text=True, capture_output=True, check=False
        )


@pytest.fixture
def app_git(token: str, tmp_path: Path) -> AppGit:
    folder = tmp_path / "app"
    folder.mkdir()
    return AppGit(token, folder)


@pytest.fixture
def url(address: str) -> str:
    return f"{address}/{SHOP}.git"


def test_the_app_clones_with_its_token(app_git: AppGit, url: str, shop: Repo) -> None:
    done = app_git("clone", "--quiet", "--bare", url, "mirror.git")
    assert done.returncode == 0, done.stderr
    tip = app_git("-C", "mirror.git", "rev-parse", "main").stdout.strip()
    assert tip == shop.git("rev-parse", "main")


def test_a_partial_clone_leaves_large_files_behind(
    app_git: AppGit, standin: GitHubStandIn, shop: Repo, address: str
) -> None:
    shop.commit({"large.bin": os.urandom(200_000), "small.txt": "small\n"})
    standin.add_repository("acme/large", shop.git_dir)
    done = app_git("clone", "--quiet", "--bare", "--filter=blob:limit=100k", f"{address}/acme/large.git", "mirror.git")
    assert done.returncode == 0, done.stderr
    objects = app_git("-C", "mirror.git", "rev-list", "--objects", "--all", "--missing=print").stdout
    assert f"?{shop.blob('large.bin')}" in objects
    assert f"\n{shop.blob('small.txt')}" in objects


def test_a_single_commit_can_be_fetched_by_its_id(app_git: AppGit, url: str, shop: Repo) -> None:
    feature = shop.git("rev-parse", "feature")
    app_git("init", "--quiet", "--bare", "mirror.git")
    done = app_git("-C", "mirror.git", "fetch", "--quiet", "--depth=1", url, feature)
    assert done.returncode == 0, done.stderr
    assert app_git("-C", "mirror.git", "cat-file", "-t", feature).stdout == "commit\n"


def test_the_head_of_a_forks_pull_request_comes_from_the_base_repository(
    app_git: AppGit, url: str, standin: GitHubStandIn, shop: Repo
) -> None:
    mallory = standin.add_person("mallory", member=False)
    shop.branch("elsewhere")
    head = shop.commit({"shop/fork.py": "x = 1\n"})
    standin.add_repository("mallory/shop", shop.git_dir, fork_of=SHOP)
    pull = standin.open_pull_request(SHOP, head="mallory:elsewhere", base="main", title="Fork", by=mallory)
    app_git("init", "--quiet", "--bare", "mirror.git")
    done = app_git("-C", "mirror.git", "fetch", "--quiet", url, f"refs/pull/{pull.number}/head:refs/head")
    assert done.returncode == 0, done.stderr
    assert app_git("-C", "mirror.git", "rev-parse", "refs/head").stdout.strip() == head


def test_a_push_too_large_for_gits_buffer_arrives_in_chunks(
    standin: GitHubStandIn, address: str, ada: Person, shop: Repo
) -> None:
    pushed = shop.commit({"large.bin": os.urandom(500_000)})
    shop.git("-c", "http.postBuffer=65536", "push", "--quiet", standin.push_address(SHOP, ada), "main")
    assert Repo(standin.state.repository(SHOP).path).git("rev-parse", "main") == pushed
    assert address


def test_a_compressed_request_body_is_understood(http: httpx.Client, token: str, shop: Repo) -> None:
    wants = pkt(f"want {shop.git('rev-parse', 'main')} ofs-delta\n") + b"0000" + pkt("done\n")
    answer = http.post(
        f"/{SHOP}.git/git-upload-pack",
        content=chunks(gzip.compress(wants)),
        headers={
            "Authorization": basic("x-access-token", token),
            "Content-Type": "application/x-git-upload-pack-request",
            "Content-Encoding": "gzip",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-git-upload-pack-result"
    assert b"PACK" in answer.content


@pytest.mark.parametrize("credential", ["", "Basic bm9ib2R5Og==", "Basic ???", "Bearer ghs_0", "Basic eDpnaHNfMA=="])
def test_without_a_valid_token_git_is_asked_for_one(credential: str, http: httpx.Client) -> None:
    answer = http.get(
        f"/{SHOP}.git/info/refs?service=git-upload-pack",
        headers={"Authorization": credential} if credential else {},
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="GitHub"'


def test_a_repository_that_the_token_does_not_cover_is_not_found(
    app_git: AppGit, address: str, standin: GitHubStandIn, shop: Repo
) -> None:
    standin.add_person("mallory", member=False)
    standin.add_repository("mallory/shop", shop.git_dir)
    for name in ("mallory/shop", "acme/nothing"):
        done = app_git("ls-remote", f"{address}/{name}.git")
        assert "not found" in done.stderr


def test_reading_code_needs_the_permission_for_it(
    as_app: GitHub[AppAuthStrategy], registration: AppRegistration, url: str, tmp_path: Path
) -> None:
    token = as_app.rest.apps.create_installation_access_token(
        registration.installation.id, permissions={"issues": "write"}
    ).parsed_data.token
    done = AppGit(token, tmp_path)("ls-remote", url)
    assert done.returncode != 0
    assert "403" in done.stderr


def test_the_app_cannot_push(app_git: AppGit, url: str) -> None:
    app_git("clone", "--quiet", url, "work")
    done = app_git("-C", "work", "push", "origin", "HEAD:refs/heads/sneaky")
    assert done.returncode != 0
    assert "403" in done.stderr


def test_the_dumb_protocol_is_not_served(http: httpx.Client, token: str) -> None:
    authorization = {"Authorization": basic("x", token)}
    assert http.get(f"/{SHOP}.git/info/refs", headers=authorization).status_code == 403
    for path in ("HEAD", "config", "objects/info/packs", "../../etc/passwd"):
        assert http.get(f"/{SHOP}.git/{path}", headers=authorization).status_code == 404


def test_a_persons_push_moves_the_pull_request_and_is_told_to_the_app(
    standin: GitHubStandIn, address: str, ada: Person, shop: Repo, receiver: Receiver
) -> None:
    pull = standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada)
    receiver.next()
    shop.checkout("feature")
    after = shop.commit({"shop/more.py": "y = 2\n"})
    shop.git("push", "--quiet", standin.push_address(SHOP, ada), "feature")
    moved = standin.state.pull_request(SHOP, pull.number)
    assert (moved.head.sha, moved.size.commits) == (after, 2)
    event = json.loads(receiver.next().body)
    assert (event["action"], event["before"], event["after"]) == ("synchronize", pull.head.sha, after)
    assert event["sender"]["login"] == "ada"
    assert address in event["pull_request"]["html_url"]


def test_a_force_push_moves_the_head_the_app_can_fetch(
    standin: GitHubStandIn, url: str, ada: Person, shop: Repo, receiver: Receiver, app_git: AppGit
) -> None:
    standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada)
    receiver.next()
    shop.checkout("feature")
    shop.reset("main")
    after = shop.commit({"shop/other.py": "z = 3\n"})
    shop.git("push", "--quiet", "--force", standin.push_address(SHOP, ada), "feature")
    assert json.loads(receiver.next().body)["after"] == after
    assert app_git("ls-remote", url, "refs/pull/1/head").stdout.split()[0] == after


def test_a_force_push_of_an_unrelated_history_is_told_too(
    standin: GitHubStandIn, address: str, ada: Person, shop: Repo, receiver: Receiver
) -> None:
    standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada)
    receiver.next()
    shop.orphan("unrelated")
    after = shop.commit({"new.py": "n = 1\n"})
    shop.git("push", "--quiet", "--force", standin.push_address(SHOP, ada), "unrelated:feature")
    assert json.loads(receiver.next().body)["after"] == after
    assert address


def test_deleting_the_branch_closes_the_pull_request(
    standin: GitHubStandIn, address: str, ada: Person, shop: Repo, receiver: Receiver
) -> None:
    standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada)
    receiver.next()
    shop.git("push", "--quiet", "--delete", standin.push_address(SHOP, ada), "feature")
    assert json.loads(receiver.next().body)["action"] == "closed"
    assert standin.state.pull_request(SHOP, 1).state == "closed"
    assert address


def test_outsiders_push_to_their_own_repositories_only(standin: GitHubStandIn, address: str, shop: Repo) -> None:
    mallory = standin.add_person("mallory", member=False)
    standin.add_repository("mallory/shop", shop.git_dir, fork_of=SHOP)
    shop.commit({"new.py": ""})
    shop.git("push", "--quiet", standin.push_address("mallory/shop", mallory), "main")
    with pytest.raises(AssertionError, match="403"):
        shop.git("push", "--quiet", standin.push_address(SHOP, mallory), "main")
    assert address


def test_nobody_pushes_to_the_references_of_pull_requests(
    standin: GitHubStandIn, address: str, ada: Person, shop: Repo
) -> None:
    with pytest.raises(AssertionError, match="hidden ref"):
        shop.git("push", "--quiet", standin.push_address(SHOP, ada), "main:refs/pull/1/head")
    assert address


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def pkt(line: str) -> bytes:
    """A line in git's packet format."""
    return f"{len(line) + 4:04x}{line}".encode()


def chunks(content: bytes) -> Iterator[bytes]:
    """The content in pieces, which makes the client send it without a length."""
    yield content[:10]
    yield content[10:]
