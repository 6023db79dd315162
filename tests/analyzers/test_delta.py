"""A change introduces, fixes or leaves each finding, and is measured by what stood before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from analyzers.audit import Audit
from analyzers.delta import Delta, Side, compare
from analyzers.enclosing import defined_in
from analyzers.findings import Fingerprinted
from analyzers.moves import moved_modules
from analyzers.policy import AuthPolicy
from tests.analyzers.trees import audit_of, findings_of, policy_of, tell

ROOM: Final = {
    "pkg/__init__.py": "",
    "pkg/core.py": "class X: ...\nclass Y: ...\n",
    "pkg/odd.py": "from pkg.core import X, Y\n\nLIMIT = 1\n",
}
STRICT: Final = {".github/fifthwhy.yml": "symbols: [{name: X, canonical: pkg.core}, {name: Y, canonical: pkg.core}]\n"}


def change(
    base: Mapping[str, str], head: Mapping[str, str], renamed_from: Mapping[str, str] | None = None
) -> dict[str, list[str]]:
    """What a change from one tree to another does, by the policy of the first."""
    policy = policy_of(base)
    at_base = audit_of(base, policy)
    at_head = audit_of(head, policy, at_base)
    sides = [side(at_base), side(at_head)]
    modules = moved_modules(renamed_from or {}, at_base.tree, at_head.tree)
    delta = compare(sides[0], sides[1], renamed_from or {}, modules)
    return {part: [tell(entry.finding) for entry in getattr(delta, part)] for part in Delta.__struct_fields__}


def side(end: Audit) -> Side:
    def has(path: str) -> bool:
        return end.tree.file(path) is not None

    def module(path: str) -> str | None:
        file = end.tree.file(path)
        return None if file is None else file.module

    return Side(findings_of(end), frozenset(end.ledger.unread), defined_in(end.tree), has, module)


def test_a_change_that_touches_no_finding_leaves_all_of_them() -> None:
    base = ROOM | STRICT | {"a.py": "from pkg.odd import X\n"}
    head = base | {"a.py": "# moved down\n\nfrom pkg.odd import X\n", "b.py": "from pkg.core import X\n"}
    assert change(base, head) == {
        "introduced": [],
        "fixed": [],
        "unchanged": ["a.py:3 imports.fragmented X from pkg.odd"],
    }


def test_introduced_fixed_and_unchanged_are_told_apart() -> None:
    base = ROOM | STRICT | {"a.py": "from pkg.odd import X\nfrom pkg.odd import Y\n"}
    head = base | {"a.py": "from pkg.core import X\nfrom pkg.odd import Y\n", "b.py": "from pkg.odd import X\n"}
    assert change(base, head) == {
        "introduced": ["b.py:1 imports.fragmented X from pkg.odd"],
        "fixed": ["a.py:1 imports.fragmented X from pkg.odd"],
        "unchanged": ["a.py:2 imports.fragmented Y from pkg.odd"],
    }


def test_a_second_equal_finding_is_introduced_and_the_first_is_not() -> None:
    base = ROOM | STRICT | {"a.py": "from pkg.odd import X\n"}
    head = base | {"a.py": "from pkg.odd import X\n\n\ndef f():\n    from pkg.odd import X\n"}
    assert change(base, head) == {
        "introduced": ["a.py:5 imports.fragmented X from pkg.odd"],
        "fixed": [],
        "unchanged": ["a.py:1 imports.fragmented X from pkg.odd"],
    }


def test_a_moved_file_moves_its_findings() -> None:
    base = ROOM | STRICT | {"a.py": "from pkg.odd import X\n"}
    head = ROOM | STRICT | {"site/b.py": "\nfrom pkg.odd import X\nfrom pkg.odd import Y\n"}
    assert change(base, head, {"site/b.py": "a.py"}) == {
        "introduced": ["site/b.py:3 imports.fragmented Y from pkg.odd"],
        "fixed": [],
        "unchanged": ["site/b.py:2 imports.fragmented X from pkg.odd"],
    }


def test_a_deleted_file_fixes_its_findings() -> None:
    base = ROOM | STRICT | {"a.py": "from pkg.odd import X\n"}
    assert change(base, ROOM | STRICT)["fixed"] == ["a.py:1 imports.fragmented X from pkg.odd"]


def test_a_file_that_breaks_or_heals_changes_nothing_that_is_known() -> None:
    """Nobody can tell what became of a finding in a file that was readable on one side only."""
    whole, broken = {"a.py": "from pkg.odd import X\n"}, {"a.py": "from pkg.odd import X\ndef f(:\n"}
    nothing: dict[str, list[str]] = {"introduced": [], "fixed": [], "unchanged": []}
    assert change(ROOM | STRICT | whole, ROOM | STRICT | broken) == nothing
    healed = change(ROOM | STRICT | broken, ROOM | STRICT | whole)
    assert healed == nothing | {"unchanged": ["a.py:1 imports.fragmented X from pkg.odd"]}


def test_a_module_that_breaks_or_heals_changes_nothing_of_what_asks_for_it() -> None:
    """Neither what goes through it nor what asks for a name that it does not have came or went."""
    asks = {"a.py": "from pkg.odd import X\nfrom pkg.odd import Gone\n", "b.py": "from pkg.core import Lost\n"}
    whole = ROOM | STRICT | asks
    stand = [
        "a.py:1 imports.fragmented X from pkg.odd",
        "a.py:2 imports.unresolved pkg.odd.Gone: Gone",
        "b.py:1 imports.unresolved pkg.core.Lost: Lost",
    ]
    for module in ("pkg/odd.py", "pkg/core.py"):
        broken = whole | {module: "<<<<<<< HEAD\n" + ROOM[module]}
        assert change(whole, broken)["fixed"] == []
        healed = change(broken, whole)
        assert (healed["introduced"], healed["unchanged"]) == ([], stand)


def test_a_module_is_known_by_its_name_wherever_names_count_from() -> None:
    """`src/pkg/__init__.py` is `pkg`, and what asks for it went nowhere when it broke."""
    base = {
        "pyproject.toml": "",
        "src/pkg/__init__.py": "from pkg.core import X\n",
        "src/pkg/core.py": "class X: ...\n",
        "src/a.py": "from pkg import X\n",
        "src/shim.py": "from pkg.core import X\n",
        "src/b.py": "from shim import X\n",
    }
    strict = STRICT | base
    for module, lost in (("src/pkg/__init__.py", "src/a.py"), ("src/shim.py", "src/b.py")):
        assert any(each.startswith(lost) for each in change(strict, strict)["unchanged"])
        broken = strict | {module: "<<<<<<< HEAD\n" + strict[module]}
        assert change(strict, broken)["fixed"] == []
        assert change(broken, strict)["introduced"] == []


def test_what_a_new_file_asks_of_a_module_that_heals_is_introduced() -> None:
    broken = ROOM | STRICT | {"pkg/odd.py": "<<<<<<< HEAD\n"}
    healed = change(broken, ROOM | STRICT | {"a.py": "from pkg.odd import X\n"})
    assert healed["introduced"] == ["a.py:1 imports.fragmented X from pkg.odd"]


def test_a_module_that_heals_where_it_was_moved_to_introduces_nothing() -> None:
    asks = {"b.py": "from pkg.core import Lost\n"}
    broken = ROOM | STRICT | asks | {"pkg/core.py": "<<<<<<< HEAD\n" + ROOM["pkg/core.py"]}
    moved = {"pkg/__init__.py": "", "pkg/new.py": ROOM["pkg/core.py"], "b.py": "from pkg.new import Lost\n"}
    assert change(broken, STRICT | moved, {"pkg/new.py": "pkg/core.py"})["introduced"] == []


def test_another_file_that_breaks_hides_nothing() -> None:
    base = ROOM | STRICT | {"a.py": "from pkg.odd import X\n", "c.py": "y = 1\n"}
    head = ROOM | STRICT | {"a.py": "from pkg.core import X\n", "c.py": "<<<<<<< HEAD\n"}
    assert change(base, head)["fixed"] == ["a.py:1 imports.fragmented X from pkg.odd"]


STATEMENTS: Final = ("from pkg.odd import X\n", "from pkg.odd import Y\n", "from pkg.core import X\n", "\n")
LINES: Final = st.lists(st.sampled_from(STATEMENTS), max_size=5).map("".join)
TREES: Final = st.fixed_dictionaries({}, optional={"a.py": LINES, "b.py": LINES}).map(
    lambda files: ROOM | STRICT | files
)


@given(TREES, TREES)
def test_introduced_fixed_and_unchanged_are_a_partition(base: dict[str, str], head: dict[str, str]) -> None:
    before, after = findings_of(base), findings_of(head)
    delta = compare(Side(before), Side(after), {}, {})
    assert sorted(map(_told, (*delta.introduced, *delta.unchanged))) == sorted(map(tell, after))
    assert len(delta.fixed) + len(delta.unchanged) == len(before)
    assert not {entry.fingerprint for entry in delta.fixed} & {entry.fingerprint for entry in delta.unchanged}


@given(TREES, TREES)
def test_the_way_back_fixes_what_the_way_there_introduced(base: dict[str, str], head: dict[str, str]) -> None:
    there, back = (Side(findings_of(tree)) for tree in (head, base))
    forward, backward = compare(back, there, {}, {}), compare(there, back, {}, {})
    assert (forward.introduced, forward.fixed) == (backward.fixed, backward.introduced)


def _told(entry: Fingerprinted) -> str:
    return tell(entry.finding)


# --- what a change is measured by -------------------------------------------------------------------------------------


def test_a_change_is_measured_by_the_path_that_stood_before_it() -> None:
    """Two new imports of another path do not turn the one that was there into the odd one out."""
    base = ROOM | {"a.py": "from pkg.core import X\n"}
    head = base | {"b.py": "from pkg.odd import X\n", "c.py": "from pkg.odd import X\n"}
    assert change(base, head) == {
        "introduced": [
            "b.py:1 imports.fragmented X from pkg.odd (inferred)",
            "c.py:1 imports.fragmented X from pkg.odd (inferred)",
        ],
        "fixed": [],
        "unchanged": [],
    }


def test_a_path_that_a_change_abandons_measures_nothing_any_more() -> None:
    """Moving every import to another path is a migration, not a set of findings."""
    base = ROOM | {"a.py": "from pkg.odd import X\n", "b.py": "from pkg.odd import X\n"}
    head = ROOM | {"a.py": "from pkg.core import X\n", "b.py": "from pkg.core import X\n"}
    assert change(base, head) == {"introduced": [], "fixed": [], "unchanged": []}


def test_a_symbol_that_is_new_is_measured_by_its_own_majority() -> None:
    head = ROOM | {f"{name}.py": "from pkg.odd import Y\n" for name in "ab"} | {"c.py": "from pkg.core import Y\n"}
    assert change({"pkg/__init__.py": ""}, head)["introduced"] == [
        "c.py:1 imports.fragmented Y from pkg.core (inferred)"
    ]


def test_a_way_to_validate_is_measured_by_the_one_that_stood_before_it() -> None:
    base = {"a.py": "import jwt\njwt.decode('', KEY, ALGORITHMS)\n"}
    head = base | {"b.py": "from jose import jwt\njwt.decode('', KEY, ALGORITHMS)\njwt.decode('', KEY, ALGORITHMS)\n"}
    assert change(base, head)["introduced"] == [
        "b.py:2 auth.patterns python-jose: jose.jwt.decode (inferred)",
        "b.py:3 auth.patterns python-jose: jose.jwt.decode (inferred)",
    ]


def test_a_way_to_validate_that_a_change_gives_up_measures_nothing_any_more() -> None:
    base = {"a.py": "import jwt\njwt.decode('', KEY, ALGORITHMS)\n"}
    head = {"a.py": "from jose import jwt\njwt.decode('', KEY, ALGORITHMS)\n"}
    assert change(base, head) == {"introduced": [], "fixed": [], "unchanged": []}


def test_ways_to_validate_are_the_same_ones_when_their_module_moves() -> None:
    checks = "import jwt\n\n\ndef {}(token):\n    return jwt.decode(token, KEY, ALGORITHMS)\n"
    calls = "from svc.{0} import {1}\n\n{1}('')\n{1}('')\n"
    base = {"svc/__init__.py": "", "svc/a.py": checks.format("check_a"), "svc/b.py": checks.format("check_b")}
    base |= {"app.py": calls.format("a", "check_a"), "till.py": calls.format("b", "check_b") + "check_b('')\n"}
    head = {path: text.replace("svc.a", "svc.c") for path, text in base.items() if path != "svc/a.py"}
    head["svc/c.py"] = base["svc/a.py"]

    changed = change(base, head, {"svc/c.py": "svc/a.py"})

    assert (changed["introduced"], changed["fixed"]) == ([], [])
    assert len(changed["unchanged"]) == 2


def test_the_policy_of_the_base_measures_the_change() -> None:
    loose = {".github/fifthwhy.yml": "infer: false\n"}
    base = ROOM | STRICT
    head = ROOM | loose | {"a.py": "from pkg.odd import X\n"}
    assert change(base, head)["introduced"] == ["a.py:1 imports.fragmented X from pkg.odd"]


# --- metrics ----------------------------------------------------------------------------------------------------------


def test_metrics_count_sites_and_ways_by_scope() -> None:
    files = (
        ROOM
        | STRICT
        | {
            "a.py": "from pkg.odd import X\nfrom pkg.core import X\nimport jwt\njwt.decode('')\njwt.decode('')\n",
            "tests/test_a.py": "import jwt\nfrom jose import jws\nfrom pkg.odd import X\njwt.decode()\njws.verify()",
        }
    )
    policy = policy_of(files).model_copy(update={"auth": AuthPolicy(canonical="Flask-Login")})
    counted = {
        metric.name: (metric.production, metric.tests, metric.among)
        for metric in audit_of(files, policy).metrics
        if metric.name in ("imports.fragmented", "imports.legacy", "auth.patterns")
    }
    assert counted == {"imports.fragmented": (1, 1, 5), "imports.legacy": (0, 0, None), "auth.patterns": (1, 1, 4)}


def test_compliance_is_of_production_files_and_tells_tests_apart() -> None:
    wrong = "from pkg.odd import X\n"
    files = (
        ROOM | STRICT | {"a.py": wrong, "tests/test_a.py": wrong, "tests/test_b.py": "", "tests/test_c.py": "def f(:\n"}
    )
    (found,) = (metric for metric in audit_of(files).metrics if metric.name == "ssot.compliance")
    assert (found.value, found.among) == (found.production, 4) == (3, 4)
    assert (found.tests, found.tests_among) == (1, 2)


COPY: Final = (
    "def total(items):\n    result = 0\n    for item in items:\n        result += item.price\n    return result\n"
)


def test_a_cycle_stays_the_same_when_its_files_move() -> None:
    base = {
        "pkg/__init__.py": "",
        "pkg/b.py": "import pkg.c\n",
        "pkg/c.py": "import pkg.d\n",
        "pkg/d.py": "import pkg.b\n",
    }
    head = {
        "pkg/__init__.py": "",
        "pkg/z.py": "import pkg.c\n",
        "pkg/c.py": "import pkg.d\n",
        "pkg/d.py": "import pkg.z\n",
    }
    assert change(base, head, {"pkg/z.py": "pkg/b.py"}) == {
        "introduced": [],
        "fixed": [],
        "unchanged": ["pkg/c.py:1 imports.cycles pkg.c → pkg.d → pkg.z → pkg.c: pkg.c → pkg.d → pkg.z → pkg.c"],
    }


def test_copies_stay_the_same_when_the_one_that_stands_moves() -> None:
    base = {"pkg/__init__.py": "", "pkg/a.py": COPY, "pkg/b.py": COPY, "pkg/c.py": COPY}
    head = {"pkg/__init__.py": "", "pkg/z.py": COPY, "pkg/b.py": COPY, "pkg/c.py": COPY}
    assert change(base, head, {"pkg/z.py": "pkg/a.py"}) == {
        "introduced": [],
        "fixed": [],
        "unchanged": [
            "pkg/c.py:1 ssot.duplicates total: pkg.b (inferred)",
            "pkg/z.py:1 ssot.duplicates total: pkg.b (inferred)",
        ],
    }


def test_a_further_copy_is_one_however_many_there_are() -> None:
    base = {"pkg/__init__.py": "", "pkg/b.py": COPY, "pkg/c.py": COPY}
    assert change(base, base | {"pkg/a.py": COPY}) == {
        "introduced": ["pkg/b.py:1 ssot.duplicates total: pkg.a (inferred)"],
        "fixed": [],
        "unchanged": ["pkg/c.py:1 ssot.duplicates total: pkg.a (inferred)"],
    }
    assert change(base | {"pkg/a.py": COPY}, base) == {
        "introduced": [],
        "fixed": ["pkg/b.py:1 ssot.duplicates total: pkg.a (inferred)"],
        "unchanged": ["pkg/c.py:1 ssot.duplicates total: pkg.b (inferred)"],
    }


def test_a_broken_contract_stays_the_same_when_its_ends_move() -> None:
    policy = {
        ".github/fifthwhy.yml": (
            "contracts: [{name: N, type: forbidden, source_modules: [pkg.low], forbidden_modules: [pkg.high]}]\n"
        )
    }
    base = policy | {"pkg/__init__.py": "", "pkg/low/__init__.py": "", "pkg/high/__init__.py": ""}
    head = base | {"pkg/low/b.py": "import pkg.high.d\n", "pkg/high/d.py": "x = 1\n"}
    base |= {"pkg/low/a.py": "import pkg.high.c\n", "pkg/high/c.py": "x = 1\n"}
    assert change(base, head, {"pkg/low/b.py": "pkg/low/a.py", "pkg/high/d.py": "pkg/high/c.py"}) == {
        "introduced": [],
        "fixed": [],
        "unchanged": ["pkg/low/b.py:1 imports.contracts N: pkg.low.b -> pkg.high.d"],
    }


# --- what is named has moved ------------------------------------------------------------------------------------------


def package(name: str) -> dict[str, str]:
    """A package with a deprecated module, and files that go wrong with it in every way there is."""
    return {
        f"{name}/__init__.py": "",
        f"{name}/core.py": "class X: ...\nclass Y: ...\n",
        f"{name}/odd.py": f"'Deprecated.'\nfrom {name}.core import X\n\nLIMIT = 1\n",
        "app.py": f"from {name} import odd\nfrom {name}.core import Gone, X\nimport {name}.lost.part\n"
        f"from {name}.odd import X\n",
        "b.py": f"from {name}.core import X\n",
        "tests/test_app.py": f"from unittest.mock import patch\npatch('{name}.core.Gone.run')\n",
        "pyproject.toml": f"[project.scripts]\nrun = '{name}.core:gone'\n",
    }


def renames(base: Mapping[str, str], head: Mapping[str, str], now: str, before: str) -> dict[str, str]:
    """The files that lie in a folder now, and lay in another one before."""
    moved = {path: path.replace(now, before, 1) for path in head if path.startswith(now)}
    return {path: old for path, old in moved.items() if old in base}


def test_what_names_a_package_that_moved_is_neither_introduced_nor_fixed() -> None:
    base, head = package("pkg"), package("shop")
    assert change(base, head, renames(base, head, "shop/", "pkg/")) == {
        "introduced": [],
        "fixed": [],
        "unchanged": [
            "app.py:1 imports.legacy shop.odd for odd",
            "app.py:2 imports.unresolved shop.core.Gone: Gone",
            "app.py:3 imports.unresolved shop.lost.part:",
            "app.py:4 imports.fragmented X from shop.odd (inferred)",
            "app.py:4 imports.legacy shop.odd for X",
            "pyproject.toml:2 imports.strings shop.core:gone: console_scripts run",
            "tests/test_app.py:2 imports.strings shop.core.Gone.run: unittest.mock.patch (tests)",
        ],
    }


def test_what_names_a_module_that_moved_is_neither_introduced_nor_fixed() -> None:
    base = package("pkg")
    head = {path: text.replace("pkg.odd", "pkg.new.odder") for path, text in base.items() if path != "pkg/odd.py"}
    head |= {"pkg/new/__init__.py": "", "pkg/new/odder.py": base["pkg/odd.py"]}
    head["app.py"] = head["app.py"].replace("from pkg import odd", "from pkg.new import odder")
    done = change(base, head, {"pkg/new/odder.py": "pkg/odd.py"})
    assert (done["introduced"], done["fixed"]) == ([], [])
    assert "app.py:1 imports.legacy pkg.new.odder for odder" in done["unchanged"]


def test_what_names_a_folder_that_moved_is_neither_introduced_nor_fixed() -> None:
    base = {"pkg/__init__.py": "", "pkg/old/part.py": "", "app.py": "import pkg.old.gone\nimport pkg.old.part\n"}
    head = {"pkg/__init__.py": "", "pkg/new/part.py": "", "app.py": "import pkg.new.gone\nimport pkg.new.part\n"}
    assert change(base, head, {"pkg/new/part.py": "pkg/old/part.py"}) == {
        "introduced": [],
        "fixed": [],
        "unchanged": ["app.py:1 imports.unresolved pkg.new.gone:"],
    }


def test_a_file_that_moved_alone_does_not_take_its_folder_along() -> None:
    base = {
        "pkg/__init__.py": "",
        "pkg/old/part.py": "",
        "pkg/old/more.py": "",
        "app.py": "import pkg.old.gone\n",
    }
    head = {"pkg/__init__.py": "", "pkg/new/part.py": "", "pkg/old/more.py": "", "app.py": "import pkg.new.gone\n"}
    assert change(base, head, {"pkg/new/part.py": "pkg/old/part.py"}) == {
        "introduced": ["app.py:1 imports.unresolved pkg.new.gone:"],
        "fixed": ["app.py:1 imports.unresolved pkg.old.gone:"],
        "unchanged": [],
    }


def test_what_is_added_while_a_package_moves_is_introduced() -> None:
    base, head = package("pkg"), package("shop")
    head["app.py"] += "from shop.core import Gone\nfrom shop.core import Lost\n"
    done = change(base, head, renames(base, head, "shop/", "pkg/"))
    assert done["introduced"] == [
        "app.py:5 imports.unresolved shop.core.Gone: Gone",
        "app.py:6 imports.unresolved shop.core.Lost: Lost",
    ]
    assert done["fixed"] == []


def test_a_finding_stays_what_it_was_where_another_module_takes_the_name() -> None:
    """The import is as it was, and so is what is wrong with it."""
    base = {"pkg/__init__.py": "", "pkg/a.py": "", "pkg/b.py": "", "app.py": "from pkg.b import Gone\n"}
    head = {"pkg/__init__.py": "", "pkg/b.py": "", "app.py": "from pkg.b import Gone\n"}
    assert change(base, head, {"pkg/b.py": "pkg/a.py"}) == {
        "introduced": [],
        "fixed": [],
        "unchanged": ["app.py:1 imports.unresolved pkg.b.Gone: Gone"],
    }


def test_what_names_a_twin_that_moved_is_neither_introduced_nor_fixed() -> None:
    twins = {f"{root}/app/__init__.py": "" for root in ("mail", "shop")} | {
        "shop/app/old.py": "",
        "mail/app/old.py": "",
    }
    base = twins | {"shop/run.py": "from app.old import Gone\n", "mail/run.py": "from app.old import Gone\n"}
    head = {path.replace("shop/app/old", "shop/app/new"): text for path, text in base.items()}
    head["shop/run.py"] = "from app.new import Gone\n"
    assert change(base, head, {"shop/app/new.py": "shop/app/old.py"}) == {
        "introduced": [],
        "fixed": [],
        "unchanged": [
            "mail/run.py:1 imports.unresolved app.old.Gone: Gone",
            "shop/run.py:1 imports.unresolved app.new.Gone: Gone",
        ],
    }
