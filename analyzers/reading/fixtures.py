"""Fixtures in one file: which its tests ask for, which it defines, and what keeps it from being certain.

Both ways of reading hand over the heads of functions that may matter; what stands in their decorators is read from the
text. What is out of the ordinary makes for silence.
https://docs.pytest.org/en/stable/reference/fixtures.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from analyzers.facts import NO_FIXTURES, FixtureRequest, Fixtures

_FIXTURE: Final = re.compile(rb"@[ \t]*(?:\w+\.)*\w*fixture\b")
_NAMED: Final = re.compile(rb"\bname[ \t]*=[ \t]*(?:([\"'])(\w+)\1[ \t]*[,)]|)")
_DECORATOR: Final = re.compile(rb"^[ \t]*@[ \t]*([^\n]*)", re.MULTILINE)
_MARK: Final = re.compile(rb"(?:pytest[ \t]*\.[ \t]*)?mark\.(\w+)")
_NAMES: Final = re.compile(
    rb"\(\s*(?:argnames\s*=\s*)?(?:\"[\w\s,]*\"|'[\w\s,]*'|[(\[](?:\s|\"\w*\"|'\w*'|,)*[)\]])\s*,"
)
"""The parameters of a mark `parametrize`, as they are mostly given."""
_NEVER_RUN: Final = frozenset({b"skip", b"skipif", b"xfail"})

_PYTESTMARK: Final = re.compile(rb"\bpytestmark\b[^\n]*")
_PLAIN: Final = rb"pytest\.mark\.(?!parametrize|skip|xfail)\w+(?:\([\w \t\"'.,=]*\))?"
_PLAIN_MARKS: Final = re.compile(
    rb"pytestmark[ \t]*=[ \t]*"
    rb"(?:%b|\[[ \t]*%b(?:[ \t]*,[ \t]*%b)*[ \t,]*\])[ \t]*(?:#.*)?" % (_PLAIN, _PLAIN, _PLAIN)
)
_NOT_COLLECTED: Final = (b"__test__", b"allow_module_level", b"importorskip", b"SkipTest", b"sys.exit")
"""What a file says that pytest may not collect as a whole."""
_HOOKS: Final = (
    b"pytest_plugins",
    b"pytest_generate_tests",
    b"pytest_pycollect_makeitem",
    b"pytest_pyfunc_call",
    b"pytest_itemcollected",
    b"pytest_fixture_setup",
    b"pytest_plugin_registered",
    b"pytest_collect_file",
)
"""Other ways in which a file has fixtures, or gives tests what they ask for."""
_REGISTERED: Final = (b"register(", b"import_plugin")
"""The same in hooks, and with libraries called `pytest_...`."""
_PLUGIN: Final = b"pytest11"


class Head:
    """The head of a function in a module, or in a class of it.

    `first` is the line of its first decorator and `line` its own; `decorators` how many there are. `asked` are the
    parameters by name that have no default.
    """

    def __init__(self, name: str, owner: str, first: int, line: int, decorators: int, asked: tuple[str, ...]) -> None:
        self.name = name
        self.owner = owner
        self.first = first
        self.line = line
        self.decorators = decorators
        self.asked = asked
        self.is_test = name.startswith("test")
        """pytest would run it; what is around it may take that back."""


def asked_of(parameters: Sequence[str] | None, *, is_method: bool) -> tuple[str, ...]:
    """The parameters for which pytest looks for fixtures, of those by name without a default."""
    if parameters is None or any(name.startswith("__") for name in parameters):
        return ()
    return tuple(parameters[1:] if is_method else parameters)


def may_matter(text: bytes) -> bool:
    """Whether a file has to do with pytest."""
    return b"test" in text and (b"pytest" in text or b"def test" in text)


def is_collected_class(name: str, bases: Sequence[str | None], members: Iterable[str], *, is_plain: bool) -> bool:
    """Whether the tests in a class are run as they stand there."""
    if not is_plain or not name.startswith("Test") or any(base != "object" for base in bases):
        return False
    return not any(each in ("__init__", "__new__", "pytestmark", "__test__") for each in members)


def fixtures_in(heads: Sequence[Head], text: bytes, lines: Sequence[bytes]) -> Fixtures:
    """What a file has to do with fixtures."""
    is_open = _is_open(text, defines=bool(heads))
    tests: list[Head] = []
    defined: set[str] = set()
    for head in heads:
        around = b"\n".join(lines[head.first - 1 : head.line - 1]) if head.decorators else b""
        if b"fixture" in around and _FIXTURE.search(around):
            name = _name(head, around)
            is_open = is_open or name is None
            defined.update(() if name is None else (name,))
        elif head.is_test and head.asked and _is_plain(around, head.decorators):
            tests.append(head)
    is_silent = not tests or is_open or any(word in text for word in _NOT_COLLECTED) or _is_marked(text)
    requested = () if is_silent else tuple(each for head in tests for each in _requests(head, lines))
    is_plugin = not heads and _PLUGIN in text
    if not (requested or defined or is_open or is_plugin):
        return NO_FIXTURES
    return Fixtures(requested, tuple(sorted(defined)), is_open, is_plugin)


def _requests(head: Head, lines: Sequence[bytes]) -> Iterator[FixtureRequest]:
    """What a test asks for, but for what its decorators may give it."""
    around = b"\n".join(lines[head.first - 1 : head.line - 1]) if head.decorators else b""
    where = f"{head.owner}.{head.name}" if head.owner else head.name
    for name in head.asked:
        if name.isascii() and not (around and re.search(rb"\b" + name.encode() + rb"\b", around)):
            yield FixtureRequest(name, head.line, where)


def _is_open(text: bytes, *, defines: bool) -> bool:
    """Whether a file may make fixtures in other ways than by a decorator."""
    if b"pytest_" in text and any(word in text for word in _REGISTERED):
        return True
    if any(text.startswith(_HOOKS, at) for at in _at(b"pytest_", text)):
        return True
    if any(_makes_fixture(text, at) for at in _at(b"fixture", text)):
        return True
    return defines and any(_is_whole(text, at) and text[at - 1 : at] != b"." for at in _at(b"setattr(", text))


def _at(word: bytes, text: bytes) -> Iterator[int]:
    """Where a text has a word."""
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _makes_fixture(text: bytes, at: int) -> bool:
    """Whether a `fixture` there is called, but not as a decorator, or stands for what manages them."""
    if text.startswith(b"fixturemanager", at):
        return True
    if not text.startswith(b"fixture(", at) or not _is_whole(text, at):
        return False
    return not text[text.rfind(b"\n", 0, at) + 1 : at].lstrip().startswith(b"@")


def _is_whole(text: bytes, at: int) -> bool:
    """Whether a name begins there."""
    before = text[at - 1 : at] if at else b""
    return not before.isalnum() and before != b"_"


def _name(head: Head, around: bytes) -> str | None:
    """What a fixture is called: as its function, unless it is given another name. None where nobody can tell."""
    found = list(_NAMED.finditer(around))
    if not found:
        return None if b"**" in around else head.name
    return found[0][2].decode() if len(found) == 1 and found[0][2] is not None else None


def _is_marked(text: bytes) -> bool:
    """Whether marks of a whole module or class give its tests something, or keep them from being run."""
    if b"pytestmark" not in text:
        return False
    return not all(_PLAIN_MARKS.fullmatch(each) for each in _PYTESTMARK.findall(text))


def _is_plain(around: bytes, count: int) -> bool:
    """Whether decorators leave it to pytest what a test gets, and it is run."""
    if not count:
        return True
    found = list(_DECORATOR.finditer(around))
    return len(found) == count and all(_is_plain_mark(around, each.start(1)) for each in found)


def _is_plain_mark(around: bytes, start: int) -> bool:
    mark = _MARK.match(around, start)
    if mark is None or mark[1] in _NEVER_RUN:
        return False
    return mark[1] != b"parametrize" or _NAMES.match(around, mark.end()) is not None
