"""The weekly post with real processes: asked for by a policy, posted once, whatever is pushed meanwhile."""

from __future__ import annotations

from bot.demo.records import Comment
from report_templates.render import WEEKLY_MARKER
from tests.e2e.conftest import App, Shop
from tests.e2e.test_pull_request import SHOP

DAILY = "symbols:\n  - name: Cart\n    canonical: shop.cart\nweekly: {cron: '0 9 * * *', title: Where we stand}\n"
"""Due at nine every day, so that there is always one that was missed less than a day ago."""


def posts(shop: Shop) -> list[Comment]:
    """Ours, on whatever issue."""
    state = shop.app.standin.state
    written = [each for issue in state.issues(state.repository(shop.name)) for each in state.comments(issue)]
    return [comment for comment in written if comment.body.startswith(WEEKLY_MARKER)]


def push(shop: Shop, files: dict[str, str]) -> None:
    shop.repo.commit(files)
    shop.upload()
    shop.app.standin.refresh(shop.name, shop.app.person)


def test_a_post_that_was_missed_is_caught_up_once_its_policy_is_seen(app: App) -> None:
    """The policy has been there for long; a push to the default branch is the first that this server hears of it."""
    shop = app.shop({**SHOP, ".github/fifthwhy.yml": DAILY})
    push(shop, {"README.md": "# Shop\n"})
    app.wait_for(lambda: posts(shop) or None, "nothing was posted")

    push(shop, {"README.md": "# The shop\n"})
    pull = shop.open({"shop/basket.py": "from shop.cart import Cart\n"})
    pull.wait_for_comment()
    assert len(posts(shop)) == 1
