"""Actions tried out on the snapshot of an audit: what they come to is counted, not claimed."""

from __future__ import annotations

import pytest

from analyzers.audit import Audit
from analyzers.causes.actions import actions_of, proposals_of
from analyzers.causes.engine import chain_of, chains_of
from analyzers.causes.fallbacks import fallbacks_of
from analyzers.causes.lost import sought_of
from analyzers.causes.model import Action, ChangeKind, Inquiry, Surroundings, Target
from analyzers.causes.simulate import CannotApplyError, apply_action, checked
from analyzers.findings import Fingerprinted, MetricName
from analyzers.history import Traced
from analyzers.places import Place
from analyzers.summary import outcome_of_state
from tests.analyzers.causes.inquiries import HEAD, SHOP
from tests.analyzers.trees import DETAIL, Files, audit_of, findings_of, tell

POLICY = "symbols:\n  - {name: Cart, canonical: shop.cart}\n"
SHOPS: dict[str, str] = {
    ".github/fifthwhy.yml": POLICY,
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart:\n    def add(self): ...\n",
    "shop/basket.py": "from shop.cart import Cart\n",
    "web/__init__.py": "",
    "web/api.py": "from shop.basket import Cart\n\n\ndef get():\n    return Cart().add()\n",
    "web/views.py": "import os\nfrom shop.basket import Cart as Basket\n",
    "web/right.py": "from shop.cart import Cart\n",
}


def inquiry_into(audited: Audit, metric: MetricName = "imports.fragmented") -> Inquiry:
    """What the cause rules look at, for a tree."""
    outcome = outcome_of_state(audited, whole=True)
    value = next(each for each in audited.metrics if each.name == metric)
    found = tuple(Traced(each.fingerprint, each.finding, None) for each in outcome.standing)
    places = {
        name: Place(file.path, 1, 1, None)
        for name in ("shop.basket",)
        if (file := audited.tree.module(name)) is not None
    }
    files = [file for path in audited.tree.paths() if (file := audited.tree.file(path)) is not None]
    return Inquiry(
        repository=SHOP,
        head=HEAD,
        policy=audited.question.policy,
        target=Target(value, metric, 0, None, is_met=not value.value),
        findings=tuple(each for each in found if each.finding.rule == metric),
        symbols=outcome.symbols,
        patterns=outcome.auth,
        auth_canonical=outcome.auth_canonical,
        history=None,
        around=Surroundings(module_places=places),
        sought=sought_of(files, audited.tree, outcome.standing),
    )


def tried(files: Files, metric: MetricName = "imports.fragmented") -> tuple[Action, ...]:
    """The actions for a tree, checked."""
    audited = audit_of(files)
    inquiry = inquiry_into(audited, metric)
    return checked(audited, proposals_of(inquiry, chain_of(inquiry)), DETAIL)


def plan(files: Files) -> tuple[Action, ...]:
    """The actions of all chains for a tree, checked."""
    audited = audit_of(files)
    inquiries = {metric.name: inquiry_into(audited, metric.name) for metric in audited.metrics}
    chains = chains_of(inquiries.values())
    proposals = [each for chain in chains for each in proposals_of(inquiries[chain.metric], chain)]
    return checked(audited, proposals, DETAIL)


def lines(actions: tuple[Action, ...]) -> list[str]:
    return [f"{each.before} -> {each.after}: {each.text}" for each in actions if each.is_checked]


def an_action(audited: Audit, kind: ChangeKind, metric: MetricName = "imports.fragmented") -> Action:
    inquiry = inquiry_into(audited, metric)
    return next(each for each in actions_of(inquiry, chain_of(inquiry)) if each.kind == kind)


def test_imports_are_rewritten_and_the_shim_then_has_no_importer() -> None:
    assert lines(tried(SHOPS)) == [
        "2 -> 0: Rewrite these 2 imports of `Cart` to `shop.cart`",
        "0 -> 0: Delete the shim `shop.basket`: after what is above, no import of it is left",
    ]


def test_a_shim_that_something_else_imports_is_not_to_be_deleted() -> None:
    other = SHOPS | {
        "shop/basket.py": "from shop.cart import Cart\nfrom shop.prices import price\n",
        "shop/prices.py": "def price(): ...\n",
        "web/sums.py": "from shop.basket import price\n",
    }
    actions = tried(other)
    assert lines(actions) == ["2 -> 0: Rewrite these 2 imports of `Cart` to `shop.cart`"]
    assert not [each for each in actions if each.kind == "delete module"]


def test_a_shim_is_not_deleted_under_an_import_that_may_fail() -> None:
    tolerant = "try:\n    from shop.basket import Cart, Other\nexcept ImportError:\n    Cart = None\n"
    actions = tried(SHOPS | {"web/tolerant.py": tolerant})
    assert not [each for each in actions if each.kind == "delete module"]


@pytest.mark.parametrize("value", ["shop.basket:Cart", "shop.basket : Cart [fast]"])
def test_a_shim_that_the_settings_name_is_not_to_be_deleted(value: str) -> None:
    settings = f'[project]\nname = "shop"\nversion = "1"\n[project.scripts]\ncart = "{value}"\n'
    actions = tried(SHOPS | {"pyproject.toml": settings})
    assert [each.kind for each in actions][:2] == ["rewrite imports", "warn"]
    assert not [each for each in actions if each.kind == "delete module"]


def test_what_is_left_after_an_action_is_what_an_audit_of_the_changed_tree_finds() -> None:
    audited = audit_of(SHOPS)
    after = apply_action(audited, an_action(audited, "rewrite imports"), DETAIL)
    rewritten = SHOPS | {
        "web/api.py": SHOPS["web/api.py"].replace("shop.basket", "shop.cart"),
        "web/views.py": SHOPS["web/views.py"].replace("shop.basket", "shop.cart"),
    }
    assert after.metrics == audit_of(rewritten).metrics
    assert [tell(each) for each in findings_of(after)] == [tell(each) for each in findings_of(audit_of(rewritten))]


def test_relative_imports_and_other_names_are_rewritten_too() -> None:
    files = SHOPS | {
        "shop/near.py": "from .basket import Cart\n",
        "shop/odd.py": "from shop.cart import Cart as Trolley\n",
        "web/far.py": "from shop.odd import Trolley\n",
    }
    rewrite = tried(files)[0]
    assert (rewrite.before, rewrite.after, rewrite.is_checked) == (4, 0, True)


def test_uses_of_a_module_are_not_tried_and_counted_after_what_was() -> None:
    files = SHOPS | {"web/use.py": "import shop.basket\n\nshop.basket.Cart()\n"}
    uses = [each for each in tried(files) if "this use" in each.text]
    assert [(each.before, each.after, each.is_checked) for each in uses] == [(1, 0, False)]


TWICE_OVER: dict[str, str] = SHOPS | {
    ".github/fifthwhy.yml": POLICY
    + "legacy:\n  - {module: shop.basket, use: shop.cart}\n"
    + "metrics:\n  imports.fragmented: {priority: critical}\n"
    + "contracts:\n  - {name: C, type: forbidden, source_modules: [web], forbidden_modules: [shop.basket]}\n"
}


def test_what_an_action_takes_away_is_no_action_for_another_metric() -> None:
    assert [(each.metric, each.kind, each.before, each.after) for each in plan(TWICE_OVER) if each.subjects] == [
        ("imports.fragmented", "rewrite imports", 2, 0)
    ]


def test_of_what_an_action_takes_away_in_part_the_rest_is_an_action_for_another_metric() -> None:
    files = TWICE_OVER | {"web/whole.py": "import shop.basket\n\nprint(shop.basket.__doc__)\n"}
    rest = [each for each in plan(files) if each.subjects and each.metric != "imports.fragmented"]
    assert [(each.before, each.after, each.text) for each in rest] == [
        (1, 0, "Rewrite this import of `shop.basket` to `shop.cart`"),
        (1, 0, "Take this import out, or have the contract `C` allow it"),
    ]


def test_what_is_deleted_is_not_to_be_forbidden_as_well() -> None:
    other = SHOPS | {"web/said.py": "import shop.basket as sums\n\nprint(sums.__doc__)\n"}
    forbidden = "Forbid new imports from `shop.basket` by a contract in the policy (`contracts`)"
    assert forbidden in [each.text for each in tried(other)]
    assert forbidden not in [each.text for each in tried(SHOPS)]


def test_a_copy_becomes_an_import_of_the_one_that_stands() -> None:
    body = "class Order:\n" + "".join(f"    def m{n}(self):\n        return {n}\n" for n in range(6))
    files = {"a/__init__.py": "", "a/order.py": body, "a/b/__init__.py": "", "a/b/order.py": body}
    assert lines(tried(files, "ssot.duplicates")) == [
        "1 -> 0: Replace this copy of `Order` by an import of the one in `a.order`"
    ]


def test_an_action_on_what_does_not_stand_cannot_be_applied() -> None:
    audited = audit_of(SHOPS)
    gone = Action("rewrite imports", "", "imports.fragmented", "paths.shim", ("unknown",), 2, to="shop.cart")
    with pytest.raises(CannotApplyError):
        apply_action(audited, gone, DETAIL)
    decide = Action("decide", "", "imports.fragmented", "paths.shim", (), 2)
    with pytest.raises(CannotApplyError):
        apply_action(audited, decide, DETAIL)
    assert lines(checked(audited, [lambda _: iter([gone, decide])], DETAIL)) == []


@pytest.mark.parametrize(
    ("handler", "paths"), [("from shop.basket import Cart", ["web/api.py"]), ("Cart = None", []), ("raise", [])]
)
def test_an_import_with_another_choice_is_known_to_be_a_fallback(handler: str, paths: list[str]) -> None:
    tried = "shop.cart" if paths else "shop.basket"
    code = f"try:\n    from {tried} import Cart\nexcept ImportError:\n    {handler}\n"
    audited = audit_of(SHOPS | {"web/api.py": code})
    found = [Fingerprinted(each.fingerprint, each.finding) for each in inquiry_into(audited).findings]
    marks = fallbacks_of(audited.tree, found)
    assert [each.finding.path for each in found if each.fingerprint in marks] == paths


LOST: dict[str, str] = {
    "shop/__init__.py": "",
    "shop/till/__init__.py": "",
    "shop/till/cart.py": "class Cart:\n    size = 1\n\n\ndef fill():\n    return Cart()\n",
    "web/__init__.py": "",
    "web/api.py": "from shop.cart import Cart as Basket, fill\n",
    "shop/page.py": "from .cart import (\n    Cart,\n    fill,\n)\n",
}


def test_imports_of_what_is_elsewhere_work_once_they_ask_there() -> None:
    assert lines(tried(LOST, "imports.unresolved")) == [
        "3 -> 0: Rewrite these 3 imports of `shop.cart` to `shop.till.cart`, the only module known to define "
        "what is asked for"
    ]


def test_what_is_left_of_them_is_what_an_audit_of_the_changed_tree_finds() -> None:
    audited = audit_of(LOST)
    after = apply_action(audited, an_action(audited, "rewrite imports", "imports.unresolved"), DETAIL)
    rewritten = LOST | {
        "web/api.py": "from shop.till.cart import Cart as Basket, fill\n",
        "shop/page.py": "from shop.till.cart import (\n    Cart,\n    fill,\n)\n",
    }
    assert findings_of(after) == findings_of(audit_of(rewritten))
