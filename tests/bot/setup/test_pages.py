"""The set-up as the person who runs a new server meets it, and as strangers do."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import stat
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import httpx
import pytest

from bot.github.errors import GitHubError, GitHubRefusedError, GitHubUnavailableError
from bot.settings.credentials import AlreadyStoredError, Credentials, NewApp, credentials_file, store
from bot.settings.settings import ServerSettings, describe, has_no_app, load
from bot.setup.manifest import manifest
from bot.setup.pages import Place, create_setup_app
from bot.webhooks.web import create_app
from tests.bot.http import serving
from tests.bot.settings.test_settings import SECRET, pem, rsa_key

TOKEN: Final = "the-token-in-the-log"
PUBLIC: Final = "https://fifthwhy.corp.example"
GITHUB: Final = "https://github.corp.example"
CODE: Final = "a180b1a3d263c81bc6441d7b990bae27d4c10679"
A_TEST_FAILS_AFTER_SECONDS: Final = 30


def credentials() -> Credentials:
    return Credentials(7, pem(rsa_key()), SECRET)


@dataclass
class GitHub:
    """What GitHub gives for a code: the App, once, or what goes wrong."""

    goes_wrong: list[GitHubError | ValueError] = field(default_factory=list)
    given: list[str] = field(default_factory=list)

    async def exchange(self, code: str) -> NewApp:
        if self.goes_wrong:
            raise self.goes_wrong.pop(0)
        if code in self.given:
            raise GitHubRefusedError("POST /app-manifests answered 404")
        self.given.append(code)
        return NewApp("fifthwhy of acme", f"{GITHUB}/github-apps/fifthwhy-of-acme", credentials())


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Server:
    """A server without an App, from outside."""

    address: str
    github: GitHub
    clock: Clock
    data_dir: Path
    ended: list[bool]

    @contextmanager
    def browser(self) -> Iterator[Browser]:
        with closing(
            httpx.Client(base_url=self.address, trust_env=False, timeout=A_TEST_FAILS_AFTER_SECONDS)
        ) as client:
            yield Browser(client)


@dataclass
class Browser:
    """Somebody's browser. Cookies are for https; the tests speak http, as the server does behind its proxy."""

    client: httpx.Client
    cookie: str = ""

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.client.get(path, params=query, headers={"Cookie": self.cookie} if self.cookie else {})

    def begin(self, token: str = TOKEN, organization: str = "") -> httpx.Response:
        answer = self.client.post("/setup", data={"token": token, "organization": organization})
        self.cookie = answer.headers.get("set-cookie", "").partition(";")[0]
        return answer

    def state(self) -> str:
        return self.cookie.partition("=")[2]

    def come_back(self, code: str = CODE, state: str | None = None) -> httpx.Response:
        return self.get("/setup/callback", code=code, state=self.state() if state is None else state)


class Form(HTMLParser):
    """The only form of a page: where it goes and what it carries."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            assert not self.action
            assert given["method"] == "post"
            self.action = given["action"]
        elif tag == "input":
            self.fields[given["name"]] = given.get("value", "")


@contextmanager
def server_at(data_dir: Path, public_url: str = PUBLIC, github: GitHub | None = None) -> Iterator[Server]:
    github, clock, ended = github or GitHub(), Clock(), list[bool]()
    exchange: Callable[[str], Awaitable[NewApp]] = github.exchange
    app = create_setup_app(Place(public_url, GITHUB, data_dir), TOKEN, exchange, lambda: ended.append(True), clock)
    with serving(app) as (host, port):
        yield Server(f"http://{host}:{port}", github, clock, data_dir, ended)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with server_at(tmp_path / "data") as running:
        yield running


@pytest.fixture
def browser(server: Server) -> Iterator[Browser]:
    with server.browser() as browser:
        yield browser


# --- the way through --------------------------------------------------------------------------------------------------


def test_the_app_is_asked_for_with_what_it_needs_and_this_server_s_addresses(browser: Browser) -> None:
    form = Form(browser.begin().text)

    asked = json.loads(form.fields["manifest"])
    assert form.action == f"{GITHUB}/settings/apps/new?state={browser.state()}"
    assert asked["hook_attributes"] == {"url": f"{PUBLIC}/webhook", "active": True}
    assert asked["redirect_url"] == f"{PUBLIC}/setup/callback"
    assert asked["url"] == PUBLIC
    assert asked["public"] is False
    assert asked["default_permissions"] == manifest().default_permissions
    assert asked["default_events"] == list(manifest().default_events)


def test_the_app_may_belong_to_an_organization(browser: Browser) -> None:
    first = Form(browser.get("/setup", organization="acme-corp").text)

    second = Form(browser.begin(organization=first.fields["organization"]).text)

    assert second.action.startswith(f"{GITHUB}/organizations/acme-corp/settings/apps/new?state=")


def test_what_the_app_may_do_is_shown_before(browser: Browser) -> None:
    page = browser.begin().text

    assert all(f"<td>{name}</td><td>{level}</td>" in page for name, level in manifest().default_permissions.items())
    assert all(f"<li>{event}</li>" in page for event in manifest().default_events)


def test_the_credentials_are_stored_where_a_server_finds_them(server: Server, browser: Browser) -> None:
    browser.begin()

    assert browser.come_back().status_code == 200

    found = load(ServerSettings, {"FIFTHWHY_DATA_DIR": str(server.data_dir)}, server.data_dir / "none.env")
    assert (found.github_app_id, found.private_key) == (7, pem(rsa_key()))
    assert found.webhook_secret.get_secret_value() == SECRET
    assert server.ended == [True]


def test_only_the_owner_can_read_the_credentials(server: Server, browser: Browser) -> None:
    browser.begin()
    browser.come_back()

    assert stat.S_IMODE(credentials_file(server.data_dir).stat().st_mode) == 0o600
    assert stat.S_IMODE(server.data_dir.stat().st_mode) == 0o700
    assert [path.name for path in server.data_dir.iterdir()] == [credentials_file(server.data_dir).name]


def test_who_comes_back_is_led_on_to_the_installation(browser: Browser) -> None:
    browser.begin()

    page = browser.come_back().text

    assert f'href="{GITHUB}/github-apps/fifthwhy-of-acme/installations/new"' in page
    assert "fifthwhy doctor" in page
    assert SECRET not in page


def test_a_server_below_a_path_keeps_to_it(tmp_path: Path) -> None:
    with server_at(tmp_path, f"{PUBLIC}/fifthwhy") as server, server.browser() as browser:
        assert Form(browser.get("/setup").text).action == "/fifthwhy/setup"
        assert "Path=/fifthwhy/setup" in browser.begin().headers["set-cookie"]


# --- strangers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "the-token-in-the-lo", "the-token-in-the-log2", "ä"])
def test_without_the_token_nothing_begins(server: Server, browser: Browser, token: str) -> None:
    answer = browser.begin(token)

    assert answer.status_code == 403
    assert not browser.cookie
    assert "manifest" not in Form(answer.text).fields
    assert 'role="alert"' in answer.text


def test_the_token_is_shown_nowhere(browser: Browser) -> None:
    pages = [browser.get("/setup"), browser.begin("wrong"), browser.begin()]

    assert not [page for page in pages if TOKEN in page.text or TOKEN in str(page.headers)]


def test_an_answer_in_another_browser_is_refused(server: Server, browser: Browser) -> None:
    browser.begin()

    with server.browser() as other:
        assert other.come_back(state=browser.state()).status_code == 403

    assert not server.github.given
    assert not credentials_file(server.data_dir).exists()


def test_a_state_that_the_browser_made_up_is_refused(server: Server, browser: Browser) -> None:
    browser.begin()
    browser.cookie = "fifthwhy_setup=my-own"

    assert browser.come_back().status_code == 403
    assert not server.github.given


@pytest.mark.parametrize("state", ["", "another"])
def test_a_state_that_is_not_the_browser_s_is_refused(server: Server, browser: Browser, state: str) -> None:
    browser.begin()

    assert browser.come_back(state=state).status_code == 403
    assert not server.github.given


def test_an_answer_that_comes_after_an_hour_is_refused(server: Server, browser: Browser) -> None:
    browser.begin()
    server.clock.now += 3601

    assert browser.come_back().status_code == 403
    assert not server.github.given


@pytest.mark.parametrize("code", ["", "../../app", "a/b", "a?b=c", "x" * 201, "%2e%2e%2f"])
def test_a_code_that_leads_elsewhere_is_never_sent(server: Server, browser: Browser, code: str) -> None:
    browser.begin()

    assert browser.come_back(code).status_code == 400
    assert not server.github.given


@pytest.mark.parametrize("organization", ["a/../b", "-a", "a b", "<script>", "é", "a" * 101])
def test_an_organization_that_is_none_leads_nowhere(browser: Browser, organization: str) -> None:
    assert Form(browser.get("/setup", organization=organization).text).fields["organization"] == ""
    answer = browser.begin(organization=organization)
    assert answer.status_code == 403
    assert "manifest" not in Form(answer.text).fields


@pytest.mark.parametrize("body", [b"token=" + b"x" * 5000, b"\xff\xfe", b"&".join([b"a=b"] * 50)])
def test_a_form_that_is_none_is_refused(browser: Browser, body: bytes) -> None:
    assert browser.client.post("/setup", content=body).status_code == 403


def test_the_host_header_decides_nothing(server: Server, browser: Browser) -> None:
    answer = browser.client.post("/setup", data={"token": TOKEN}, headers={"Host": "evil.example"})
    elsewhere = browser.client.get("/setup/", headers={"Host": "evil.example"})

    assert "evil.example" not in answer.text + str(answer.headers)
    assert (elsewhere.status_code, elsewhere.headers.get("location")) == (404, None)


def test_pages_run_no_script_and_are_in_no_frame_and_no_cache(browser: Browser) -> None:
    for answer in (browser.get("/setup"), browser.begin(), browser.come_back("not a code")):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert "<script" not in answer.text


def test_the_style_is_the_one_that_the_policy_allows(browser: Browser) -> None:
    answer = browser.get("/setup")

    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]


def test_forms_go_here_and_to_github_alone(browser: Browser) -> None:
    assert "form-action 'self';" in browser.get("/setup").headers["content-security-policy"]
    assert f"form-action 'self' {GITHUB};" in browser.begin().headers["content-security-policy"]


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(browser: Browser) -> None:
    cookie = browser.begin().headers["set-cookie"].lower()

    assert {"httponly", "secure", "samesite=lax", "max-age=3600", "path=/setup"} <= set(cookie.split("; "))


def test_what_github_calls_the_app_is_harmless_and_leads_to_github(tmp_path: Path) -> None:
    class Hostile(GitHub):
        async def exchange(self, code: str) -> NewApp:
            return NewApp("<img src=x>", "javascript:alert(1)", credentials())

    with server_at(tmp_path, github=Hostile()) as server, server.browser() as browser:
        browser.begin()
        page = browser.come_back().text

    assert html.escape("<img src=x>") in page
    assert "<img" not in page
    assert "javascript:" not in page
    assert f'href="{GITHUB}"' in page


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_github_that_is_away_is_asked_again_by_loading_the_page_again(server: Server, browser: Browser) -> None:
    server.github.goes_wrong.append(GitHubUnavailableError("503"))
    browser.begin()
    first = browser.come_back()
    again = browser.come_back()

    assert (first.status_code, again.status_code) == (503, 200)
    assert "Load this page again" in first.text


def test_a_code_that_github_does_not_know_is_told(server: Server, browser: Browser) -> None:
    server.github.goes_wrong.append(GitHubRefusedError("404"))
    browser.begin()

    answer = browser.come_back()

    assert answer.status_code == 502
    assert "used before" in answer.text
    assert not server.ended


def test_an_app_without_a_webhook_secret_is_not_taken(server: Server, browser: Browser) -> None:
    server.github.goes_wrong.append(ValueError("it has no webhook secret"))
    browser.begin()

    answer = browser.come_back()

    assert answer.status_code == 502
    assert "it has no webhook secret. Delete it at GitHub." in answer.text
    assert not credentials_file(server.data_dir).exists()


def test_credentials_that_could_not_be_stored_are_not_lost(server: Server, browser: Browser) -> None:
    """GitHub gives them out once. A file stands where the data directory should be; a full disk is no different."""
    server.data_dir.write_text("in the way")
    browser.begin()
    first = browser.come_back()
    server.data_dir.unlink()

    again = browser.come_back()

    assert (first.status_code, again.status_code) == (503, 200)
    assert server.github.given == [CODE]
    assert credentials_file(server.data_dir).exists()


def test_credentials_are_never_replaced(server: Server, browser: Browser) -> None:
    store(server.data_dir, Credentials(1, pem(rsa_key()), SECRET))
    browser.begin()

    answer = browser.come_back()

    assert answer.status_code == 410
    assert "set up once" in answer.text
    assert "FIFTHWHY_GITHUB_APP_ID='1'" in credentials_file(server.data_dir).read_text()
    with pytest.raises(AlreadyStoredError):
        store(server.data_dir, credentials())
    assert [path.name for path in server.data_dir.iterdir()] == [credentials_file(server.data_dir).name]


def test_no_webhook_is_taken_before_there_is_a_secret(browser: Browser) -> None:
    assert browser.client.post("/webhook", json={}).status_code == 503
    assert browser.get("/readyz").status_code == 503
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/anything").status_code == 404


def test_a_server_that_has_its_app_refuses_to_be_set_up() -> None:
    app = create_app(redis_url="redis://127.0.0.1:1", webhook_secret=SECRET, app_id=7)
    with serving(app) as (host, port), closing(httpx.Client(trust_env=False)) as client:
        answer = client.get(f"http://{host}:{port}/setup")

    assert answer.status_code == 410
    assert "set up once" in answer.text
    assert "<form" not in answer.text


# --- what is stored, as a source of settings --------------------------------------------------------------------------


def test_whatever_is_in_a_secret_comes_back_as_it_was(tmp_path: Path) -> None:
    odd = "a'b\\c\"d$e#f\\'g h;i=${HOME}"
    store(tmp_path, Credentials(7, pem(rsa_key()), odd))

    found = load(ServerSettings, {"FIFTHWHY_DATA_DIR": str(tmp_path)}, tmp_path / "none.env")

    assert found.webhook_secret.get_secret_value() == odd


def test_the_environment_and_the_env_file_go_before_what_is_stored(tmp_path: Path) -> None:
    store(tmp_path, credentials())
    (tmp_path / "my.env").write_text("FIFTHWHY_WEBHOOK_SECRET=another-secret-0123456789\n")
    environ = {"FIFTHWHY_DATA_DIR": str(tmp_path), "FIFTHWHY_GITHUB_APP_ID": "8"}

    found = load(ServerSettings, environ, tmp_path / "my.env")

    assert found.github_app_id == 8
    assert found.webhook_secret.get_secret_value() == "another-secret-0123456789"
    assert found.private_key == pem(rsa_key())


def test_a_key_file_stands_in_for_the_stored_key(tmp_path: Path) -> None:
    store(tmp_path / "data", credentials())
    (tmp_path / "app.pem").write_text(pem(rsa_key()))
    environ = {
        "FIFTHWHY_DATA_DIR": str(tmp_path / "data"),
        "FIFTHWHY_GITHUB_PRIVATE_KEY_FILE": str(tmp_path / "app.pem"),
    }

    assert load(ServerSettings, environ, tmp_path / "none.env").github_private_key is None


def test_the_list_of_settings_tells_what_the_set_up_stored(tmp_path: Path) -> None:
    store(tmp_path, credentials())
    environ = {"FIFTHWHY_DATA_DIR": str(tmp_path)}

    listed = {row.variable: row for row in describe(ServerSettings, environ, tmp_path / "none.env")}

    assert listed["FIFTHWHY_GITHUB_APP_ID"].source == "set-up"
    assert (listed["FIFTHWHY_WEBHOOK_SECRET"].value, listed["FIFTHWHY_WEBHOOK_SECRET"].source) == (
        "(set, not shown)",
        "set-up",
    )


@pytest.mark.parametrize("name", ["GITHUB_APP_ID", "GITHUB_PRIVATE_KEY", "GITHUB_PRIVATE_KEY_FILE", "WEBHOOK_SECRET"])
def test_a_server_that_has_a_part_of_its_credentials_is_not_set_up_anew(tmp_path: Path, name: str) -> None:
    nothing = {"FIFTHWHY_DATA_DIR": str(tmp_path)}

    assert has_no_app(nothing, tmp_path / "none.env")
    assert not has_no_app({**nothing, f"FIFTHWHY_{name}": "x"}, tmp_path / "none.env")


def test_stored_credentials_end_the_set_up(tmp_path: Path) -> None:
    store(tmp_path, credentials())

    assert not has_no_app({"FIFTHWHY_DATA_DIR": str(tmp_path)}, tmp_path / "none.env")


def test_other_variables_in_the_stored_file_count_for_nothing(tmp_path: Path) -> None:
    with store(tmp_path, credentials()).open("a") as file:
        file.write("FIFTHWHY_PORT=1\nFIFTHWHY_NONSENSE=1\n")

    assert load(ServerSettings, {"FIFTHWHY_DATA_DIR": str(tmp_path)}, tmp_path / "none.env").port == 8000


def test_stored_credentials_show_in_no_text_of_theirs() -> None:
    assert SECRET not in repr(credentials())
    assert "PRIVATE" not in repr(NewApp("x", "y", credentials()))
