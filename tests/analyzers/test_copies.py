"""Files that look like others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analyzers.copies import LEAST_DEFINED, LEAST_NAMES, LIKENESS, Alike, copies_of, names_of
from analyzers.facts import Binding, FileFacts
from tests.analyzers.trees import facts_of

ENGINE = (
    "import asyncio\nimport logging\nfrom shop.cart import Cart\nfrom shop.tax import rate\n\n"
    "class Engine:\n    def run(self): ...\n    def stop(self): ...\n    def pause(self): ...\n\n"
    "def build(): ...\n"
)


def copies(new: dict[str, str], others: dict[str, str]) -> tuple[Alike, ...]:
    sources = {**others, **new}
    facts = {path: facts_of(source) for path, source in sources.items()}
    return copies_of({path: facts[path] for path in new}, facts.items(), lambda other, _: other in others)


def test_a_file_with_the_imports_and_names_of_another_is_a_copy() -> None:
    more = ENGINE + "\ndef rebuild(): ...\n"
    assert copies({"new.py": more}, {"old.py": ENGINE}) == (Alike("new.py", "old.py", 9 / 10),)


def test_the_likest_is_told() -> None:
    less = ENGINE.replace("def build(): ...\n", "")
    assert copies({"new.py": ENGINE}, {"a.py": less, "b.py": ENGINE}) == (Alike("new.py", "b.py", 1.0),)


def test_a_file_that_came_later_is_nobody_s_origin() -> None:
    assert copies({"new.py": ENGINE, "newer.py": ENGINE}, {}) == ()


def test_the_same_imports_make_no_copy() -> None:
    imports = "".join(f"from shop.part{number} import Part{number}\n" for number in range(20))
    assert copies({"new.py": f"{imports}class New: ...\n"}, {"old.py": f"{imports}class Old: ...\n"}) == ()


def test_a_file_with_few_names_is_like_many() -> None:
    little = "import logging\n\ndef main(): ...\ndef run(): ...\n"
    assert copies({"new.py": little}, {"old.py": little}) == ()


def test_one_of_many_of_a_sort_is_no_copy() -> None:
    assert copies({"new.py": ENGINE}, {f"old{number}.py": ENGINE for number in range(6)}) == ()


_NAMES = st.frozensets(st.sampled_from([f"n{number}" for number in range(14)]), max_size=14)


def _file(names: frozenset[str]) -> FileFacts:
    return FileFacts(bindings=tuple(Binding(name, "function", 1, 0) for name in sorted(names)))


@given(_NAMES, st.lists(_NAMES, max_size=5))
def test_the_index_finds_what_a_comparison_of_each_with_each_finds(
    new: frozenset[str], others: list[frozenset[str]]
) -> None:
    files = {f"o{number}": _file(names) for number, names in enumerate(others)}
    found = copies_of({"new": _file(new)}, files.items(), lambda _other, _new: True)
    alike = [
        (len(new & names) / len(new | names), path)
        for path, facts in files.items()
        if min(len(new), len(names := names_of(facts))) >= max(LEAST_NAMES, LEAST_DEFINED)
    ]
    best = max((likeness for likeness, _ in alike if likeness >= LIKENESS), default=None)
    assert [each.likeness for each in found] == ([] if best is None else [best])
