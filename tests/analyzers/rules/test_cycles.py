"""imports.cycles: the order in which cycles are told."""

from __future__ import annotations

from analyzers.summary import outcome_of_state
from tests.analyzers.trees import audit_of

FILES = {
    "a/__init__.py": "",
    "a/large.py": "import a.middle\n",
    "a/middle.py": "import a.other\n",
    "a/other.py": "import a.large\n",
    "a/small.py": "import a.twin\n",
    "a/twin.py": "import a.small\n",
    "tests/a_few.py": "import tests.another\n",
    "tests/another.py": "import tests.a_few\n",
}


def test_the_smallest_cycles_come_first() -> None:
    outcome = outcome_of_state(audit_of(FILES))

    assert [entry.finding.path for entry in outcome.standing] == ["a/small.py", "a/large.py", "tests/a_few.py"]
