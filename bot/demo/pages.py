"""What a person sees in the browser: repositories, issues and pull requests with comments, files, commits."""

import os
import re
from urllib.parse import unquote_to_bytes

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.demo import bare_git, markdown
from bot.demo.records import Issue, PullRequest, Repository
from bot.demo.state import NotFoundError, State

# Nothing but this page's own style and script runs, whatever a comment tries.
_POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https: data:; base-uri 'none'"
_BLOB_PATH = re.compile(rb"/[^/]+/[^/]+/blob/[^/]+/(.+)", re.DOTALL)
_ASSETS = {"style.css": "text/css", "lines.js": "text/javascript"}


class _FileName(StringConvertor):
    """The rest of a path, line breaks included: git has nothing against them in file names."""

    regex = r"[\s\S]+"


register_url_convertor("filename", _FileName())


class Pages:
    """Renders the pages over the state."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._templates = Environment(
            loader=PackageLoader("bot.demo", "pages"),
            autoescape=select_autoescape(("html.j2",), default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["markdown"] = _rendered

    def routes(self) -> list[Route]:
        """Where the pages are, laid out as on GitHub."""
        return [
            Route("/", self.index),
            Route("/assets/{name}", self.asset),
            Route("/{owner}/{repo}/pull/{number:int}", self.thread, name="pull"),
            Route("/{owner}/{repo}/issues/{number:int}", self.thread, name="issues"),
            Route("/{owner}/{repo}/blob/{sha}/{path:filename}", self.blob),
            Route("/{owner}/{repo}/commit/{sha}", self.commit),
        ]

    async def index(self, _: Request) -> Response:
        """All repositories with their issues and pull requests."""
        return self._page("index", repositories=[(one, self._state.issues(one)) for one in self._state.repositories()])

    async def asset(self, request: Request) -> Response:
        """The style sheet or the script."""
        name = request.path_params["name"]
        if name not in _ASSETS:
            return self._not_found()
        content = self._templates.get_template(name).render()
        return Response(content, media_type=_ASSETS[name])

    async def thread(self, request: Request) -> Response:
        """An issue or a pull request: title, description and comments."""
        found = self._thread(request)
        if found is None:
            return self._not_found()
        repository, issue = found
        return self._page("thread", repository=repository, issue=issue, comments=self._state.comments(issue))

    async def blob(self, request: Request) -> Response:
        """A file at a commit, with numbered lines, so that permalinks open."""
        # The raw path, since a file name need not be UTF-8.
        match = _BLOB_PATH.fullmatch(request.scope["raw_path"])
        repository, sha = self._repository(request), request.path_params["sha"]
        if match is None or repository is None:
            return self._not_found()
        name = unquote_to_bytes(match[1])
        content = await run_in_threadpool(bare_git.read_blob, repository.path, sha, name)
        if content is None:
            return self._not_found()
        # Lines as git counts them: `str.splitlines` also breaks at form feeds and the like.
        lines = content.decode("utf-8", "replace").removesuffix("\n").split("\n")
        shown = os.fsdecode(name).encode("utf-8", "replace").decode()
        return self._page("blob", repository=repository, sha=sha, path=shown, lines=lines)

    async def commit(self, request: Request) -> Response:
        """Subject, author and date of a commit."""
        repository = self._repository(request)
        if repository is None:
            return self._not_found()
        commit = await run_in_threadpool(bare_git.read_commit, repository.path, request.path_params["sha"])
        return self._page("commit", repository=repository, commit=commit) if commit else self._not_found()

    def _thread(self, request: Request) -> tuple[Repository, Issue] | None:
        repository, number = self._repository(request), request.path_params["number"]
        if repository is None:
            return None
        try:
            issue = self._state.issue(repository.full_name, number)
        except NotFoundError:
            return None
        is_pull = isinstance(issue, PullRequest)
        return (repository, issue) if is_pull == request.url.path.endswith(f"/pull/{number}") else None

    def _repository(self, request: Request) -> Repository | None:
        try:
            return self._state.repository("{owner}/{repo}".format(**request.path_params))
        except NotFoundError:
            return None

    def _not_found(self) -> Response:
        return self._page("missing", status=404)

    def _page(self, template: str, status: int = 200, **context: object) -> Response:
        content = self._templates.get_template(f"{template}.html.j2").render(context)
        headers = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}
        return HTMLResponse(content, status, headers=headers)


def _rendered(text: str | None) -> Markup:
    return Markup(markdown.render(text or "_No description provided._"))  # noqa: S704 (sanitized)
