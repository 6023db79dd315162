"""The questions of a chain, each one following from the answer before; and what is said where none is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from analyzers.catalogue import entry
from analyzers.causes.answers import MOST_NAMES, Link
from analyzers.causes.model import Inquiry, Step
from analyzers.causes.wording import came, code, counted, named, nouns, these
from analyzers.outcome import SymbolCount

_MODULES: Final = ("module", "modules")
_BROKEN: Final = frozenset({"imports.unresolved", "tests.blocked"})
_BY_MODULE: Final = frozenset({"where.module"})


def question(step: Step, inquiry: Inquiry, chain: tuple[Link, ...]) -> str:
    """The question of a step, after these answers."""
    return _QUESTIONS[step](inquiry, chain)


def _where(inquiry: Inquiry, chain: tuple[Link, ...]) -> str:
    del chain
    count = len(inquiry.findings)
    name = inquiry.target.metric.name
    if name == "imports.fragmented":
        return _round(inquiry, count)
    if name == "auth.patterns" and inquiry.auth_canonical:
        among = inquiry.target.metric.among
        calls = f"{count:,} of {among:,} validation calls" if among else f"{count:,} validation calls"
        return f"Why {'does' if count == 1 else 'do'} {calls} go round {code(inquiry.auth_canonical)}?"
    known = entry(name)
    words = (known.one or nouns(name)[0], known.many or nouns(name)[1])
    wanted = f", when {inquiry.target.target:,} may be" if inquiry.target.target else ""
    return f"Why {'is' if count == 1 else 'are'} there {counted(count, words)}{wanted}?"


def _round(inquiry: Inquiry, count: int) -> str:
    """`Why do 45 of 216 import sites of X go round pkg.factory?`"""
    does = "does" if count == 1 else "do"
    names = {each.finding.symbol for each in inquiry.findings}
    only = [each for each in inquiry.symbols if each.symbol.name in names]
    if len(only) == 1:
        sites = f"{count:,} of {_sites(only[0]):,} import sites of {code(only[0].symbol.name)}"
        return f"Why {does} {sites} go round {code(only[0].canonical)}?"
    among = inquiry.target.metric.among
    sites = f"{count:,} of {among:,} import sites" if among else counted(count, ("import site", "import sites"))
    return f"Why {does} {sites} go round the canonical path?"


def _sites(symbol: SymbolCount) -> int:
    return sum(path.production + path.tests for path in symbol.paths)


def _still(inquiry: Inquiry, chain: tuple[Link, ...]) -> str:
    """Why the way that step 1 named still works."""
    name = inquiry.target.metric.name
    last = chain[-1] if chain else None
    if name in _BROKEN:
        return _broken(inquiry, last)
    if last is not None and last.rule in _BY_MODULE:
        works = "does" if len(last.answer.names) == 1 else "do"
        return f"Why {works} {named(last.answer.names, MOST_NAMES, _MODULES)} still work?"
    if name == "auth.patterns":
        return "Why is there more than one way to validate?"
    if name == "auth.implementations":
        return "Why is the check defined more than once?"
    if name == "auth.unprotected":
        return "Why do they not reach the check?" if len(inquiry.findings) > 1 else "Why does it not reach the check?"
    if last is not None and last.rule == "where.symbol":
        what = named(last.answer.names, MOST_NAMES, ("name", "names"))
        return f"Why do imports of {what} still take another path?"
    return "Why do imports still take other paths?"


def _broken(inquiry: Inquiry, last: Link | None) -> str:
    """Why what cannot work does not: all of it, or what step 1 named."""
    if last is not None and last.rule in ("where.module", "blocked.module"):
        is_one = len(last.answer.names) == 1
        return f"Why {'is' if is_one else 'are'} {named(last.answer.names, MOST_NAMES, _MODULES)} not there?"
    what = these(len(inquiry.findings), nouns(inquiry.target.metric.name))
    if inquiry.target.metric.name == "tests.blocked":
        return f"Why is what {what} {'needs' if len(inquiry.findings) == 1 else 'need'} not there?"
    return f"Why {'does' if len(inquiry.findings) == 1 else 'do'} {what} not work?"


def _arrived(inquiry: Inquiry, chain: tuple[Link, ...]) -> str:
    del chain
    arose = came(inquiry).replace("came", "come", 1)
    return f"How did {these(len(inquiry.findings), nouns(inquiry.target.metric.name))} {arose}?"


def _unstopped(inquiry: Inquiry, chain: tuple[Link, ...]) -> str:
    one = len(inquiry.findings) == 1
    if chain and chain[-1].rule == "arrival.before-canonical":
        return f"Why has nothing moved {'it' if one else 'them'} since?"
    if chain and chain[-1].step == 3:
        return f"Why did nothing stop {'it' if one else 'them'}?"
    return f"Why did nothing stop {these(len(inquiry.findings), nouns(inquiry.target.metric.name))}?"


def _unsolved(inquiry: Inquiry, chain: tuple[Link, ...]) -> str:
    del chain
    return f"Why {'is it' if len(inquiry.findings) == 1 else 'are they'} still there?"


_QUESTIONS: Final[Mapping[Step, Callable[[Inquiry, tuple[Link, ...]], str]]] = {
    1: _where,
    2: _still,
    3: _arrived,
    4: _unstopped,
    5: _unsolved,
}


def open_question(step: Step, inquiry: Inquiry) -> str:
    """What is said where a step has no answer: what it is that the code does not decide."""
    noun = nouns(inquiry.target.metric.name)
    what = these(len(inquiry.findings), noun)
    if step == 2:
        return "Why the other paths still work is not decidable from the code."
    if step == 3:
        return f"How {what} {came(inquiry)} is not decidable from the history that was looked at."
    if step == 4:
        known = "" if inquiry.around.required_checks is not None else "; which checks are required was not looked at"
        return f"Why nothing stopped {what} is not decidable from the code{known}."
    are = "is" if len(inquiry.findings) == 1 else "are"
    return f"Why {what} {are} still there is not decidable from the code."


NO_HISTORY: Final = "When they came in was not looked at."
"""What is left open where there is no history."""
