"""Policies, seen from GitHub: which one a pull request is measured by, and what is said where one cannot be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from tests.e2e.conftest import App, PullRequest, Shop
from tests.repositories import Content, Repo

FILES = {
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
}
STRAY = {"shop/basket.py": "from shop.models import Cart\n"}
CANONICAL_CART = "symbols:\n  - name: Cart\n    canonical: shop.cart\n"
POLICY = ".github/fifthwhy.yml"


@dataclass
class Organisation:
    """An organization of its own, on which the App is installed."""

    app: App
    name: str

    def shop(self, name: str, files: Mapping[str, Content]) -> Shop:
        """A repository of this organization."""
        repo = Repo.create(self.app.folder / self.name / name)
        repo.commit(dict(files))
        self.app.standin.add_repository(f"{self.name}/{name}", repo.path)
        return Shop(self.app, f"{self.name}/{name}", repo)


@pytest.fixture
def organisation(app: App) -> Iterator[Organisation]:
    name = f"umbrella-{next(app.numbers)}"
    app.standin.owner.add_organization(name)
    app.standin.owner.install(name, app.person)
    yield Organisation(app, name)
    app.standin.owner.uninstall(name, app.person)


def comment(pull: PullRequest) -> str:
    """What is said on a pull request, once the audit has come to its end."""
    return pull.wait_for_comment()


def check(pull: PullRequest) -> str:
    """What the check run says, once it is completed."""
    run = pull.wait_for_check()
    return f"{run.title}\n{run.summary}\n{run.text}"


def test_the_organisation_s_policy_counts_where_a_repository_has_none(organisation: Organisation) -> None:
    organisation.shop(".github", {POLICY: CANONICAL_CART})
    said = comment(organisation.shop("shop", FILES).open(STRAY))
    assert "introduces 1 import" in said
    assert f"{organisation.name}/.github:{POLICY}" in said


def test_a_policy_adds_to_the_one_that_it_extends(organisation: Organisation) -> None:
    organisation.shop("policies", {"strict.fifthwhy.yml": CANONICAL_CART})
    shop = organisation.shop(
        "shop", {**FILES, POLICY: "extends: policies:strict.fifthwhy.yml\nlegacy: [{module: shop.models}]\n"}
    )
    said = comment(shop.open(STRAY))
    assert "imported from `shop.models`; its canonical module is `shop.cart`" in said
    assert "legacy module `shop.models`" in said
    assert "policies:strict.fifthwhy.yml" in said


def test_a_policy_that_cannot_be_used_is_told_with_every_mistake_and_its_line(organisation: Organisation) -> None:
    policy = "infer: perhaps\ngate: {mode: all}\nlegasy: []\n"
    said = check(organisation.shop("shop", {**FILES, POLICY: policy}).open(STRAY))
    assert "the policy is not valid" in said
    assert all(f"#L{line}" in said for line in (1, 2, 3))


def test_a_policy_that_extends_what_cannot_be_had_is_told(organisation: Organisation) -> None:
    said = check(organisation.shop("shop", {**FILES, POLICY: "\nextends: policies\n"}).open(STRAY))
    assert "the policy is not valid" in said
    assert "#L2" in said
    assert "fifthwhy is not installed on it" in said


def test_an_organisation_s_policy_that_cannot_be_used_is_told_with_its_place(organisation: Organisation) -> None:
    organisation.shop(".github", {POLICY: "nonsense: 1\n"})
    said = check(organisation.shop("shop", FILES).open(STRAY))
    assert "the policy is not valid" in said
    assert f"{organisation.name}/.github:{POLICY}" in said
    assert f"/{organisation.name}/.github/blob/" in said


def test_a_repository_without_a_policy_in_an_organisation_without_one_is_audited(organisation: Organisation) -> None:
    pull = organisation.shop("shop", FILES).open({"README.md": "# Shop\n"})
    assert "default policy" in check(pull)


def test_a_repository_without_a_policy_gets_no_comment_where_nothing_is_introduced(organisation: Organisation) -> None:
    organisation.shop(".github", {POLICY: CANONICAL_CART})
    pull = organisation.shop("shop", FILES).open({"README.md": "# Shop\n"})
    assert "changes nothing that fifthwhy measures" in check(pull)
    assert pull.ours == []


def test_a_pull_request_that_extends_another_policy_is_shown_the_effect(organisation: Organisation) -> None:
    organisation.shop("policies", {POLICY: "legacy: [{module: shop.cart}]\n"})
    shop = organisation.shop("shop", {**FILES, POLICY: CANONICAL_CART})
    said = comment(shop.open({POLICY: f"extends: policies\n{CANONICAL_CART}"}))
    assert "changes; what it says applies once it is merged" in said
    assert "| Imports of legacy modules | 0 | 1 |" in said
