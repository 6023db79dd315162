"""A git server for tests: real smart HTTP through `git http-backend`, which checks the token as GitHub does."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bot.git.git import Remote

TOKEN = "ghs_TheTokenOfThisInstallation"
BASIC = b64encode(f"x-access-token:{TOKEN}".encode()).decode()


@dataclass
class GitServer:
    """Serves the repositories below `root`; what it answers can be changed while it runs."""

    root: Path
    address: str = ""
    requests: list[str] = field(default_factory=list)
    """The path of every request, in order."""
    fails_with: int | None = None
    """Answer everything with this status, as GitHub does on a bad day."""
    redirects_to: str | None = None
    on_request: Callable[[str], None] = lambda path: None
    """Called with the path while the client waits for its answer."""

    def remote(self, name: str, token: str | None = TOKEN) -> Remote:
        return Remote(f"{self.address}/{name}", token=token, plain_http=True)


@contextlib.contextmanager
def serving(root: Path) -> Iterator[GitServer]:
    """A server on a free port of this machine, until the block ends."""
    server = GitServer(root)

    class Handler(_Handler):
        git_server = server

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        server.address = f"http://127.0.0.1:{listener.server_port}"
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    git_server: GitServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test's output is for the test."""

    def _answer(self) -> None:
        server = self.git_server
        server.requests.append(self.path)
        server.on_request(self.path)
        if server.fails_with is not None:
            self._refuse(server.fails_with)
        elif server.redirects_to is not None:
            self._refuse(301, ("Location", server.redirects_to + self.path))
        elif self.headers["Authorization"] != f"Basic {BASIC}":
            self._refuse(401, ("WWW-Authenticate", 'Basic realm="GitHub"'))
        else:
            self._run_backend()

    def _refuse(self, status: int, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", "0")):
            self.send_header(name, value)
        self.end_headers()

    def _run_backend(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=self._cgi_environment(), capture_output=True, check=True
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _cgi_environment(self) -> dict[str, str]:
        path, _, query = self.path.partition("?")
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_PROJECT_ROOT": str(self.git_server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
