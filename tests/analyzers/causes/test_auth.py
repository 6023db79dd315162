"""Causes about authentication."""

from __future__ import annotations

from analyzers.outcome import PatternCount
from tests.analyzers.causes.inquiries import answer, came, finding, inquire, looked_at, traced


def test_calls_of_a_library_go_round_the_wrapper() -> None:
    found = [
        traced(finding("auth.patterns", f"app/{n}.py", "PyJWT", f"jwt.decode in f{n}", "`jwt.decode` validates"))
        for n in range(6)
    ]
    asked = inquire(found, auth_canonical="Shop sessions", patterns=(PatternCount("Shop sessions", 12, 3),))
    assert answer(asked, "auth.library") == (
        "`Shop sessions`, with 15 calls, is to be the one way. All 6 calls in 6 files ask a library by themselves:"
        " `jwt.decode`."
    )


def test_a_library_that_is_the_canonical_way_is_no_way_round() -> None:
    found = [traced(finding("auth.patterns", f"app/{n}.py", "PyJWT", "jwt.decode in f")) for n in range(6)]
    assert answer(inquire(found, auth_canonical="Authlib"), "auth.library") is None
    assert answer(inquire(found, auth_canonical=None), "auth.library") is None


def test_a_library_is_one_by_whatever_name_the_policy_gives_to_it() -> None:
    found = [traced(finding("auth.patterns", f"app/{n}.py", "Tokens", f"jwt.decode in f{n}")) for n in range(6)]
    asked = inquire(found, auth_canonical="Shop sessions")
    assert answer(asked, "auth.other-wrapper") is None
    assert "ask a library by themselves: `jwt.decode`." in (answer(asked, "auth.library") or "")


def test_another_wrapper_of_the_repository_is_named() -> None:
    found = [
        traced(finding("auth.patterns", f"app/{n}.py", "Old sessions", f"shop.old.verify in f{n}")) for n in range(6)
    ]
    asked = inquire(found, auth_canonical="Shop sessions")
    assert answer(asked, "auth.other-wrapper") == (
        "`Shop sessions`, which no call uses, is to be the one way. "
        "All 6 calls in 6 files are of other functions that validate: `shop.old.verify`."
    )


def test_a_copied_check_is_told_to_be_a_copy() -> None:
    message = "`verify` validates here once more (a copy, 12 of 14 lines alike); the canonical one is in `shop.auth`"
    found = [traced(finding("auth.implementations", f"app/{n}.py", "verify", "shop.auth", message)) for n in range(2)]
    assert answer(inquire(found), "auth.copied") == (
        "Both definitions were copied from the canonical one: the text is the same for the most part."
    )


def test_a_check_that_validates_in_its_own_way_is_no_copy() -> None:
    message = "`verify` validates here once more (by `jwt.decode`); the canonical one is in `shop.auth`"
    found = [traced(finding("auth.implementations", "app/x.py", "verify", "shop.auth", message))]
    assert answer(inquire(found), "auth.copied") is None


def test_methods_that_override_the_check_are_told_with_it() -> None:
    message = "`Own.verify` takes the place of `shop.auth.Base.verify`, and never asks it"
    found = [traced(finding("auth.implementations", "app/x.py", "Own.verify", "shop.auth.Base.verify", message))]
    assert answer(inquire(found), "auth.overridden") == (
        "This definition overrides `shop.auth.Base.verify` and never asks it."
    )


def test_endpoints_with_another_check_are_told_from_those_without() -> None:
    message = "`GET /x` is checked by PyJWT, not by Shop sessions"
    found = [traced(finding("auth.unprotected", f"app/{n}.py", "GET /x", "f", message)) for n in range(3)]
    asked = inquire(found, auth_canonical="Shop sessions")
    assert answer(asked, "auth.other-check") == "All 3 endpoints have checks of another kind than `Shop sessions`."
    bare = [traced(finding("auth.unprotected", f"app/{n}.py", "GET /x", "f", "reaches no validation")) for n in (1, 2)]
    assert answer(inquire(bare, auth_canonical="Shop sessions"), "auth.other-check") is None


def test_the_commit_that_added_a_fallback_speaks_for_itself() -> None:
    origin = came("2025-06-03", "Let CI log in without a token")
    found = [traced(finding("auth.bypass.skip-switch", f"app/{n}.py", "f"), origin) for n in range(2)]
    assert answer(inquire(found, history=looked_at(found)), "auth.fallback-added") == (
        "Both places are fallbacks that were added with one commit, `Let CI log in without a token` (2025-06-03)."
    )


def test_a_fallback_of_which_the_commit_is_not_known_was_not_seen_to_be_added() -> None:
    found = [
        traced(finding("auth.bypass.skip-switch", f"app/{n}.py", "f"), came("2025-06-03", after="2025-05-01"))
        for n in range(2)
    ]
    assert answer(inquire(found, history=looked_at(found)), "auth.fallback-added") is None
