"""`fifthwhy rule` as a person uses it."""

from __future__ import annotations

import pytest

from analyzers import rule_book
from analyzers.policy import read_policy
from analyzers.rule_book import RULES
from tests.bot.cli.test_audit import ESCAPES, Ran, User


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> User:
    return User(tmp_path_factory.mktemp("home"))


def listed(ran: Ran) -> list[str]:
    """The rules of a list, where each has a line that begins with its name."""
    assert (ran.code, ran.err) == (0, "")
    return [line.split()[0] for line in ran.out.splitlines() if not line.startswith(" ")]


def test_all_rules_are_listed_with_title_and_severity(user: User) -> None:
    ran = user.runs("rule")

    assert listed(ran) == [rule.id for rule in RULES]
    assert "auth.bypass.fail-open             high    Failed check lets in\n" in ran.out


def test_a_family_is_listed(user: User) -> None:
    assert listed(user.runs("rule", "auth.bypass")) == [rule.id for rule in RULES if rule.id.startswith("auth.bypass.")]


def test_one_rule_is_told_with_its_examples_and_how_to_live_without_it(user: User) -> None:
    ran = user.runs("rule", "auth.bypass.none-algorithm")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(
        "Algorithm none accepted\n"
        "auth.bypass.none-algorithm  high\n"
        "CWE-327  https://cwe.mitre.org/data/definitions/327.html\n"
        "\n"
        "`none` is among the algorithms by which a token may be signed, or "
    )
    assert (
        "\nWrong:\n    import os\n\n    import jwt\n\n    def current_user(token):\n"
        '        claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256", "none"])\n' in ran.out
    )
    assert "\nRight:\n    import os\n" in ran.out
    assert "\n    rules:\n      auth.bypass.none-algorithm: off\n" in ran.out
    assert "\n    # fifthwhy: ignore[auth.bypass.none-algorithm] reason until=YYYY-MM-DD\n" in ran.out
    assert not ESCAPES.search(ran.out)


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_what_is_to_be_said_in_the_policy_is_a_policy(user: User, rule: str) -> None:
    told = user.runs("rule", rule).out.partition("say in .github/fifthwhy.yml:\n")[2].partition("\n\n")[0]
    applies = read_policy(told.encode()).applies(rule)  # type: ignore[arg-type] # it is a name of a rule
    assert applies is not rule_book.rule(rule).by_default


def test_of_a_rule_that_no_comment_silences_none_is_shown(user: User) -> None:
    ran = user.runs("rule", "ssot.ignores")
    assert "cannot be left out by a comment" in ran.out
    assert "ignore[ssot.ignores]" not in ran.out


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("auth.bypass.fail-opne", "did you mean `auth.bypass.fail-open`?"),
        ("auth.bypass.", "did you mean `auth.bypass`?"),
        ("nothing", "`fifthwhy rule` lists them all"),
    ],
)
def test_an_unknown_rule_is_told_with_a_near_match(user: User, name: str, hint: str) -> None:
    told = f"fifthwhy: `{name}`: no rule or family of rules has that name; {hint}\n"
    assert user.runs("rule", name) == Ran(2, "", told)


def test_a_hostile_name_cannot_write_to_the_terminal(user: User) -> None:
    ran = user.runs("rule", "\x1b[31m\u202e")
    assert (ran.code, ran.out) == (2, "")
    assert not ESCAPES.search(ran.err)
