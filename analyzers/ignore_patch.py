"""A patch that puts ignore comments above findings, for somebody who has accepted these and wants to keep it so."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from analyzers.findings import RuleName
from analyzers.report import FindingRow

_PLAIN_PATH: Final = re.compile(r"[\w.@+ -]+(/[\w.@+ -]+)*")
"""git quotes the others in its own way."""


class IgnorePatch(msgspec.Struct, frozen=True):
    """A unified diff without context, for `git apply --unidiff-zero`, and how many findings it does not cover."""

    text: str
    left: int


def ignore_patch(findings: Iterable[FindingRow], files: Mapping[str, bytes], reason: str) -> IgnorePatch:
    """Above each finding's line a comment that leaves it out for that reason. `files` are those of the same commit.

    Left over is what no comment can cover, or what stands where a comment above would be part of the line before.
    """
    rules: dict[str, dict[int, set[RuleName]]] = defaultdict(lambda: defaultdict(set))
    left = 0
    for row in findings:
        path, line = row.place.path, row.place.line
        if row.rule == "ssot.ignores" or not _PLAIN_PATH.fullmatch(path) or not _takes_one(files.get(path), line):
            left += 1
        else:
            rules[path][line].add(row.rule)
    parts = [_of_file(path, rules[path], files[path].split(b"\n"), reason) for path in sorted(rules)]
    return IgnorePatch("".join(parts), left)


def _takes_one(content: bytes | None, line: int) -> bool:
    lines = [] if content is None else content.split(b"\n")
    if not 1 <= line <= len(lines):
        return False
    return line == 1 or not lines[line - 2].rstrip().endswith(b"\\")


def _of_file(path: str, rules: Mapping[int, set[RuleName]], lines: list[bytes], reason: str) -> str:
    text = f"--- a/{path}\n+++ b/{path}\n"
    for more, line in enumerate(sorted(rules)):
        indent = re.match(rb"[ \t]*", lines[line - 1])
        comment = f"# fifthwhy: ignore[{', '.join(sorted(rules[line]))}] {reason}"
        text += f"@@ -{line - 1},0 +{line + more} @@\n+{indent[0].decode() if indent else ''}{comment}\n"
    return text
