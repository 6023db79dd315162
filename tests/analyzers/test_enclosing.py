"""Functions and classes are renamed around findings: these are neither introduced nor fixed, and nothing is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from analyzers.enclosing import apart
from tests.analyzers.cases import case_files, read_case
from tests.analyzers.test_delta import change
from tests.analyzers.trees import facts_of, findings_of

POLICY: Final = {
    ".github/fifthwhy.yml": (
        "auth:\n  canonical: Check\n  builtin: false\n  patterns:\n    - {name: Check, calls: [shop.auth.check]}\n"
        "    - {name: PyJWT, calls: [jwt.decode]}\n"
        "rules: {auth.bypass.algorithm-not-pinned: off, auth.bypass.hardcoded-secret: off}\n"
    )
}
LOGIN: Final = "import jwt\n\n\ndef login(token):\n    return jwt.decode(token, KEY)\n"
SESSION: Final = (
    "import jwt\n\n\n"
    "class Session:\n"
    "    def open(self, token):\n"
    "        return jwt.decode(token, KEY)\n\n"
    "    def close(self):\n"
    "        self.is_open = False\n"
)


def counts(
    base: Mapping[str, str], head: Mapping[str, str], renamed_from: Mapping[str, str] | None = None
) -> tuple[int, int, int]:
    """How many findings a change introduces, fixes, and leaves as they are."""
    done = change({**POLICY, **base}, {**POLICY, **head}, renamed_from)
    return len(done["introduced"]), len(done["fixed"]), len(done["unchanged"])


def in_file(base: str, head: str) -> tuple[int, int, int]:
    return counts({"a.py": base}, {"a.py": head})


# --- the same finding -------------------------------------------------------------------------------------------------


def test_a_class_that_is_renamed_around_a_stray_call_introduces_nothing() -> None:
    done = change(POLICY | {"a.py": SESSION}, POLICY | {"a.py": SESSION.replace("Session", "Login")})
    assert done == {
        "introduced": [],
        "fixed": [],
        "unchanged": ["a.py:6 auth.patterns PyJWT: jwt.decode in Login.open"],
    }


@pytest.mark.parametrize(
    ("base", "old", "new"),
    [
        pytest.param(LOGIN, "login", "sign_in", id="a function"),
        pytest.param(SESSION, "open", "begin", id="a method"),
        pytest.param(LOGIN.replace("def", "async def"), "login", "sign_in", id="a coroutine"),
        pytest.param(LOGIN + "    return jwt.decode(token, OTHER)\n", "login", "sign_in", id="around two calls"),
        pytest.param("import jwt\n\n\n@app.get('/')\n" + LOGIN[13:], "login", "sign_in", id="a decorated one"),
        pytest.param(
            LOGIN.replace("    return", "    def inner(): return"), "inner", "nested", id="one inside another"
        ),
        pytest.param(LOGIN.replace("    return", "    def inner(): return"), "login", "sign_in", id="one around"),
        pytest.param("import jwt\ndef login(token): return jwt.decode(token, KEY)\n", "login", "go", id="in one line"),
    ],
)
def test_whatever_is_renamed_around_it_introduces_nothing(base: str, old: str, new: str) -> None:
    introduced, fixed, unchanged = in_file(base, base.replace(old, new))
    assert (introduced, fixed) == (0, 0)
    assert unchanged


def test_a_class_and_its_method_may_be_renamed_at_once() -> None:
    head = SESSION.replace("Session", "Login").replace("open", "begin")
    assert in_file(SESSION, head) == (0, 0, 1)


def test_what_is_changed_in_a_class_that_is_renamed_leaves_it_that_class() -> None:
    head = SESSION.replace("Session", "Login").replace("        return", "        self.count += 1\n        return")
    assert in_file(SESSION, head) == (0, 0, 1)


def test_a_second_call_in_a_class_that_is_renamed_is_introduced_alone() -> None:
    head = SESSION.replace("Session", "Login") + "        jwt.decode(self.token, KEY)\n"
    assert change(POLICY | {"a.py": SESSION}, POLICY | {"a.py": head}) == {
        "introduced": ["a.py:10 auth.patterns PyJWT: jwt.decode in Login.close"],
        "fixed": [],
        "unchanged": ["a.py:6 auth.patterns PyJWT: jwt.decode in Login.open"],
    }


def test_classes_of_one_kind_are_told_apart_when_all_of_them_are_renamed() -> None:
    other = SESSION[12:].replace("Session", "Basket").replace("close", "drop")
    base = SESSION + "\n\n" + other
    head = (
        base.replace("Session", "Login").replace("Basket", "Cart").replace("        return jwt", "        x = jwt", 1)
    )
    done = change(POLICY | {"a.py": base}, POLICY | {"a.py": head})
    assert (done["introduced"], done["fixed"], len(done["unchanged"])) == ([], [], 2)


def test_a_file_may_move_while_a_class_in_it_is_renamed() -> None:
    moved = {"b.py": SESSION.replace("Session", "Login")}
    assert counts({"a.py": SESSION}, moved, {"b.py": "a.py"}) == (0, 0, 1)


def test_the_module_of_what_is_called_may_move_as_well() -> None:
    policy = {
        ".github/fifthwhy.yml": (
            "auth:\n  canonical: Check\n  builtin: false\n  patterns:\n    - {name: Check, calls: [x.check]}\n"
            "    - {name: Own, calls: ['shop.old.verify', 'shop.new.verify']}\n"
        )
    }
    user = "from shop.{0} import verify\n\n\nclass {1}:\n    def open(self, token):\n        return verify(token)\n"
    base = {"shop/__init__.py": "", "shop/old.py": "def verify(token): ...\n", "shop/a.py": user.format("old", "A")}
    head = {"shop/__init__.py": "", "shop/new.py": "def verify(token): ...\n", "shop/b.py": user.format("new", "B")}
    done = change(policy | base, policy | head, {"shop/new.py": "shop/old.py", "shop/b.py": "shop/a.py"})
    assert (done["introduced"], done["fixed"], len(done["unchanged"])) == ([], [], 1)


def test_a_test_that_is_renamed_asks_for_the_same_fixture_out_of_its_reach() -> None:
    base = {
        "tests/unit/conftest.py": "import pytest\n@pytest.fixture\ndef cart(): ...\n",
        "tests/api/test_a.py": "def test_total(cart):\n    assert cart\n",
    }
    head = base | {"tests/api/test_a.py": base["tests/api/test_a.py"].replace("total", "sum")}
    assert counts(base, head) == (0, 0, 1)


def test_a_class_of_tests_that_is_renamed_does_so_as_well() -> None:
    tests = "class TestCart:\n    def test_total(self, cart):\n        assert cart\n    def test_one(self): ...\n"
    base = {
        "tests/unit/conftest.py": "import pytest\n@pytest.fixture\ndef cart(): ...\n",
        "tests/api/test_a.py": tests,
    }
    assert counts(base, base | {"tests/api/test_a.py": tests.replace("TestCart", "TestBasket")}) == (0, 0, 1)


API: Final = (
    "from fastapi import FastAPI, Depends\nfrom shop.auth import check\napp = FastAPI()\n"
    "@app.get('/a')\ndef a(user=Depends(check)): return user\n"
    "@app.get('/report')\ndef report():\n    return 1\n"
)
SHOP: Final = {"shop/__init__.py": "", "shop/auth.py": "def check(token): ...\n"}


def test_the_handler_of_an_unprotected_endpoint_may_be_renamed() -> None:
    base = SHOP | {"shop/api.py": API}
    head = SHOP | {"shop/api.py": API.replace("def report", "def show")}
    done = change(POLICY | base, POLICY | head)
    assert (done["introduced"], done["fixed"]) == ([], [])
    assert done["unchanged"] == ["shop/api.py:7 auth.unprotected GET /report: shop.api.show"]


def test_one_whose_route_is_another_is_another_one() -> None:
    base = SHOP | {"shop/api.py": API}
    head = SHOP | {"shop/api.py": API.replace("report", "show")}
    assert counts(base, head) == (1, 1, 0)


def test_a_method_in_the_place_of_the_check_may_be_in_a_class_that_is_renamed() -> None:
    policy = {
        ".github/fifthwhy.yml": (
            "auth: {canonical: Check, builtin: false, patterns: [{name: Check, calls: [shop.auth.Base.check]}]}\n"
        )
    }
    lax = "from shop.auth import Base\nclass Lax(Base):\n    def check(self, token):\n        return {}\n"
    auth = "class Base:\n    def check(self, token):\n        raise ValueError\n"
    base = policy | {"shop/__init__.py": "", "shop/auth.py": auth, "shop/a.py": lax}
    done = change(base, base | {"shop/a.py": lax.replace("Lax", "Loose")})
    assert (done["introduced"], done["fixed"], len(done["unchanged"])) == ([], [], 1)


BYPASSES: Final = (
    "import jwt\n\n\ndef verify(token):\n    try:\n        return jwt.decode(token, KEY, algorithms=['HS256'])\n"
    "    except Exception:\n        return {'sub': 'guest'}\n\n\n"
    "def peek(token):\n    return jwt.decode(token, 'secret', algorithms=['none'])\n\n\n"
    "def admit(request):\n    if request.headers['X-Api-Key'] == settings.API_KEY:\n        return True\n"
    "    raise PermissionError\n"
)


def test_functions_with_ways_round_the_check_may_be_renamed() -> None:
    head = BYPASSES.replace("def verify", "def confirm").replace("def peek", "def read").replace("def admit", "def go")
    done = change({"a.py": BYPASSES}, {"a.py": head})
    assert (done["introduced"], done["fixed"]) == ([], [])
    rules = {line.split()[1] for line in done["unchanged"]}
    wanted = {"fail-open", "none-algorithm", "hardcoded-secret", "token-comparison"}
    assert {f"auth.bypass.{rule}" for rule in wanted} <= rules


CASES: Final = [path for family in ("auth", "tests") for path in case_files(family)]


def test_whatever_says_what_it_stands_in_can_be_told_without() -> None:
    named = {
        finding.rule: finding
        for path in CASES
        for finding in findings_of(read_case(path).files)
        if finding.within and apart(finding) == replace(finding, within="")
    }
    assert named == {}


def test_facts_tell_definitions_by_what_they_are_in_and_what_stands_in_them() -> None:
    source = "class A:\n    def a(self):\n        return 1\n    class B:\n        def a(self):\n            return 1\n"
    lines = facts_of(source).defined.split("\n")
    assert [line.partition(" ")[0] for line in lines] == ["A", ".B", "..a", ".a"]
    assert lines[2].rpartition(" ")[2] == lines[3].rpartition(" ")[2]


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        pytest.param("def g(x):\n\n    # why\n    return x\n", True, id="its name, blank lines and comments"),
        pytest.param("@wrapped\ndef f(x):\n    return x\n", True, id="what stands before"),
        pytest.param("def f(y):\n    return x\n", False, id="a parameter"),
        pytest.param("def f(x):\n    return y\n", False, id="what it does"),
    ],
)
def test_the_digest_of_a_function_is_of_what_it_does(other: str, is_same: bool) -> None:
    digests = [facts_of(text).defined.rpartition(" ")[2] for text in ("def f(x):\n    return x\n", other)]
    assert (digests[0] == digests[1]) is is_same


# --- another finding --------------------------------------------------------------------------------------------------

ADMIN: Final = "\n\ndef admin(token):\n    return {}\n"


def test_a_fix_in_one_function_does_not_pay_for_a_new_call_in_another_one() -> None:
    head = LOGIN.replace("jwt.decode(token, KEY)", "{}") + ADMIN.replace("{}", "jwt.decode(token, KEY)")
    assert in_file(LOGIN + ADMIN, head) == (1, 1, 0)


def test_a_new_function_does_not_stand_for_one_that_was_fixed() -> None:
    head = LOGIN.replace("jwt.decode(token, KEY)", "{}") + ADMIN.replace("{}", "jwt.decode(token, KEY)")
    assert in_file(LOGIN, head) == (1, 1, 0)


def test_a_function_that_is_deleted_does_not_stand_for_one_that_was_there() -> None:
    head = "import jwt\n" + ADMIN.replace("{}", "jwt.decode(token, KEY)")
    assert in_file(LOGIN + ADMIN, head) == (1, 1, 0)


def test_a_check_that_is_deleted_does_not_hide_a_back_door_that_is_added() -> None:
    door = "import jwt\n\n\ndef admin(token):\n    log(token)\n    return jwt.decode(token, KEY)\n"
    assert in_file(LOGIN, door) == (1, 1, 0)


def test_nor_does_a_class_that_is_deleted_hide_another_one_with_a_method_of_the_same_name() -> None:
    door = (
        "import jwt\n\n\nclass Admin:\n    def open(self, token):\n        log(token)\n"
        "        return jwt.decode(token, KEY)\n\n    def raise_rights(self): ...\n    def drop_rights(self): ...\n"
    )
    assert in_file(SESSION, door) == (1, 1, 0)


def test_one_that_is_copied_twice_and_deleted_was_renamed_once() -> None:
    copy = LOGIN[13:]
    head = "import jwt\n" + copy.replace("login", "one") + "\n\n" + copy.replace("login", "two")
    assert in_file(LOGIN, head) == (1, 0, 1)


def test_what_became_of_one_function_is_one_function() -> None:
    body = "    return jwt.decode(token, KEY)\n"
    two = "import jwt\n\n\nclass Old:\n    def a(self, token):\n    " + body + "    def b(self, token):\n    " + body
    parts = "import jwt\n\n\nclass One:\n    def a(self, token):\n    " + body
    parts += "\n\nclass Two:\n    def b(self, token):\n    " + body
    assert in_file(two, parts) == (1, 1, 1)


def test_what_goes_deeper_is_no_other_name() -> None:
    head = "import jwt\n\n\nclass Door:\n    def login(self, token):\n        return jwt.decode(token, KEY)\n"
    assert in_file(LOGIN, head) == (1, 1, 0)


def test_a_rename_in_one_file_says_nothing_of_another_one() -> None:
    head = {"a.py": "import jwt\n", "b.py": LOGIN.replace("login", "sign_in")}
    assert counts({"a.py": LOGIN, "b.py": "import jwt\n"}, head) == (1, 1, 0)


# --- whatever is renamed ----------------------------------------------------------------------------------------------

NAMES: Final = ("alpha", "beta", "gamma", "delta")
FRESH: Final = ("one", "two", "three", "four")
BODIES: Final = st.lists(
    st.sampled_from(("jwt.decode(token, KEY)", "jwt.decode(token, OTHER)", "x = 1", "log(token)")),
    min_size=1,
    max_size=3,
)
FUNCTIONS: Final = st.dictionaries(st.sampled_from(NAMES), BODIES, min_size=1)


def written(functions: Mapping[str, list[str]]) -> str:
    return "import jwt\n" + "".join(
        f"\n\ndef {name}(token):\n" + "".join(f"    {line}\n" for line in body) for name, body in functions.items()
    )


@given(FUNCTIONS, st.permutations(FRESH), st.sets(st.sampled_from(NAMES)))
def test_names_that_are_new_to_the_file_introduce_nothing(
    functions: dict[str, list[str]], fresh: list[str], chosen: set[str]
) -> None:
    new = {old: name for old, name in zip(NAMES, fresh, strict=True) if old in chosen}
    head = {new.get(name, name): body for name, body in functions.items()}
    introduced, fixed, _ = in_file(written(functions), written(head))
    assert (introduced, fixed) == (0, 0)


@given(FUNCTIONS, FUNCTIONS)
def test_names_that_stay_stand_for_nothing_but_themselves(
    base: dict[str, list[str]], head: dict[str, list[str]]
) -> None:
    """Functions with a call before and after, by name; where all names are on both sides none is renamed."""
    head = {name: head.get(name, ["x = 1"]) for name in base}
    strays = [{name: sum("decode" in line for line in body) for name, body in each.items()} for each in (base, head)]
    more, less = (sum(max(0, b[name] - a[name]) for name in a) for a, b in (strays, strays[::-1]))
    introduced, fixed, _ = in_file(written(base), written(head))
    assert (introduced, fixed) == (more, less)
