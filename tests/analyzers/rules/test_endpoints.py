"""What is served, and whether it reaches a validation: protected, unprotected, cannot be told, or public."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from analyzers.examine import Terms
from analyzers.rules.endpoints.model import Endpoint, Mount, Survey, Verdict
from analyzers.rules.endpoints.served import Served, unprotected_finding
from analyzers.rules.endpoints.survey import survey
from analyzers.snapshot import SourceFile
from tests.analyzers.trees import Files, audit_of, policy_of, snapshot_of

AUTH = """
import jwt
from fastapi import Depends, Header, HTTPException

def user(authorization: str = Header()):
    return jwt.decode(authorization, KEY, algorithms=["HS256"])

def maybe_user(authorization: str = Header(None)):
    try:
        return jwt.decode(authorization, KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return None
"""
APP = "from fastapi import Depends, FastAPI, APIRouter, Request, WebSocket\nfrom app.auth import user, maybe_user\n"


def _survey_with_all_outlines(file: SourceFile, terms: Terms) -> Survey:
    misses = terms.code.misses
    found = survey(file, terms.code, terms.auth)
    if terms.code.misses == misses:
        return found
    terms.code.fetch(())
    return _survey_with_all_outlines(file, terms)


def surveyed(files: Files) -> Iterator[tuple[Endpoint, Verdict | None]]:
    """Every endpoint of a tree with what is to be said of it."""
    policy = policy_of(files)
    files = {"app/__init__.py": "", "app/auth.py": AUTH, **files}
    audited = audit_of(files, policy)
    endpoints: list[Endpoint] = []
    mounts: dict[str, tuple[Mount, ...]] = {}
    for file in snapshot_of(files, policy):
        found = _survey_with_all_outlines(file, audited.terms)
        stored = msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Survey)
        assert stored == found, "a survey is kept in the index"
        endpoints += stored.endpoints
        mounts[file.path] = stored.mounts
    served, inferred = Served(mounts), policy.auth.canonical is None
    for endpoint in endpoints:
        yield endpoint, served.verdict(endpoint, audited.auth_canonical, inferred, policy.auth)


def states(source: str, **more: str) -> dict[str, str]:
    """The states of the endpoints of an application, by method and path."""
    files = {"app/main.py": APP + source, **more}
    return {f"{verdict.method} {verdict.route}": verdict.state for _, verdict in surveyed(files) if verdict is not None}


def reasons(source: str) -> set[str]:
    """Why it cannot be told of the endpoints of an application."""
    found = surveyed({"app/main.py": APP + source})
    return {verdict.reason for _, verdict in found if verdict is not None and verdict.state == "unknown"}


def test_a_chain_shows_how_an_endpoint_is_protected() -> None:
    source = "app = FastAPI()\n@app.get('/a')\ndef a(it=Depends(user)): return it\n"
    ((_, verdict),) = surveyed({"app/main.py": APP + source})
    assert verdict is not None
    assert verdict.state == "protected"
    assert verdict.chain[0] == "user (app/main.py:5)"


def test_an_endpoint_beside_it_that_asks_nobody_is_a_finding() -> None:
    source = "app = FastAPI()\n@app.get('/a')\ndef a(it=Depends(user)): ...\n@app.put('/b')\nasync def b(): ...\n"
    ((_, _), (endpoint, verdict)) = surveyed({"app/main.py": APP + source})
    assert verdict is not None
    finding = unprotected_finding(endpoint, verdict, "PyJWT", inferred=True)
    assert (finding.symbol, finding.line, finding.severity) == ("PUT /b", 7, "high")
    assert finding.message == "the endpoint `PUT /b` reaches no validation"


@pytest.mark.parametrize(
    ("dependency", "state"),
    [
        pytest.param("it=Depends(user)", "protected", id="that raises"),
        pytest.param("it=Depends(maybe_user)", "unknown", id="that gives nothing where it refuses"),
        pytest.param("it=Depends(lambda: 7)", "unprotected", id="that is no check"),
        pytest.param("it=Depends(elsewhere)", "unknown", id="that is not in sight"),
    ],
)
def test_it_depends_on_the_dependency(dependency: str, state: str) -> None:
    source = f"from company import elsewhere\napp = FastAPI()\n@app.get('/a')\ndef a({dependency}): return []\n"
    also = "@app.get('/known')\ndef known(it=Depends(user)): ...\n"
    assert states(source + also)["GET /a"] == state


@pytest.mark.parametrize(
    ("test", "state"),
    [
        pytest.param("if it is None:\n        raise ValueError\n    ", "protected", id="tested"),
        pytest.param("if not it:\n        return 'no'\n    ", "unknown", id="tested, and answered all the same"),
        pytest.param("", "unknown", id="not tested"),
    ],
)
def test_a_result_that_may_be_nothing_has_to_be_looked_at(test: str, state: str) -> None:
    source = f"app = FastAPI()\n@app.get('/a')\ndef a(it=Depends(maybe_user)):\n    {test}return []\n"
    assert states(source)["GET /a"] == state


def test_every_way_to_a_router_has_to_be_guarded() -> None:
    source = (
        "router = APIRouter()\n@router.get('/a')\ndef a(): return []\napp = FastAPI()\n"
        "app.include_router(router, prefix='/in', dependencies=[Depends(user)])\n"
    )
    assert states(source) == {"GET /in/a": "protected"}
    assert set(states(source + "app.include_router(router, prefix='/out')\n").values()) == {"unprotected"}


def test_a_router_that_nothing_includes_is_nothing_to_complain_about() -> None:
    source = "router = APIRouter()\n@router.get('/a')\ndef a(): return []\n"
    assert reasons(source + "@router.get('/b')\ndef b(it=Depends(user)): ...\n") == {
        "nothing in sight serves app.main.router"
    }


def test_a_function_that_registers_is_followed_to_the_application() -> None:
    source = (
        "def register(target: FastAPI):\n    @target.get('/a')\n    def a(): return []\n"
        "app = FastAPI(dependencies=[Depends(user)])\nregister(app)\n"
    )
    assert states(source) == {"GET /a": "protected"}


def test_middleware_for_requests_does_not_see_websockets() -> None:
    source = (
        "app = FastAPI()\n@app.middleware('http')\nasync def gate(request: Request, call_next):\n"
        "    user(request.headers['x'])\n    return await call_next(request)\n"
        "@app.get('/a')\ndef a(): return []\n"
        "@app.websocket('/b')\nasync def b(socket: WebSocket):\n    await socket.accept()\n"
    )
    assert states(source) == {"GET /a": "protected", "WS /b": "unprotected"}


def test_a_check_that_comes_with_each_message_comes_late() -> None:
    source = (
        "app = FastAPI()\n@app.websocket('/a')\nasync def a(socket: WebSocket):\n    await socket.accept()\n"
        "    while True:\n        text = await socket.receive_text()\n        user(text)\n"
        "@app.websocket('/b')\nasync def b(socket: WebSocket):\n    await socket.accept()\n"
        "    user(await socket.receive_text())\n    await socket.send_text('hello')\n"
    )
    assert states(source) == {"WS /a": "unknown", "WS /b": "protected"}


def test_a_check_under_a_condition_leaves_it_open() -> None:
    source = "app = FastAPI()\n@app.get('/a')\ndef a(on: bool):\n    if on:\n        user('x')\n    return []\n"
    (reason,) = reasons(source)
    assert reason == "app.auth.user is reached under a condition only: auth.user (app/main.py:7)"


def test_a_check_by_hand_leaves_it_open() -> None:
    source = (
        "from fastapi import HTTPException\napp = FastAPI()\n@app.get('/a')\ndef a(token: str):\n"
        "    if token != SECRET:\n        raise HTTPException(401)\n    return []\n"
        "@app.get('/b')\ndef b(it=Depends(user)): ...\n"
    )
    assert reasons(source) == {"a refuses by a check of its own"}


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("/health", "public"),
        ("/api/v1/login", "public"),
        ("/.well-known/jwks.json", "public"),
        ("/healthy-orders", "unprotected"),
        ("/orders/{health}", "unprotected"),
    ],
)
def test_what_is_usually_public_is_told_as_public(path: str, state: str) -> None:
    source = f"app = FastAPI()\n@app.get({path!r})\ndef a(): return []\n@app.get('/b')\ndef b(it=Depends(user)): ...\n"
    assert states(source)[f"GET {path}"] == state


def test_a_policy_says_what_is_public_and_which_check_is_right() -> None:
    policy = (
        "auth:\n  canonical: House\n  patterns: [{name: House, calls: [app.auth.user]}]\n"
        "  public: [{path: /open*, reason: for all}, {function: app.main.b, reason: the start}]\n"
    )
    source = (
        "import jwt\napp = FastAPI()\n@app.get('/open/a')\ndef a(): return []\n@app.get('/b')\ndef b(): return []\n"
        "@app.get('/health')\ndef c(): return []\n@app.get('/d')\ndef d(it=Depends(user)): return it\n"
        "@app.get('/e')\ndef e(t: str): return jwt.decode(t, KEY, algorithms=['HS256'])\n"
    )
    found = list(surveyed({"app/main.py": APP + source, ".github/fifthwhy.yml": policy}))
    by_route = {verdict.route: (endpoint, verdict) for endpoint, verdict in found if verdict is not None}
    assert {route: verdict.state for route, (_, verdict) in by_route.items()} == {
        "/open/a": "public",
        "/b": "public",
        "/health": "unprotected",
        "/d": "protected",
        "/e": "unprotected",
    }
    finding = unprotected_finding(*by_route["/e"], "House", inferred=False)
    assert (finding.severity, finding.message) == ("medium", "`GET /e` is checked by PyJWT, not by House")


def test_a_django_view_that_no_url_leads_to_is_no_endpoint() -> None:
    views = "from django.http import HttpResponse\ndef a(request): return HttpResponse()\ndef b(request): ..."
    urls = (
        "from django.contrib.auth.decorators import login_required\n"
        "from django.urls import path\nfrom app import views\n"
        "urlpatterns = [path('a/', login_required(views.a))]"
    )
    found = {e.function: v and v.state for e, v in surveyed({"app/views.py": views, "app/urls.py": urls})}
    assert found == {"app.views.a": "protected", "app.views.b": None}


def test_mounts_of_a_whole_tree_go_in_circles_and_come_to_an_end() -> None:
    mounts = (Mount("include", "app.a", "app.b"), Mount("include", "app.b", "app.a"))
    assert Served({"app/main.py": mounts}).ways("app.a")


def _socket(*lines: str) -> str:
    """The state of a WebSocket whose handler has these lines."""
    body = "".join(f"    {line}\n" for line in lines)
    source = "import jwt\napp = FastAPI()\n@app.websocket('/a')\nasync def a(ws: WebSocket, token: str):\n" + body
    return states(source + "@app.get('/b')\ndef b(it=Depends(user)): ...\n")["WS /a"]


FOREVER = ("while True:", "    await ws.receive_text()")
REFUSING = ("    user(token)", "except jwt.PyJWTError:", "    await ws.close(code=1008)", "    return")


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        pytest.param(("user(token)", "await ws.accept()", *FOREVER), "protected", id="checked before it"),
        pytest.param(("await ws.accept()", *FOREVER), "unprotected", id="never checked"),
        pytest.param(
            ("while True:", "    text = await ws.receive_text()", "    if text:", "        continue", "    user(text)"),
            "unknown",
            id="checked inside",
        ),
        pytest.param(
            ("while True:", "    if token == 'guest':", "        break", "    user(token)", "await ws.accept()"),
            "unknown",
            id="left without a check",
        ),
        pytest.param(("try:", *REFUSING, "await ws.accept()", *FOREVER), "protected", id="refused before it"),
        pytest.param(("user(token)", "await ws.accept()", "raise RuntimeError"), "protected", id="raising in the end"),
        pytest.param(("await ws.accept()", "raise RuntimeError"), "unprotected", id="raising without a check"),
    ],
)
def test_a_handler_that_never_comes_to_an_end(lines: tuple[str, ...], state: str) -> None:
    assert _socket(*lines) == state


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        pytest.param(("try:", *REFUSING, "await ws.accept()"), "protected", id="because of the token"),
        pytest.param(
            (
                "if token == 'guest':",
                "    await ws.send_text('all')",
                "    await ws.close()",
                "    return",
                "user(token)",
            ),
            "unknown",
            id="because all was sent",
        ),
        pytest.param(
            ("if token == 'guest':", "    await tell(ws)", "    await ws.close()", "    return", "user(token)"),
            "unknown",
            id="because something else has answered",
        ),
        pytest.param(("user(token)", "await ws.accept()", "await ws.close()", "return"), "protected", id="in the end"),
    ],
)
def test_why_a_websocket_is_closed(lines: tuple[str, ...], state: str) -> None:
    assert _socket(*lines) == state


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        pytest.param(("user(await ws.receive_text())",), "protected", id="first of all"),
        pytest.param(
            ("m = await ws.receive_json()", "t = m.get('token')", "user(t)", "await ws.send_text('hi')", *FOREVER),
            "protected",
            id="first thing with the first message",
        ),
        pytest.param(("await ws.send_text('secret')", "user(token)"), "unknown", id="behind an answer"),
        pytest.param(
            ("if token:", "    await ws.send_json({})", "user(await ws.receive_text())"),
            "unknown",
            id="behind an answer to some",
        ),
        pytest.param(
            ("it = maybe_user(token)", "await ws.send_text('secret')", "if it is None:", "    raise ValueError"),
            "unknown",
            id="looked at behind an answer",
        ),
        pytest.param(
            ("m = await ws.receive_json()", "await store.save(m['order'])", "user(m['token'])"),
            "unknown",
            id="behind work on the message",
        ),
        pytest.param(
            ("m = await ws.receive_json()", "done = await run(m)", "user(m['token'])"),
            "unknown",
            id="behind work on the message that gives something",
        ),
        pytest.param(
            ("m = await ws.receive_json()", "LATEST['m'] = m", "user(m['token'])"), "unknown", id="behind keeping it"
        ),
        pytest.param(
            ("await store.save(await ws.receive_json())", "user(token)"), "unknown", id="behind work without a name"
        ),
    ],
)
def test_a_check_behind_the_first_answer_comes_late(lines: tuple[str, ...], state: str) -> None:
    assert _socket("await ws.accept()", *lines) == state


FLASK = (
    "from flask import Blueprint, Flask\nfrom flask_login import login_required\nbp = Blueprint('bp', __name__)\n"
    "app = Flask(__name__)\napp.register_blueprint(bp)\n@bp.get('/a')\ndef a(): return []\n"
    "@app.get('/b')\n@login_required\ndef b(): return []\n"
)


@pytest.mark.parametrize(
    ("hook", "state"),
    [
        pytest.param("@bp.before_request\n@login_required\ndef hook(): pass\n", "protected", id="below the hook"),
        pytest.param("@login_required\n@bp.before_request\ndef hook(): pass\n", "unprotected", id="above the hook"),
        pytest.param("@bp.before_app_request\n@login_required\ndef hook(): pass\n", "unknown", id="of all blueprints"),
        pytest.param("@login_required\ndef hook(): pass\nbp.before_request(hook)\n", "protected", id="by its name"),
    ],
)
def test_the_decorators_of_a_hook_guard_what_it_stands_before(hook: str, state: str) -> None:
    assert states("", **{"app/shop.py": FLASK + hook})["GET /a"] == state
