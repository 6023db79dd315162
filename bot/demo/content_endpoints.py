"""The endpoint about a file of the default branch.

Source: https://docs.github.com/en/rest/repos/contents.
"""

import base64

from bot.demo import bare_git, profiles
from bot.demo.answers import Answer, not_found
from bot.demo.api import Call, Endpoint


def get_content(call: Call) -> Answer:
    """https://docs.github.com/en/rest/repos/contents#get-repository-content: of files; folders are not listed here."""
    repository, path = call.repository, str(call.path["path"])
    tip = bare_git.branch_tip(repository.path, repository.default_branch)
    content = None if tip is None else bare_git.read_blob(repository.path, tip, path.encode())
    if content is None:
        raise not_found()
    url = profiles.api_url(call.state, f"/repos/{repository.full_name}/contents/{path}")
    blob = bare_git.blob_id(content)
    links = {"self": url, "git": None, "html": None}
    return Answer(
        {
            "type": "file",
            "encoding": "base64",
            "size": len(content),
            "name": path.rpartition("/")[2],
            "path": path,
            "content": base64.encodebytes(content).decode(),
            "sha": blob,
            "url": url,
            "git_url": None,
            "html_url": None,
            "download_url": None,
            "_links": links,
        }
    )


TABLE = (Endpoint("GET", "/repos/{owner}/{repo}/contents/{path:path}", get_content, "ContentFile", ("contents",)),)
