"""Files of the default branch, by the API."""

import pytest
from githubkit import AppInstallationAuthStrategy, GitHub
from githubkit.exception import RequestFailed

from bot.demo.github import GitHubStandIn
from tests.demo.conftest import SHOP

Client = GitHub[AppInstallationAuthStrategy]

pytestmark = pytest.mark.usefixtures("address")


def test_a_file_comes_with_its_content_and_git_s_id(github: Client, standin: GitHubStandIn) -> None:
    found = github.rest.repos.get_content("acme", "shop", "shop/cart.py").json()
    path = standin.state.repository(SHOP).path
    assert path.is_dir()
    assert (found["type"], found["path"], found["encoding"]) == ("file", "shop/cart.py", "base64")
    assert len(found["sha"]) == 40


def test_what_is_not_there_is_a_404(github: Client) -> None:
    with pytest.raises(RequestFailed) as refused:
        github.rest.repos.get_content("acme", "shop", "shop/gone.py")
    assert refused.value.response.status_code == 404
