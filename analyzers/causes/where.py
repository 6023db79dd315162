"""Step 1, where is it: the few names that carry most of a metric, or that it is spread."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from analyzers.causes import evidence
from analyzers.causes.answers import LEAST_FOR_A_PART, MOST_EVIDENCE, MOST_NAMES, Answer, Ask, Link, is_most
from analyzers.causes.model import Inquiry
from analyzers.causes.ways import odd_module, ways_of
from analyzers.causes.wording import agreeing, code, counted, listed, nouns, part, with_counts
from analyzers.findings import Finding
from analyzers.folders import folders_of
from analyzers.history import Traced

LEAST_EACH: Final = 2
"""Findings that several names must have on average to carry much: one each is a list."""

DEPTH: Final = 2
"""Folders are told by so many leading parts of their paths."""

Names = Callable[[Inquiry, Sequence[Traced]], Sequence[str]]
"""Gives the name that each finding goes under; empty where it has none."""


class Cut(msgspec.Struct, frozen=True):
    """A way to sort findings under names. `verbs` say what one finding, or several, has to do with its name.

    A cut that `may_be_one` says something where all findings go under one name; others then only restate the question.
    """

    names: Names
    verbs: Mapping[str, tuple[str, str]]
    may_be_one: bool = True


def few(cut: Cut) -> Ask:
    """The rule that names the smallest set of names which carries most of the findings.

    A set whose last name has no more findings than the first that is left out would be one of several, and is none.
    """

    def ask(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
        del chain
        verbs = cut.verbs.get(inquiry.target.metric.name, cut.verbs.get(""))
        if verbs is not None:
            yield from _carried(inquiry, cut, verbs)

    return ask


def _carried(inquiry: Inquiry, cut: Cut, verbs: tuple[str, str]) -> Iterator[Answer]:
    by_name: dict[str, list[Traced]] = defaultdict(list)
    for name, traced in zip(cut.names(inquiry, inquiry.findings), inquiry.findings, strict=True):
        by_name[name].append(traced)
    ranked = sorted((name for name in by_name if name), key=lambda name: (-len(by_name[name]), name))
    among = len(inquiry.findings)
    size = _smallest([len(by_name[name]) for name in ranked], among)
    if size == 0 or (len(ranked) == 1 and not cut.may_be_one):
        return
    counts = [(name, len(by_name[name])) for name in ranked[:size]]
    count = sum(number for _, number in counts)
    noun = nouns(inquiry.target.metric.name)
    shown, more = evidence.lines(inquiry, in_turn([by_name[name] for name in ranked[:size]]))
    text = f"{part(count, among, noun)} {agreeing(count, verbs)} {with_counts(counts)}."
    yield Answer(text, count, among, noun[1], shown, more, tuple(ranked[:size]))


def _smallest(counts: Sequence[int], among: int) -> int:
    """How many of the first make up most; 0 where it takes too many, or several have hardly more than one each."""
    for size in range(1, min(MOST_NAMES, len(counts)) + 1):
        carried = sum(counts[:size])
        is_clear = size == len(counts) or counts[size - 1] > counts[size]
        if is_clear and is_most(carried, among) and (size == 1 or carried >= LEAST_EACH * size):
            return size
    return 0


def in_turn(groups: Sequence[Sequence[Traced]]) -> list[Traced]:
    """The first of each group, then the second of each, and so on."""
    found = [(number, group, each) for group, some in enumerate(groups) for number, each in enumerate(some)]
    return [each for *_, each in sorted(found, key=lambda entry: entry[:2])]


def _odd_modules(inquiry: Inquiry, found: Sequence[Traced]) -> Sequence[str]:
    ways = ways_of(inquiry)
    return [odd_module(each, ways) or each.finding.symbol for each in found]


def _symbols(inquiry: Inquiry, found: Sequence[Traced]) -> Sequence[str]:
    del inquiry
    return [each.finding.symbol for each in found]


def _kinds(inquiry: Inquiry, found: Sequence[Traced]) -> Sequence[str]:
    del inquiry
    return [each.finding.rule for each in found]


def _folders(inquiry: Inquiry, found: Sequence[Traced]) -> Sequence[str]:
    del inquiry
    return folders_of([each.finding.path for each in found], DEPTH)


MODULE: Final = Cut(
    _odd_modules,
    {
        "imports.fragmented": ("goes through", "go through"),
        "imports.legacy": ("is of", "are of"),
        "imports.unresolved": ("asks for", "ask for"),
    },
)
CONTRACT: Final = Cut(_symbols, {"imports.contracts": ("breaks", "break")})
PATTERN: Final = Cut(_symbols, {"auth.patterns": ("is of", "are of")})
KIND: Final = Cut(_kinds, {"auth.bypass": ("is a case of", "are cases of")})
SYMBOL: Final = Cut(
    _symbols,
    {
        "imports.fragmented": ("is of", "are of"),
        "ssot.duplicates": ("is of", "are of"),
        "auth.implementations": ("is of", "are of"),
    },
    may_be_one=False,
)
FOLDER: Final = Cut(_folders, {"": ("is in", "are in")}, may_be_one=False)


def hub(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """One module that most import cycles lead through."""
    del chain
    if inquiry.target.metric.name != "imports.cycles" or len(inquiry.findings) < LEAST_FOR_A_PART:
        return
    through: dict[str, list[Traced]] = defaultdict(list)
    for traced in inquiry.findings:
        for path in sorted(set(traced.finding.about)):
            through[path].append(traced)
    ranked = sorted(through, key=lambda path: (-len(through[path]), path))[:2]
    among = len(inquiry.findings)
    count = len(through[ranked[0]]) if ranked else 0
    if not is_most(count, among) or (len(ranked) > 1 and len(through[ranked[1]]) == count):
        return
    text = f"{part(count, among, nouns('imports.cycles'))} lead through {code(ranked[0])}."
    yield Answer(text, count, among, "cycles", *evidence.lines(inquiry, through[ranked[0]]), names=(ranked[0],))


def spread(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """That few names carry only a part: how much those with the most have."""
    del chain
    noun = nouns(inquiry.target.metric.name)
    among = len(inquiry.findings)
    files = Counter(each.finding.path for each in inquiry.findings)
    paths = sorted(files, key=lambda path: (-files[path], path))
    if len(paths) <= MOST_EVIDENCE and among <= MOST_EVIDENCE:
        there = "It is" if among == 1 else "They are"
        text = f"{there} in {listed([code(path) for path in paths])}."
        yield Answer(text, among, among, noun[1], *evidence.lines(inquiry, inquiry.findings))
        return
    cut = Counter(_folders(inquiry, inquiry.findings))
    folders = sorted((name for name in cut if name), key=lambda name: (-cut[name], name))[:MOST_NAMES]
    count = sum(cut[name] for name in folders)
    where = f"{counted(among, noun)} in {counted(len(files), ('file', 'files'))}"
    if not folders or count == among:
        text = f"It is spread: {where}, no file with more than {files[paths[0]]:,}."
        count = files[paths[0]]
    else:
        most = listed([f"{code(name)} ({cut[name]:,})" for name in folders])
        text = f"It is spread: {where}. The folders with the most, {most}, have {count:,} of them."
    yield Answer(text, count, among, noun[1], *evidence.lines(inquiry, _most_first(inquiry.findings, files)))


def _most_first(found: Sequence[Traced], files: Mapping[str, int]) -> list[Traced]:
    def order(traced: Traced) -> tuple[int, str, int]:
        finding: Finding = traced.finding
        return -files[finding.path], finding.path, finding.line

    return sorted(found, key=order)
