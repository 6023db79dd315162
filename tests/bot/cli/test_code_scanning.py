"""`fifthwhy audit` in a pipeline: SARIF for code scanning, and when it makes the pipeline fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.bot.cli.test_audit import Ran, User
from tests.report_templates.sarif_schema import mistakes
from tests.repositories import Content, Repo

OWN_WAY: Final = "import jwt\n\nclaims = jwt.decode('token', KEY, algorithms=['HS256'])\n"
STRAY: Final = "from shop.models import Cart\n"
SHOP: Final[Mapping[str, Content]] = {
    ".github/fifthwhy.yml": (
        "symbols:\n  - name: Cart\n    canonical: shop.cart\n"
        "auth:\n  canonical: Session check\n  patterns:\n"
        "    - name: Session check\n      calls: [shop.session.check]\n"
    ),
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
    "shop/session.py": "def check(request): ...\n",
    "shop/web.py": "from shop.session import check\n\ncheck(None)\n",
    "shop/page.py": STRAY,
}


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> User:
    return User(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Branches beside `main` that each introduce one finding."""
    repo = Repo.create(tmp_path_factory.mktemp("repositories") / "shop")
    repo.commit(SHOP)
    for branch, files in BRANCHES.items():
        repo.checkout("main")
        repo.branch(branch)
        repo.commit(files)
    return repo


BRANCHES: Final[Mapping[str, Mapping[str, Content]]] = {
    "validates-in-tests": {"tests/test_login.py": OWN_WAY},
    "validates": {"shop/login.py": OWN_WAY},
    "imports-in-tests": {"tests/test_cart.py": STRAY},
    "both-in-tests": {"tests/test_login.py": OWN_WAY, "tests/test_cart.py": STRAY},
}


def compared(user: User, shop: Repo, branch: str, *options: str) -> Ran:
    return user.runs("audit", shop.path, "--base", "main", "--head", branch, *options)


def results_of(ran: Ran) -> Any:
    """The results of a log that is valid."""
    assert (ran.code, ran.err) == (0, "")
    assert not mistakes(ran.out.encode())
    (run,) = json.loads(ran.out)["runs"]
    return run["results"]


# --- SARIF ------------------------------------------------------------------------------------------------------------


def test_a_change_is_told_as_sarif_with_all_that_stands(user: User, shop: Repo) -> None:
    """Without those that stand, code scanning would close their alerts."""
    results = results_of(compared(user, shop, "validates", "--format", "sarif"))

    assert [(each["ruleId"], each["level"], each["baselineState"]) for each in results] == [
        ("auth.patterns", "error", "new"),
        ("imports.fragmented", "warning", "unchanged"),
    ]
    assert results[0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "shop/login.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 1, "endLine": 3},
    }


def test_one_commit_is_told_as_sarif_with_all_its_findings(user: User, shop: Repo, tmp_path_factory: Any) -> None:
    repo = Repo.create(tmp_path_factory.mktemp("many") / "shop")
    repo.commit({**SHOP, "shop/many.py": STRAY * 3_000})
    results = results_of(user.runs("audit", repo.path, "--state", "--format", "sarif"))

    assert len(results) == 3_001
    assert not any("baselineState" in each for each in results)


def test_a_finding_has_one_fingerprint_in_a_change_and_in_the_state_of_its_commit(user: User, shop: Repo) -> None:
    """By it code scanning knows that an alert of a pull request is the one that it had on the branch."""
    change = results_of(compared(user, shop, "validates", "--format", "sarif"))
    state = results_of(user.runs("audit", shop.path, "--state", "--head", "validates", "--format", "sarif"))
    assert _fingerprints(change) == _fingerprints(state)


def _fingerprints(results: Any) -> set[str]:
    return {each["partialFingerprints"]["fifthwhy/v1"] for each in results}


def test_the_same_commits_give_the_same_sarif(user: User, shop: Repo) -> None:
    first = compared(user, shop, "both-in-tests", "--format", "sarif")
    assert compared(user, shop, "both-in-tests", "--format", "sarif") == first


# --- the exit code ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("branch", "code"),
    [
        pytest.param("validates-in-tests", 0, id="how tests validate never fails a pipeline"),
        pytest.param("validates", 1, id="how production does, does"),
        pytest.param("imports-in-tests", 1, id="other rules hold in tests as well"),
        pytest.param("both-in-tests", 1, id="also beside such a finding"),
    ],
)
@pytest.mark.parametrize("form", ["terminal", "sarif"])
def test_the_exit_code_tells_whether_findings_are_introduced_that_matter(
    user: User, shop: Repo, branch: str, code: int, form: str
) -> None:
    ran = compared(user, shop, branch, "--exit-code", "--format", form)
    assert ran.code == code
    assert "tests/test_login.py" in ran.out or branch in {"validates", "imports-in-tests"}
