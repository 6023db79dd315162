"""An owner who uninstalls the App: nothing of theirs stays on the disk."""

from __future__ import annotations

import time

from tests.e2e.conftest import PATIENCE_SECONDS, App, PullRequest, Shop
from tests.e2e.test_pull_request import SHOP, STRAY
from tests.repositories import Repo


def shop_of(app: App, account: str) -> Shop:
    """A repository of an account of its own, on which the App is installed."""
    app.standin.owner.add_organization(account)
    app.standin.owner.install(account, app.person)
    repo = Repo.create(app.folder / account)
    repo.commit(SHOP)
    app.standin.add_repository(f"{account}/shop", repo.path)
    return Shop(app, f"{account}/shop", repo)


def audited(shop: Shop) -> PullRequest:
    pull = shop.open({"shop/basket.py": STRAY})
    pull.wait_for_comment()
    return pull


def test_what_was_fetched_is_gone_once_the_app_is_uninstalled(app: App) -> None:
    shop = shop_of(app, "leaving")
    audited(shop)
    id = app.standin.state.repository(shop.name).id
    mirrors = [*(app.folder / "data" / "mirrors").glob(f"*/{id}.git")]
    assert len(mirrors) == 1

    app.standin.owner.uninstall("leaving", app.person)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while mirrors[0].exists():
        assert time.monotonic() < deadline, "the mirror is still there"
