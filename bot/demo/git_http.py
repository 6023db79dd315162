"""Git's smart HTTP: `git http-backend` in a small ASGI wrapper, behind a check of the token.

Source: https://git-scm.com/docs/git-http-backend and https://git-scm.com/docs/http-protocol; RFC 3875 (CGI).
"""

import logging
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

import anyio
import anyio.to_thread
from anyio.abc import ByteReceiveStream, ByteSendStream, Process
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.demo import bare_git
from bot.demo.access import Access, basic_password
from bot.demo.answers import ApiError, Moved
from bot.demo.bare_git import git_environment
from bot.demo.records import Repository, User
from bot.demo.state import NotFoundError, State

log = logging.getLogger(__name__)

PUSH = "git-receive-pack"
FETCH = "git-upload-pack"
CHUNK = 65_536
_UNCACHED = {
    "Content-Type": f"application/x-{FETCH}-advertisement",
    "Cache-Control": "no-cache, max-age=0, must-revalidate",
}
LARGEST_HEAD = 16_384


@dataclass(frozen=True, slots=True)
class Admission:
    """Leave to use one service of one repository, and the person it was given to (None: the App)."""

    repository: Repository
    person: User | None


class GitHTTP:
    """Serves fetches to whoever may read a repository and pushes to the people who may write to it."""

    def __init__(self, state: State, access: Access, after_push: Callable[[Repository, User], None]) -> None:
        self._state = state
        self._access = access
        self.after_push = after_push

    def routes(self) -> list[Route]:
        """The three addresses of the smart protocol; the dumb one is not served."""
        methods = {"info/refs": "GET", FETCH: "POST", PUSH: "POST"}
        path = "/{owner}/{repo}.git/"
        return [Route(path + name, Service(self, name), methods=[method]) for name, method in methods.items()]

    def admit(self, request: Request, service: str) -> Admission | Response:
        """Leave for the request's token to use this service, or else GitHub's answer."""
        if service not in (FETCH, PUSH):
            return PlainTextResponse("Please upgrade your git client.\n", 403)
        secret = basic_password(request.headers.get("authorization", ""))
        if secret is None:
            return _unauthorized("No anonymous access.")
        full_name = "{owner}/{repo}".format(**request.path_params)
        try:
            return self._person(secret, full_name, service) or self._app(secret, full_name, service)
        except (NotFoundError, Moved):
            return self._elsewhere(request, full_name)
        except ApiError as refusal:
            if refusal.status == 401:
                return _unauthorized("Invalid username or token.")
            text = "Repository not found." if refusal.status == 404 else refusal.message
            return PlainTextResponse(f"{text}\n", refusal.status)

    def _elsewhere(self, request: Request, full_name: str) -> Response:
        """Where a repository that was renamed is; a git client follows there."""
        moved = self._state.moved(full_name)
        if moved is None:
            return PlainTextResponse("Repository not found.\n", 404)
        service = request.url.path.partition(".git/")[2]
        return RedirectResponse(f"/{moved.full_name}.git/{service}?{request.url.query}", 301)

    def _person(self, secret: str, full_name: str, service: str) -> Admission | None:
        person = self._state.people.with_token(secret)
        if person is None:
            return None
        repository = self._state.repository(full_name)
        if service == PUSH and not self._state.people.may_push(person.user, repository):
            raise ApiError(403, f"Permission to {full_name}.git denied to {person.user.login}.")
        return Admission(repository, person.user)

    def _app(self, secret: str, full_name: str, service: str) -> Admission:
        token = self._access.token(secret)
        repository = self._access.covered(token, full_name)
        if service == PUSH or not token.grants("contents", "read"):
            raise ApiError(403, "Write access to repository not granted.")
        return Admission(repository, None)


class Service:
    """The ASGI application behind one of the three addresses."""

    def __init__(self, git: GitHTTP, name: str) -> None:
        self._git = git
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the token, then let git answer."""
        request = Request(scope, receive)
        asked = request.query_params.get("service", "") if self._name == "info/refs" else self._name
        allowed = self._git.admit(request, asked)
        if isinstance(allowed, Response):
            await allowed(scope, receive, send)
            return
        if self._name == "info/refs" and asked == FETCH and "version=2" in request.headers.get("git-protocol", ""):
            content = await anyio.to_thread.run_sync(bare_git.abilities, allowed.repository.path)
            await Response(content, headers=_UNCACHED)(scope, receive, send)
            return
        environment = _cgi_environment(scope, allowed.repository, self._name)
        async with await anyio.open_process(
            ["git", "http-backend"], env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            await _exchange(process, receive, send, lambda: self._finished(allowed))

    def _finished(self, allowed: Admission) -> None:
        if self._name == PUSH and allowed.person is not None:
            self._git.after_push(allowed.repository, allowed.person)


def _unauthorized(text: str) -> Response:
    return PlainTextResponse(f"{text}\n", 401, headers={"WWW-Authenticate": 'Basic realm="GitHub"'})


def _cgi_environment(scope: Scope, repository: Repository, name: str) -> dict[str, str]:
    headers = Headers(scope=scope)
    given = {
        "CONTENT_TYPE": headers.get("content-type"),
        # Without a length (chunked requests) http-backend reads up to the end of its input.
        "CONTENT_LENGTH": headers.get("content-length"),
        "HTTP_CONTENT_ENCODING": headers.get("content-encoding"),
        "GIT_PROTOCOL": headers.get("git-protocol"),
    }
    return git_environment() | {
        "GIT_PROJECT_ROOT": str(repository.path.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{repository.path.name}/{name}",
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "REQUEST_METHOD": scope["method"],
        # Its presence is what lets http-backend accept a push; who may push was decided before.
        "REMOTE_USER": "authenticated",
        "REMOTE_ADDR": "127.0.0.1",
        **{name: value for name, value in given.items() if value is not None},
    }


async def _exchange(process: Process, receive: Receive, send: Send, finished: Callable[[], None]) -> None:
    """Pass the request to the process and its answer back, both as streams; then say that it is done."""
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise RuntimeError("git http-backend was started without pipes")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_feed, receive, process.stdin)
        tasks.start_soon(_log_errors, process.stderr)
        status, headers, body = await _read_head(process.stdout)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        while body is not None:
            await send({"type": "http.response.body", "body": body, "more_body": True})
            body = await _read(process.stdout)
        await process.wait()
        # Before the last byte, so that whoever pushed finds the pull request up to date.
        await anyio.to_thread.run_sync(finished)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        tasks.cancel_scope.cancel()


async def _feed(receive: Receive, stdin: ByteSendStream) -> None:
    try:
        more = True
        while more:
            message = await receive()
            # When the client is gone, closing the input is enough: git sees a truncated request and gives up.
            more = message["type"] == "http.request" and message.get("more_body", False)
            if message.get("body"):
                await stdin.send(message["body"])
    except (anyio.BrokenResourceError, anyio.ClosedResourceError):
        pass  # git answered without reading all of it
    finally:
        await stdin.aclose()


async def _log_errors(stderr: ByteReceiveStream) -> None:
    while (chunk := await _read(stderr)) is not None:
        log.warning("git http-backend: %s", chunk.decode("utf-8", "replace").rstrip())


async def _read_head(stdout: ByteReceiveStream) -> tuple[int, list[tuple[bytes, bytes]], bytes | None]:
    """The CGI header block, and the first part of the body behind it."""
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = await _read(stdout)
        if chunk is None or len(received) > LARGEST_HEAD:
            return 500, [(b"content-type", b"text/plain")], b"git http-backend failed\n"
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    pairs = [line.split(b":", 1) for line in head.split(b"\r\n")]
    headers = [(name.strip().lower(), value.strip()) for name, value in pairs]
    status = next((int(value.split()[0]) for name, value in headers if name == b"status"), 200)
    return status, [pair for pair in headers if pair[0] != b"status"], body


async def _read(stream: ByteReceiveStream) -> bytes | None:
    try:
        return await stream.receive(CHUNK)
    except anyio.EndOfStream:
        return None
