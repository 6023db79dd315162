"""A GitHub Enterprise Server: another base address, and a certificate that only the settings vouch for."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx

from bot.demo.github import GitHubStandIn
from bot.demo.processes import running
from bot.demo.registration import AppRegistration
from tests.certificates import own_certificate
from tests.e2e.conftest import App
from tests.e2e.test_pull_request import SHOP, STRAY


def test_a_pull_request_on_a_server_of_one_s_own_is_audited_and_its_links_lead_there(tmp_path: Path) -> None:
    certificate = own_certificate(tmp_path)
    settings = {"FIFTHWHY_CA_FILE": str(certificate), "FIFTHWHY_GITHUB_WEB_URL": ""}  # follows from the API's address
    standin = GitHubStandIn(AppRegistration.generate(account="acme"), tmp_path / "github")
    with running(standin, tmp_path, settings, certificate=certificate) as address:
        app = App(standin, address, standin.add_person("ada"), tmp_path)
        pull = app.shop(SHOP).open({"shop/basket.py": STRAY})
        body = pull.wait_for_comment()
        link = next(part.split(")")[0] for part in body.split("](") if "/blob/" in part and "basket" in part)
        page = httpx.get(link, verify=ssl.create_default_context(cafile=certificate), trust_env=False)
        assert address.startswith("https://")
        assert link.startswith(f"{address}/{pull.shop.name}/blob/{pull.head}/")
        assert page.is_success
        assert pull.wait_for_check().completed_at is not None
