"""The pages that people look at: comments as on GitHub, permalinks that open, hostile text that does no harm."""

import os
from urllib.parse import quote

import httpx
import pytest

from bot.demo.github import GitHubStandIn
from bot.demo.records import Person
from tests.repositories import Repo

SHOP = "acme/shop"


@pytest.fixture(autouse=True)
def pull(standin: GitHubStandIn, address: str, ada: Person) -> None:
    assert address
    standin.open_pull_request(
        SHOP, head="feature", base="main", title="Cart & <b>co</b>", body="Adds **a cart**.", by=ada
    )


def test_a_pull_request_shows_title_description_and_comments(
    http: httpx.Client, standin: GitHubStandIn, ada: Person
) -> None:
    standin.comment(SHOP, 1, "| a | b |\n|---|--:|\n| 1 | ~~2~~ |", by=ada)
    page = http.get(f"/{SHOP}/pull/1").text
    assert "Cart &amp; &lt;b&gt;co&lt;/b&gt;" in page
    assert "Adds <strong>a cart</strong>." in page
    assert '<td align="right"><del>2</del></td>' in page
    assert "ada" in page


def test_a_permalink_to_a_comment_has_its_anchor(http: httpx.Client, standin: GitHubStandIn, ada: Person) -> None:
    comment = standin.comment(SHOP, 1, "Here", by=ada)
    assert f'id="issuecomment-{comment.id}"' in http.get(f"/{SHOP}/pull/1").text


def test_an_issue_has_a_page_of_its_own_kind(http: httpx.Client, standin: GitHubStandIn, ada: Person) -> None:
    standin.open_issue(SHOP, "How does it stand?", None, by=ada)
    assert "How does it stand?" in http.get(f"/{SHOP}/issues/2").text
    assert http.get(f"/{SHOP}/pull/2").status_code == 404
    assert http.get(f"/{SHOP}/issues/3").status_code == 404


def test_the_first_page_leads_to_the_pull_request(http: httpx.Client) -> None:
    assert f'href="/{SHOP}/pull/1"' in http.get("/").text


def test_a_permalink_to_lines_opens_the_file_at_that_commit(http: httpx.Client, shop: Repo) -> None:
    head = shop.git("rev-parse", "feature")
    page = http.get(f"/{SHOP}/blob/{head}/shop/cart.py")
    assert page.status_code == 200
    assert '<tr id="L3">' in page.text
    assert "<pre>verify()</pre>" in page.text
    assert "/assets/lines.js" in page.text
    assert http.get("/assets/lines.js").headers["content-type"].startswith("text/javascript")


def test_lines_are_numbered_as_git_counts_them(http: httpx.Client, standin: GitHubStandIn, shop: Repo) -> None:
    head = shop.commit({"feed.py": "a = 1\n\fb = '\u2028'\r\nc = 3\n"})
    standin.add_repository("acme/feed", shop.git_dir)
    page = http.get(f"/acme/feed/blob/{head}/feed.py").text
    assert '<tr id="L3"><td class="number"><a href="#L3">3</a></td><td><pre>c = 3</pre></td></tr>' in page
    assert 'id="L4"' not in page


def test_file_names_and_contents_are_text_and_nothing_else(
    http: httpx.Client, standin: GitHubStandIn, shop: Repo
) -> None:
    not_utf8 = os.fsdecode(b"caf\xe9.py")
    names = ["<script>alert(1)<|script>.py", "a\nb.py", "--help", "ä `|` @ada?#.py", ":(glob)*", "%2e%2e"]
    head = shop.commit(dict.fromkeys([*names, not_utf8], "<script>alert(1)</script>\n"))
    standin.add_repository("acme/odd", shop.git_dir)
    for name in [*names, not_utf8]:
        page = http.get(f"/acme/odd/blob/{head}/{quote(os.fsencode(name))}")
        assert page.status_code == 200, name
        assert "<script>alert" not in page.text
    assert "<pre>&lt;script&gt;" in http.get(f"/acme/odd/blob/{head}/{quote(names[0])}").text


def test_an_address_that_names_no_file_is_not_found(http: httpx.Client, shop: Repo) -> None:
    head = shop.git("rev-parse", "main")
    for path in (
        "main/shop/auth.py",  # permalinks name commits
        "--output=x/shop/auth.py",
        f"{head}/shop/nothing.py",
        f"{head}/shop",
        f"{head}/../../../etc/passwd",
        f"{head}/%2e%2e/%2e%2e/etc/passwd",
        f"{head}/a%00b",
        f"{head}:shop/auth.py",
        "deadbeef/shop/auth.py",
    ):
        assert http.get(f"/{SHOP}/blob/{path}").status_code == 404, path


def test_a_commit_shows_subject_author_and_date(http: httpx.Client, shop: Repo) -> None:
    head = shop.git("rev-parse", "feature")
    page = http.get(f"/{SHOP}/commit/{head}").text
    for shown in ("Add the cart", "Ada Example", "2024-01-01", head):
        assert shown in page
    assert http.get(f"/{SHOP}/commit/{'0' * 40}").status_code == 404
    assert http.get(f"/{SHOP}/commit/--all").status_code == 404


def test_a_page_allows_no_script_but_its_own(http: httpx.Client) -> None:
    policy = http.get(f"/{SHOP}/pull/1").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy


def test_a_foreign_host_name_gets_nothing(http: httpx.Client) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example:80", "192.0.2.1", ""):
        for path in ("/", "/api/v3/app", f"/{SHOP}.git/info/refs?service=git-upload-pack"):
            assert http.get(path, headers={"Host": host}).status_code == 400, (host, path)
