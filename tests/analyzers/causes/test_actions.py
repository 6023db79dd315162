"""Actions: what to do next, and what it does to the metric."""

from __future__ import annotations

from analyzers.causes.actions import actions_of, proposals_of
from analyzers.causes.engine import chain_of
from analyzers.causes.model import (
    Action,
    Branch,
    Cause,
    Chain,
    Departed,
    Done,
    Guard,
    Inquiry,
    OwnHook,
    Sought,
    Surroundings,
)
from analyzers.history import Traced
from analyzers.policy import LegacyPolicy, Policy
from tests.analyzers.causes.inquiries import commit, finding, inquire, metric_named, place, strays, traced

KNOWN = Surroundings(module_places={"pkg.old": place("pkg/old.py")})


def actions(asked: Inquiry) -> tuple[Action, ...]:
    return actions_of(asked, chain_of(asked))


def lines(asked: Inquiry) -> list[str]:
    """`45 -> 0: Rewrite these 45 imports ...`"""
    return [f"{each.before} -> {'?' if each.after is None else each.after}: {each.text}" for each in actions(asked)]


def test_imports_through_a_shim_are_rewritten_the_shim_warned_of_and_deleted() -> None:
    assert lines(inquire(strays(9), roles={"pkg.old": "shim"}, around=KNOWN)) == [
        "9 -> 0: Rewrite these 9 imports of `X` to `pkg.factory`",
        "9 -> ?: Add a DeprecationWarning to the shim `pkg.old`",
        "9 -> ?: Delete the shim `pkg.old` once nothing imports it",
        "9 -> ?: Forbid new imports from `pkg.old` by a contract in the policy (`contracts`)",
        "9 -> ?: Name an owner of `app` in CODEOWNERS",
    ]


def test_an_action_names_its_findings_and_the_cause_that_it_follows_from() -> None:
    asked = inquire(strays(9), roles={"pkg.old": "shim"}, around=KNOWN)
    rewrite = actions(asked)[0]
    assert set(rewrite.subjects) == {each.fingerprint for each in asked.findings}
    assert (rewrite.kind, rewrite.cause, rewrite.to) == ("rewrite imports", "paths.shim", "pkg.factory")
    assert len(rewrite.evidence) == 5
    assert not rewrite.is_checked


def test_a_shim_that_warns_already_is_not_told_to_warn() -> None:
    around = Surroundings(
        guards=(Guard("warning", "pkg.old", "", place("pkg/old.py")),), module_places=KNOWN.module_places
    )
    told = lines(inquire(strays(9), roles={"pkg.old": "shim"}, around=around))
    assert not [line for line in told if "DeprecationWarning" in line]


def test_a_module_that_does_other_things_is_neither_deleted_nor_forbidden_as_a_whole() -> None:
    told = lines(inquire(strays(9), roles={"pkg.old": "re-export"}, around=KNOWN))
    assert told[:2] == [
        "9 -> 0: Rewrite these 9 imports of `X` to `pkg.factory`",
        "9 -> ?: Have a linter ban `pkg.old.X` (Ruff: `flake8-tidy-imports.banned-api`)",
    ]


def test_what_is_to_be_forbidden_is_shown_where_it_is_whatever_hooks_there_are() -> None:
    hooks = (OwnHook("imports", place(".pre-commit-config.yaml", 6)),)
    around = Surroundings(module_places=KNOWN.module_places, own_hooks=hooks)
    told = actions(inquire(strays(9), roles={"pkg.old": "shim"}, around=around))
    shown = [[each.text for each in action.evidence] for action in told if action.text.startswith("Forbid ")]
    assert shown == [["`pkg.old` is `pkg/old.py`"]]


def test_another_definition_of_the_name_is_settled_and_not_just_imported() -> None:
    told = lines(inquire(strays(9), roles={"pkg.old": "duplicate"}, around=KNOWN))
    assert told[0] == (
        "9 -> 0: Make one definition of `X` out of those in `pkg.old` and `pkg.factory`, and take these 9 imports from"
        " there"
    )


def test_imports_that_get_another_thing_by_the_name_are_looked_at_and_nothing_is_made_one() -> None:
    told = lines(inquire(strays(9), roles={"pkg.old": "misnomer"}, around=KNOWN))
    assert told[0] == (
        "9 -> 0: Look at these 9 imports of `X`, which get `Other`: take each from `pkg.factory`, or import what it"
        " gets by its own name"
    )
    assert not [line for line in told if "Rewrite" in line or "one definition" in line]


def test_uses_of_a_module_are_told_apart_from_imports() -> None:
    message = "`X` is used from `pkg.old`; its canonical module is `pkg.factory`"
    use = traced(finding("imports.fragmented", "app/z.py", "X", "pkg.old", message))
    told = lines(inquire([*strays(8), use], roles={"pkg.old": "re-export"}))
    assert told[:2] == [
        "9 -> 1: Rewrite these 8 imports of `X` to `pkg.factory`",
        "9 -> 8: Rewrite this use of `X` to `pkg.factory`",
    ]


def test_legacy_imports_go_where_the_policy_or_the_shim_says() -> None:
    listed = [traced(finding("imports.legacy", f"a{n}.py", "pkg.old", "X", "legacy")) for n in range(3)]
    policy = Policy(legacy=(LegacyPolicy(module="pkg.old", use="pkg.new"),))
    assert lines(inquire(listed, policy=policy))[0] == "3 -> 0: Rewrite these 3 imports of `pkg.old` to `pkg.new`"
    assert lines(inquire(listed))[0] == (
        "3 -> ?: Say in the policy (`legacy`) what is to be used instead of `pkg.old`: 3 imports"
    )
    message = "legacy module `pkg.old` is imported (it only re-exports); `X` is defined in `pkg.core`"
    shim = [traced(finding("imports.legacy", "a.py", "pkg.old", "X", message))]
    assert lines(inquire(shim))[0] == "1 -> 0: Rewrite this import of `pkg.old` to `pkg.core`"


def test_copies_become_imports() -> None:
    copies = [traced(finding("ssot.duplicates", f"a{n}.py", "f", "pkg.x")) for n in range(3)]
    assert lines(inquire(copies))[0] == "3 -> 0: Replace these 3 copies of `f` by an import of the one in `pkg.x`"
    other = [traced(finding("ssot.duplicates", f"d{n}.py", "f", "pkg.y")) for n in range(2)]
    assert lines(inquire([*copies, *other]))[:2] == [
        "5 -> 2: Replace these 3 copies of `f` by an import of the one in `pkg.x`",
        "5 -> 3: Replace these 2 copies of `f` by an import of the one in `pkg.y`",
    ], "copies of another `f` are others"


def test_calls_and_endpoints_are_routed_through_the_check() -> None:
    calls = [traced(finding("auth.patterns", f"a{n}.py", "PyJWT", "jwt.decode in f")) for n in range(4)]
    assert lines(inquire(calls, auth_canonical="Shop sessions", value=1))[0] == (
        "1 -> 0: Route these 4 calls of `PyJWT` through `Shop sessions`"
    )
    endpoints = [traced(finding("auth.unprotected", f"a{n}.py", "GET /x", "f")) for n in range(2)]
    assert lines(inquire(endpoints, auth_canonical="Shop sessions"))[0] == (
        "2 -> 0: Route these 2 endpoints through `Shop sessions`, or list those that need none in `auth.public` of the"
        " policy"
    )


def test_ways_round_the_check_lead_to_the_rule_that_explains_them() -> None:
    found = [traced(finding("auth.bypass.fail-open", f"a{n}.py", "f")) for n in range(2)]
    assert lines(inquire(found))[0] == (
        "2 -> 0: Put these 2 places right as `fifthwhy rule auth.bypass.fail-open` says"
    )


def test_what_only_the_authors_can_decide_is_said_to_be_theirs() -> None:
    gone = [traced(finding("imports.unresolved", f"a{n}.py", "pkg.gone", "X")) for n in range(3)]
    assert lines(inquire(gone))[0] == "3 -> 0: Add `pkg.gone`, or take these 3 imports of it out"
    broken = [traced(finding("imports.contracts", f"a{n}.py", "layers", f"a{n} -> b")) for n in range(2)]
    assert lines(inquire(broken))[0] == "2 -> 0: Take these 2 imports out, or have the contract `layers` allow them"


def gone(count: int, module: str = "pkg.gone") -> list[Traced]:
    return [traced(finding("imports.unresolved", f"{module}{number}.py", module, "X")) for number in range(count)]


def test_imports_of_what_a_commit_removed_are_to_be_taken_out() -> None:
    removed = commit("2025-05-01", "Remove a module")
    asked = inquire(gone(3), around=Surroundings(departed={"pkg.gone": Departed(removed)}))
    assert (
        lines(asked)[0]
        == f"3 -> 0: Take these 3 imports of `pkg.gone` out, with what uses them: `{removed.short}` removed it"
    )
    assert actions(asked)[0].evidence[0].text.startswith(f"`pkg.gone` went with `{removed.short}` `Remove a module`")
    assert actions(asked)[0].cause == "paths.removed"


def test_imports_of_what_moved_may_be_changed_as_well() -> None:
    moved = commit("2025-05-01")
    around = Surroundings(departed={"pkg.gone": Departed(moved, "pkg/there.py")})
    homes = {each.fingerprint: Sought(of_module=True, home="pkg.there") for each in gone(3)}
    assert lines(inquire(gone(3), around=around, sought=homes))[0] == (
        f"3 -> 0: Take these 3 imports of `pkg.gone` out, or change them: `{moved.short}` moved it to `pkg/there.py`"
    )


def test_imports_of_what_moved_are_rewritten_where_it_still_has_what_they_ask_for() -> None:
    moved = commit("2025-05-01")
    around = Surroundings(departed={"pkg.gone": Departed(moved, "pkg/there.py", by="pkg/then.py")})
    homes = {each.fingerprint: Sought(of_module=True, home="pkg.copy", moved="pkg.there") for each in gone(3)}
    asked = inquire(gone(3), around=around, sought=homes)
    assert lines(asked)[0] == (
        f"3 -> 0: Rewrite these 3 imports of `pkg.gone` to `pkg.there`: `{moved.short}` moved it to `pkg/then.py`, "
        "which is `pkg/there.py` by now"
    )
    assert actions(asked)[0].evidence[0].kind == "commit"


def test_what_moved_and_is_gone_is_to_be_taken_out() -> None:
    moved = commit("2025-05-01")
    around = Surroundings(departed={"pkg.gone": Departed(moved, by="pkg/then.py")})
    assert lines(inquire(gone(3), around=around))[0] == (
        f"3 -> 0: Take these 3 imports of `pkg.gone` out, with what uses them: `{moved.short}` moved it to "
        "`pkg/then.py`, "
        "which is gone as well"
    )


def test_imports_are_rewritten_to_the_one_module_that_has_all_that_they_ask_for() -> None:
    found = gone(3)
    homes = {each.fingerprint: Sought(of_module=True, home="pkg.there") for each in found}
    asked = inquire(found, sought=homes)
    assert lines(asked)[0] == (
        "3 -> 0: Rewrite these 3 imports of `pkg.gone` to `pkg.there`, the only module known to define what is "
        "asked for"
    )
    assert (actions(asked)[0].kind, actions(asked)[0].to) == ("rewrite imports", "pkg.there")


def test_imports_are_not_rewritten_where_one_of_them_asks_for_something_else() -> None:
    found = gone(3)
    homes = {each.fingerprint: Sought(of_module=True, home="pkg.there") for each in found[1:]}
    assert lines(inquire(found, sought=homes))[0] == "3 -> 0: Add `pkg.gone`, or take these 3 imports of it out"


def test_of_the_other_imports_those_are_told_of_which_it_is_known_what_to_do() -> None:
    found = [each for name in "abcdef" for each in gone(6 - "abcdef".index(name), f"pkg.{name}")]
    around = Surroundings(departed={"pkg.e": Departed(commit("2025-05-01"))})
    homes = {each.fingerprint: Sought(of_module=True, home="pkg.there") for each in found[-1:] + found[15:16]}
    assert lines(inquire(found, around=around, sought=homes))[3:5] == [
        "21 -> 19: Rewrite 2 more imports to what has the names that are asked for: `pkg.there`",
        "21 -> 19: Take out 2 more imports of what was removed, with what uses them: `pkg.e`",
    ]


def test_a_hub_of_cycles_is_to_be_taken_apart() -> None:
    cycles = [traced(finding("imports.cycles", f"a{n}.py", f"c{n}", about=(f"a{n}.py", "core.py"))) for n in range(6)]
    assert lines(inquire(cycles))[0] == (
        "6 -> ?: Take apart what `core.py` holds, or move its imports: 6 of 6 cycles lead through it"
    )


def test_comments_and_strings_have_actions_of_their_own() -> None:
    comments = [traced(finding("ssot.ignores", f"a{n}.py", "imports.cycles")) for n in range(2)]
    assert lines(inquire(comments))[0] == "2 -> 0: Remove these 2 comments, or say in each what holds"
    assert lines(inquire(comments[:1]))[0] == "1 -> 0: Remove this comment, or say in it what holds"
    strings = [traced(finding("imports.strings", "a.py", "pkg.old.X", "pkg.new"))]
    assert lines(inquire(strings))[0] == "1 -> 0: Give this string the name of what is there, by its canonical path"


def test_what_blocks_tests_is_put_right_without_a_promise() -> None:
    blocked = [traced(finding("tests.blocked", f"tests/test_{n}.py", "pkg.gone", "pkg.gone")) for n in range(3)]
    assert lines(metric_named("tests.blocked", blocked))[0] == (
        "3 -> ?: Put `pkg.gone` right: it keeps these 3 test modules from being collected"
    )
    removed = commit("2025-05-01")
    around = Surroundings(departed={"pkg.gone": Departed(removed)})
    assert lines(inquire(blocked, around=around))[0] == (
        "3 -> ?: Put the imports of `pkg.gone` right, which keep these 3 test modules from being collected: "
        f"`{removed.short}` removed it"
    )


def test_a_chain_without_causes_has_no_actions() -> None:
    asked = inquire(strays(9))
    chain = chain_of(asked)
    assert actions_of(asked, Chain(chain.metric, (), None)) == ()


def about_what_is_left(rule: str, taken: int) -> list[str]:
    """What follows from a cause of step 5 where so many of three findings are gone."""
    found = strays(3)
    branches = tuple(Branch(f"fix-{n}", commit("2025-05-01"), frozenset({f"app/a{n}.py"})) for n in range(3))
    asked = inquire(found, around=Surroundings(branches=branches))
    chain = Chain(asked.target.metric.name, (Cause(rule, 5, "", "", 3, 3, "imports", ()),), None)
    done = Done(frozenset(each.fingerprint for each in found[:taken]))
    return [each.text for proposal in proposals_of(asked, chain) for each in proposal(done) if each.kind == "decide"]


def test_nothing_is_to_be_merged_or_decided_where_nothing_is_left() -> None:
    assert about_what_is_left("reasons.put-off", 2)
    assert about_what_is_left("reasons.put-off", 3) == []
    assert about_what_is_left("reasons.unmerged", 2) == ["Merge `fix-2`, or say that it will not be"]
    assert about_what_is_left("reasons.unmerged", 3) == []


def test_who_owns_files_at_the_root_is_asked_too() -> None:
    def asked(*paths: str) -> str:
        found = [traced(finding("imports.fragmented", path, "X", "pkg.old")) for path in paths]
        asked = inquire(found)
        chain = Chain(asked.target.metric.name, (Cause("reasons.no-owner", 5, "", "", 2, 2, "imports", ()),), None)
        return next(each.text for each in actions_of(asked, chain) if each.text.startswith("Name"))

    assert asked("a.py", "a.py") == "Name an owner of the file at the root in CODEOWNERS"
    assert asked("a.py", "b.py") == "Name an owner of the files at the root in CODEOWNERS"
    assert asked("a.py", "app/b.py") == "Name an owner of `app`, and of the file at the root in CODEOWNERS"


def test_a_required_check_takes_nothing_away_by_itself() -> None:
    asked = inquire(strays(9), around=Surroundings(required_checks=("tests",)))
    chain = Chain(asked.target.metric.name, (Cause("unguarded.not-required", 4, "", "", 9, 9, "imports", ()),), None)
    assert [(each.kind, each.after) for each in actions_of(asked, chain)] == [("write", None)]
