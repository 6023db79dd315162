"""The reply to commands: what it says, that it fits, and that nothing in it acts, whatever it is made of."""

from __future__ import annotations

import msgspec
import pytest

from analyzers.explain import Explained, Explanation, ReachedBy, Step, UnknownNameError
from analyzers.policy import CommandsPolicy, Policy, PolicyProblem, read_policy
from analyzers.policy_parts import PolicyPart, PolicyParts, Said, parts_of
from analyzers.policy_places import policy_lines
from analyzers.problem import PolicyFault, internal_error, policy_invalid
from report_templates.render import LIMIT
from report_templates.reply import (
    HelpRow,
    Part,
    PolicyAnswer,
    Reply,
    render_change_answer,
    render_enough,
    render_explanation_answer,
    render_help,
    render_history_answer,
    render_not_understood,
    render_policy_answer,
    render_problem_answer,
    render_refusal,
    render_reply,
    render_reviewing,
    render_status_answer,
    render_unknown_name,
    reply_marker,
    room_for,
)
from tests.analyzers.pasts import weekly
from tests.report_templates.github_html import harmless
from tests.report_templates.reports import HOSTILE, SHOP, mixed
from tests.report_templates.statuses import status_full, status_hostile, status_huge

URL = f"{SHOP.web}/issues/7#issuecomment-42"
POLICY_URL = SHOP.file("b" * 40, ".github/fifthwhy.yml")
MOST = 5
PLENTY = 65_000


def reply(*parts: Part, asker: str = "ada") -> str:
    return render_reply(Reply(42, URL, asker, parts))


# --- the frame --------------------------------------------------------------------------------------------------------


def test_a_reply_begins_with_the_marker_by_which_it_is_found_again() -> None:
    assert reply(Part("/audit", "Fine.")).splitlines()[0] == reply_marker(42) == "<!-- fifthwhy:reply 42 -->"


def test_the_marker_of_one_comment_is_not_that_of_another() -> None:
    assert not reply_marker(421).startswith(reply_marker(42))


def test_each_answer_stands_below_its_command_which_links_to_the_comment() -> None:
    body = reply(Part("/audit imports", "One."), Part("/audit help", "Two.", notes=("Mind the gap.",)))
    assert harmless(body).links == [URL, URL]
    assert body.index("One.") < body.index("/audit help") < body.index("Mind the gap.") < body.index("Two.")


def test_what_is_still_being_done_is_told() -> None:
    body = reply(Part("/audit", state="working on it, asking why"), Part("/audit history", state="next"))
    assert "asked by `ada`: working on it, asking why\n" in body
    assert "asked by `ada`: next\n" in body


@pytest.mark.parametrize("text", HOSTILE)
def test_whoever_asks_for_whatever_mentions_nobody(text: str) -> None:
    harmless(reply(Part(f"/audit explain {text}", "Fine.", notes=(text,)), asker=text))


@pytest.mark.parametrize("count", [1, 2, MOST])
def test_as_many_answers_as_a_comment_may_ask_for_fit(count: int) -> None:
    huge = render_status_answer(status_huge(), room_for(count))
    parts = [Part(f"/audit {number}", huge, notes=("A note of ours.", "Another.")) for number in range(count)]
    assert len(reply(*parts).encode()) <= LIMIT


def test_as_many_problems_as_a_comment_may_ask_for_fit() -> None:
    mistakes = [PolicyProblem(number, text * 9, text * 9) for number, text in enumerate(HOSTILE * 20, 1)]
    problem = policy_invalid(head=None, path=HOSTILE[-1], url=POLICY_URL, problems=mistakes, version="0.1.0")
    body = reply(*(Part("/audit", render_problem_answer(problem, room_for(MOST))) for _ in range(MOST)))
    assert len(body.encode()) <= LIMIT
    harmless(body)


# --- answers ----------------------------------------------------------------------------------------------------------


def test_reports_come_without_the_markers_of_other_comments() -> None:
    assert "<!--" not in render_status_answer(status_full(), PLENTY)
    assert "<!--" not in render_change_answer(mixed(), PLENTY)
    problem = internal_error(head=None, reference="3f2a9c", version="0.1.0")
    assert "<!--" not in render_problem_answer(problem, PLENTY)
    harmless(render_status_answer(status_hostile(), PLENTY))


def test_help_lists_commands_and_for_whom_they_are() -> None:
    rows = [HelpRow("/audit", "audits", "write"), HelpRow("/audit explain SYMBOL", "explains", "read")]
    body = render_help(rows, most=MOST, authors=True)
    assert harmless(body).rows[-1] == ["/audit explain SYMBOL", "explains", "read"]
    assert "The author of a pull request may give them there as well." in body
    assert "author" not in render_help(rows, most=MOST, authors=False)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_was_not_understood_is_told_and_does_no_harm(text: str) -> None:
    problem = f"there is no `/audit {text.replace('`', '')}`"
    body = render_not_understood(problem)
    harmless(body)
    assert body.startswith("Not understood")


def test_a_question_does_not_end_with_a_full_stop() -> None:
    assert render_not_understood("no `a`; did you mean `b`?") == "Not understood: no `a`; did you mean `b`?\n"
    assert render_not_understood("there is no `a`") == "Not understood: there is no `a`.\n"


def test_what_is_left_out_stands_below_all_answers() -> None:
    body = render_reply(Reply(42, URL, "ada", (Part("/audit", "Fine."),), "Not answered: the last one."))
    assert body.index("Fine.") < body.index("Not answered: the last one.")


def test_an_author_who_has_asked_enough_is_told_how_much_that_is() -> None:
    body = render_enough("write", 20)
    harmless(body)
    assert "without the role `write` may give 20 commands an hour" in body


def test_a_refusal_names_the_role_and_mentions_authors_only_where_they_may() -> None:
    assert "`triage`" in render_refusal("triage", CommandsPolicy())
    assert "for its author" in render_refusal("write", CommandsPolicy())
    assert "author" not in render_refusal("write", CommandsPolicy(authors=False))


def test_a_pull_request_is_audited_again_only_while_it_is_open() -> None:
    assert "audited again" in render_reviewing(is_open=True)
    assert "closed" in render_reviewing(is_open=False)


# --- the policy -------------------------------------------------------------------------------------------------------

TEXT = b"symbols:\n  - {name: Cart, canonical: shop.cart}\nmetrics:\n  imports.fragmented: {target: 0}\ninfer: true\n"


def policy_answer(**changed: object) -> str:
    parts = parts_of(read_policy(TEXT), [Said(None, policy_lines(TEXT))])
    answer = PolicyAnswer("main", ".github/fifthwhy.yml", POLICY_URL, read_policy(TEXT), parts)
    return render_policy_answer(msgspec.structs.replace(answer, **changed), PLENTY)


def test_each_part_of_a_policy_is_told_with_its_line() -> None:
    body = policy_answer()
    page = harmless(body)
    assert [link.rpartition("#")[2] for link in page.links[1:]] == ["L1", "L5", "L4"]
    assert '| `metrics.imports.fragmented` | `{"target": 0' in body
    assert "By default: `roots`, `tests`" in body


def test_what_another_repository_says_is_named_and_not_shown() -> None:
    part = PolicyPart("gate.mode", None, ".github", 3)
    body = policy_answer(parts=PolicyParts((part,), ()))
    assert "| `gate.mode` | not shown: it is in another repository | `.github` |" in body


def test_without_a_policy_the_defaults_are_named() -> None:
    body = policy_answer(path=None, url=None, policy=Policy(), parts=parts_of(Policy(), ()))
    assert body.startswith("There is no policy in this repository; the defaults apply")
    assert "`symbols`" in body


def test_a_policy_that_cannot_be_used_is_told_with_its_lines() -> None:
    fault = PolicyFault(".github/fifthwhy.yml", POLICY_URL, (PolicyProblem(3, "symbols.0.name", "is required"),))
    page = harmless(policy_answer(fault=fault, parts=PolicyParts((), ())))
    assert page.items == ["line 3: symbols.0.name is required"]
    assert page.links[-1] == f"{POLICY_URL}#L3"


def test_hostile_policies_do_no_harm_and_fit() -> None:
    parts = tuple(PolicyPart(text, text, None, number) for number, text in enumerate(HOSTILE * 100, 1))
    problems = tuple(PolicyProblem(number, text, text) for number, text in enumerate(HOSTILE * 20, 1))
    for fault in (None, PolicyFault(HOSTILE[0], POLICY_URL, problems)):
        body = policy_answer(branch=HOSTILE[-1], parts=PolicyParts(parts, HOSTILE), warnings=problems[:3], fault=fault)
        harmless(body)
        assert len(body.encode()) <= PLENTY


# --- what can be longer than a comment --------------------------------------------------------------------------------


def explanation(names: int, asked: str = "Cart") -> Explanation:
    paths = tuple(ReachedBy(f"shop.page{number}", "Cart", 3, 1, "shim", canonical=False) for number in range(200))
    tree = tuple(Step(min(at, 1), f"shop.page{at}", "Cart", "star", "shop/page.py", at, None) for at in range(200))
    symbols = tuple(Explained(asked, f"shop{n}.{asked}", None, paths, tree, more=9) for n in range(names))
    return Explanation(asked, symbols, (), more=1)


def test_an_explanation_has_the_headings_of_a_comment() -> None:
    page = harmless(render_explanation_answer(explanation(1), PLENTY))
    assert page.headings == ["Cart, defined as shop0.Cart"]
    assert "h2" not in page.tags


def test_an_explanation_that_is_too_long_is_cut_between_lines_and_says_so() -> None:
    body = render_explanation_answer(explanation(20), 20_000)
    assert len(body.encode()) <= 20_000
    assert "more than a comment holds; `fifthwhy explain Cart` tells all." in body
    harmless(body)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_do_no_harm(text: str) -> None:
    harmless(render_explanation_answer(explanation(20, text), 20_000))
    harmless(render_unknown_name(UnknownNameError(text, [text])))


@pytest.mark.parametrize("limit", [600, 2_000, 5_000, PLENTY])
def test_a_history_that_is_too_long_is_cut_outside_of_its_charts(limit: int) -> None:
    past = weekly(imports_fragmented=list(range(26)), imports_legacy=list(range(26, 0, -1)))
    body = render_history_answer(past, Policy(), SHOP, limit)
    assert len(body.encode()) <= limit
    assert body.count("```") % 2 == 0
    harmless(body)
