"""Fixtures out of reach: how a finding tells where they are, and what a change brings."""

from __future__ import annotations

import pytest

from analyzers.summary import outcome_of_two
from tests.analyzers.trees import Files, audit_of, facts_of, findings_of

CART = "import pytest\n\n@pytest.fixture\ndef cart(): ...\n"
ASKS = "def test_one(cart): ...\n"


def messages(files: Files) -> list[str]:
    return [finding.message for finding in findings_of(files) if finding.rule == "tests.fixtures"]


@pytest.mark.parametrize(
    ("homes", "where"),
    [
        (1, "`tests/test_h0.py`, which is not in reach"),
        (2, "`tests/test_h0.py` and 1 other file, none of which is in reach"),
        (4, "`tests/test_h0.py` and 3 other files, none of which is in reach"),
    ],
)
def test_the_message_tells_where_it_is_defined(homes: int, where: str) -> None:
    files = {f"tests/test_h{number}.py": CART for number in range(homes)}
    assert messages({**files, "tests/test_a.py": ASKS}) == [f"`cart` is requested, and defined only in {where}"]


def introduced(base: Files, head: Files) -> list[str]:
    at_base = audit_of(base)
    outcome = outcome_of_two(at_base, audit_of(head, base=at_base), {})
    return [f"{each.finding.path} {each.finding.symbol}" for each in outcome.introduced]


def test_a_change_that_moves_a_fixture_out_of_reach_introduces_what_it_breaks() -> None:
    base = {"tests/conftest.py": CART, "tests/api/test_a.py": ASKS, "tests/web/test_b.py": ASKS}
    head = {"tests/web/conftest.py": CART, "tests/api/test_a.py": ASKS, "tests/web/test_b.py": ASKS}
    assert introduced(base, head) == ["tests/api/test_a.py cart"]
    assert introduced(head, base) == []


def test_a_change_that_deletes_the_only_definition_is_not_told_of() -> None:
    base = {"tests/conftest.py": CART, "tests/test_a.py": ASKS}
    assert introduced(base, {"tests/conftest.py": "", "tests/test_a.py": ASKS}) == []


def test_where_else_it_is_defined_does_not_make_another_finding_of_it() -> None:
    base = {"tests/test_a.py": ASKS, "tests/test_b.py": CART}
    head = {"tests/test_a.py": "\n" + ASKS, "tests/test_c.py": CART}
    assert introduced(base, head) == []


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ("[tool.pytest.ini_options]\naddopts = '-p no:cacheprovider'\n", 1),
        ("[tool.pytest.ini_options]\naddopts = '-p tests.test_b'\n", 0),
        ("[tool.pytest.ini_options]\naddopts = '-ptests.test_b'\n", 0),
        ("[project.entry-points.pytest11]\nshop = 'tests.test_b'\n", 0),
        ("[tool.pytest.ini_options]\npython_files = 'check_*.py'\n", 0),
    ],
)
def test_settings_say_what_is_a_plugin_and_what_a_test(settings: str, found: int) -> None:
    files = {"pyproject.toml": settings, "tests/test_a.py": ASKS, "tests/test_b.py": CART}
    assert len(messages(files)) == found


def test_a_fixture_of_another_project_is_not_meant() -> None:
    files = {
        "one/pytest.ini": "[pytest]\n",
        "one/test_a.py": ASKS,
        "two/pytest.ini": "[pytest]\n",
        "two/test_b.py": CART,
    }
    assert messages(files) == []


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ("def test_a(a, b=1, *c, d, e=2, **f): ...", "a d"),
        ("def test_a(a, /, b): ...", ""),
        ("async def test_a(a): ...", "a"),
        ("class TestA:\n    def test_a(self, a): ...", "a"),
        ("class TestA(object):\n    def test_a(self, a): ...", "a"),
        ("class TestA(Base):\n    def test_a(self, a): ...", ""),
        ("class TestA:\n    pytestmark = a\n    def test_a(self, a): ...", ""),
        ("class TestA:\n    @staticmethod\n    def test_a(a): ...", ""),
        ("class Other:\n    def test_a(self, a): ...", ""),
        ("if x:\n    def test_a(a): ...", ""),
        ("def outer():\n    def test_a(a): ...", ""),
        ("@pytest.mark.usefixtures('a')\ndef test_a(a, b): ...", "b"),
        ("@pytest.mark.parametrize('a, b', [])\n@mark.slow\ndef test_a(a, b, c): ...", "c"),
        ("@pytest.mark.parametrize(argnames=['a', 'b'], argvalues=[])\ndef test_a(a, b, c): ...", "c"),
        ("@pytest.mark.parametrize(['a', *b], [])\ndef test_a(c): ...", ""),
        ("@pytest.mark.parametrize('a' + b, [])\ndef test_a(c): ...", ""),
        ("@pytest.mark.parametrize(f'{b}', [])\ndef test_a(c): ...", ""),
        ("@given(st.text())\ndef test_a(a): ...", ""),
        ("@(\n    given)\ndef test_a(a): ...", ""),
        ("@pytest.mark.xfail\ndef test_a(a): ...", ""),
        ('"""\ndef test_a(a): ...\n"""', ""),
        ("import pytest\npytestmark = pytest.mark.asyncio\ndef test_a(a): ...", "a"),
        ("import pytest\npytestmark = [pytest.mark.slow, pytest.mark.db('x')]\ndef test_a(a): ...", "a"),
        ("import pytest\npytestmark = [pytest.mark.slow,\n  pytest.mark.parametrize('a', [])]\ndef test_a(a): ...", ""),
        ("import pytest\npytest.importorskip('x')\ndef test_a(a): ...", ""),
        ("def test_a(monkeypatch, a): monkeypatch.setattr(x, 'y', fixture)", "monkeypatch a"),
    ],
)
def test_what_a_test_asks_for_is_read_only_where_it_is_certain(source: str, asked: str) -> None:
    assert " ".join(each.name for each in facts_of(f"{source}\n").fixtures.requested) == asked


@pytest.mark.parametrize(
    ("source", "defined", "is_open"),
    [
        ("@pytest.fixture\ndef a(): ...", "a", False),
        ("@pytest_asyncio.fixture()\nasync def a(): ...", "a", False),
        ("from pytest import fixture\nclass TestA:\n    @fixture(scope='class')\n    def a(self): ...", "a", False),
        ("@pytest.fixture(\n    name='b',\n)\ndef a(): ...", "b", False),
        ("@pytest.fixture(name=B)\ndef a(): ...", "", True),
        ("@pytest.fixture(**options)\ndef a(): ...", "", True),
        ("@pytest.fixture(params=[dict(name='c')], name='b')\ndef a(): ...", "", True),
        ("def make():\n    @pytest.fixture\n    def a(): ...\n    return a", "", False),
        ("a = pytest.fixture(make)", "", True),
        ("from pytest import fixture\nfixture(make)", "", True),
        ("def make_fixture(a): ...", "", False),
        ("import pytest\nregister(CartFactory)", "", False),
        ("from pytest_factoryboy import register\nregister(CartFactory)", "", True),
        ("pytest_plugins = ['kits']", "", True),
        ("def pytest_generate_tests(metafunc): ...", "", True),
        ("def pytest_configure(config): config.pluginmanager.import_plugin('kits')", "", True),
        ("def pytest_collection_modifyitems(items): ...", "", False),
    ],
)
def test_what_a_file_defines_and_what_leaves_it_open(source: str, defined: str, is_open: bool) -> None:
    fixtures = facts_of(f"{source}\n").fixtures
    assert (" ".join(fixtures.defined), fixtures.open) == (defined, is_open)
