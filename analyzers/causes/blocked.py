"""Why test modules cannot be collected: the broken module, or the conftest.py, that blocks most of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from analyzers.causes import evidence
from analyzers.causes.answers import Answer, Link, is_most
from analyzers.causes.model import Evidence, Inquiry
from analyzers.causes.where import Cut
from analyzers.causes.wording import agreeing, code, nouns, part
from analyzers.history import Traced

_METRIC: Final = "tests.blocked"


def _broken(inquiry: Inquiry, found: Sequence[Traced]) -> Sequence[str]:
    del inquiry
    return [each.finding.detail for each in found]


BROKEN: Final = Cut(_broken, {_METRIC: ("comes down to", "come down to")})
"""Cuts by what each test module comes down to: a module or name that does not exist."""


def conftest(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """One conftest.py that most of them sit behind."""
    del chain
    behind: dict[str, list[Traced]] = defaultdict(list)
    for each in inquiry.findings:
        for path in sorted(set(each.finding.about)):
            if each.finding.rule.startswith("tests.") and is_behind(each.finding.path, path):
                behind[path].append(each)
    path = min(behind, key=lambda name: (-len(behind[name]), name), default="")
    held = behind.get(path, [])
    if not path or len(held) < 2 or not is_most(len(held), len(inquiry.findings)):
        return
    # Some may fail by themselves as well: what the conftest.py needs is what the others come down to.
    through = [each for each in held if each.finding.about[0] == path]
    broken = Counter(each.finding.detail for each in through or held)
    most = min(broken, key=lambda name: (-broken[name], name))
    noun = nouns(_METRIC)
    verb = agreeing(len(held), ("sits", "sit"))
    text = f"{part(len(held), len(inquiry.findings), noun)} {verb} behind {code(path)}, which needs {code(most)}."
    first = Evidence("file", code(path), inquiry.repository.file(inquiry.head.id, path))
    lines, more = evidence.lines(inquiry, held)
    left = more + len(lines[4:])
    yield Answer(text, len(held), len(inquiry.findings), noun[1], (first, *lines[:4]), left, (path,))


def is_behind(path: str, conftest_path: str) -> bool:
    """Whether pytest runs a conftest.py before it collects a file: it lies in a folder around it."""
    folder = conftest_path.removesuffix("conftest.py")
    return folder != conftest_path and (not folder or folder.endswith("/")) and path.startswith(folder)
