"""The stand-in cannot drift into fiction: what GitHub's schemas do not know is an error, and a loud one."""

from pathlib import Path

import pytest
from githubkit import AppAuthStrategy
from githubkit.exception import RequestFailed

from bot.demo import profiles, schemas
from bot.demo.github import GitHubStandIn
from bot.demo.registration import AppRegistration
from bot.demo.schemas import SchemaError
from bot.demo.serving import serving
from tests.bot.demo.conftest import client

SHOP = "acme/shop"


def test_a_genuine_answer_passes(standin: GitHubStandIn) -> None:
    schemas.check_answer("FullRepository", profiles.full_repository(standin.state, standin.state.repository(SHOP)))


@pytest.mark.parametrize(
    ("invented", "complaint"),
    [
        ({"default_branch": None}, "default_branch"),
        ({"branch_by_default": "main"}, "FullRepository.branch_by_default"),
        ({"owner": {"login": "acme"}}, "owner"),
    ],
)
def test_a_missing_or_invented_field_is_named(
    invented: dict[str, object], complaint: str, standin: GitHubStandIn
) -> None:
    answer = profiles.full_repository(standin.state, standin.state.repository(SHOP)) | invented
    with pytest.raises(SchemaError, match=complaint):
        schemas.check_answer("FullRepository", answer)


def test_a_payload_that_is_no_event_is_refused() -> None:
    with pytest.raises(SchemaError, match="pull_request"):
        schemas.check_event("pull_request", "opened", b'{"action": "opened"}')
    with pytest.raises(SchemaError, match=r"pull_request\.invented"):
        schemas.check_event("pull_request", "invented", b"{}")


def test_an_answer_against_the_schema_is_an_error_for_the_app_and_for_the_test(tmp_path: Path) -> None:
    fanciful = AppRegistration.generate(permissions={"issues": "sometimes"})
    standin = GitHubStandIn(fanciful, tmp_path)

    def ask() -> None:
        with serving(standin) as address:
            app = client(AppAuthStrategy(fanciful.id, fanciful.private_key_pem), address)
            with pytest.raises(RequestFailed) as failure:
                app.rest.apps.get_installation(fanciful.installation.id)
            assert failure.value.response.status_code == 500
            assert "sometimes" in failure.value.response.text

    with pytest.raises(ExceptionGroup) as violations:
        ask()
    assert violations.group_contains(SchemaError)
