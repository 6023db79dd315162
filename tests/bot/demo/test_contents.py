"""Files of the default branch, by the API."""

import base64
import json

import pytest
from githubkit import AppInstallationAuthStrategy, GitHub
from githubkit.exception import RequestFailed

Client = GitHub[AppInstallationAuthStrategy]

pytestmark = pytest.mark.usefixtures("address")


def test_a_file_comes_with_its_content_and_git_s_id(github: Client) -> None:
    found = json.loads(github.rest.repos.get_content("acme", "shop", "shop/auth.py").content)
    assert (found["type"], found["path"], found["encoding"]) == ("file", "shop/auth.py", "base64")
    assert base64.b64decode(found["content"]) == b"def verify(): ...\n"
    assert found["sha"] == "7f552c379510dcfcbc5ff9aa49470f5eba4efb03"


def test_what_is_not_there_is_a_404(github: Client) -> None:
    with pytest.raises(RequestFailed) as refused:
        github.rest.repos.get_content("acme", "shop", "shop/gone.py")
    assert refused.value.response.status_code == 404
