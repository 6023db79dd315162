"""Actions that keep a metric where it gets to: contracts, checks, owners, dates; and what somebody has to decide."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import msgspec

from analyzers.causes import evidence
from analyzers.causes.answers import MOST_EVIDENCE, MOST_NAMES
from analyzers.causes.blocked import is_behind
from analyzers.causes.broken import removal, went
from analyzers.causes.model import Action, Chain, Inquiry
from analyzers.causes.proposal import about, by_symbol, cause_at, cause_of_step, keeping
from analyzers.causes.ways import odd_module, ways_of
from analyzers.causes.where import DEPTH, hub
from analyzers.causes.wording import agreeing, by_often, code, named, these
from analyzers.folders import folder_of
from analyzers.history import Traced

_MODULES: Final = ("module", "modules")


def _contract(inquiry: Inquiry, name: str, count: int) -> str:
    del inquiry
    them = agreeing(count, ("it", "them"))
    return f"Take {these(count, ('import', 'imports'))} out, or have the contract {code(name)} allow {them}"


def _blocked(inquiry: Inquiry, name: str, count: int) -> str:
    departed = inquiry.around.departed.get(name)
    if departed is not None:
        keep = agreeing(count, ("this test module", f"these {count:,} test modules"))
        return f"Put the imports of {code(name)} right, which keep {keep} from being collected: {went(departed)}"
    keeps = agreeing(count, ("keeps this test module", f"keeps these {count:,} test modules"))
    return f"Put {code(name)} right: it {keeps} from being collected"


_Told = Callable[[Inquiry, str, int], str]
"""What to do about so many findings that come down to one name."""

_BY_NAME: Final[Mapping[str, tuple[_Told, bool]]] = {
    "imports.contracts": (_contract, True),
    "tests.blocked": (_blocked, False),  # another break may stand behind the first one
}
"""What to do about one symbol, and whether each finding then is gone."""


def put_right(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """What nobody but the authors can decide, for the names with the most findings."""
    metric: str = inquiry.target.metric.name
    if metric in _BY_NAME:
        yield from _by_name(inquiry, chain, *_BY_NAME[metric])
    elif metric == "imports.strings":
        what = these(len(inquiry.findings), ("string", "strings"))
        text = f"Give {what} the name of what is there, by its canonical path"
        yield about(inquiry, "decide", text, cause_of_step(chain, 1), inquiry.findings)
    elif metric == "ssot.ignores":
        count = len(inquiry.findings)
        text = f"Remove {these(count, ('comment', 'comments'))}, or say in {'it' if count == 1 else 'each'} what holds"
        yield about(inquiry, "decide", text, chain.causes[0], inquiry.findings)
    yield from _open_cycles(inquiry, chain)


def _open_cycles(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    cause, found = cause_at(chain, "where.hub"), next(hub(inquiry, ()), None)
    if cause is not None and found is not None:
        text = f"Take apart what {code(found.names[0])} holds, or move its imports: "
        text += f"{found.count:,} of {found.among:,} cycles lead through it"
        yield keeping(inquiry, "decide", text, cause)


def _by_name(inquiry: Inquiry, chain: Chain, told: _Told, moves: bool) -> Iterator[Action]:
    is_of_tests = inquiry.target.metric.name == "tests.blocked"
    groups = _by_what_blocks(inquiry) if is_of_tests else by_symbol(inquiry)
    ranked = sorted((name for name in groups if name), key=lambda name: (-len(groups[name]), name))
    for name in ranked[:MOST_NAMES]:
        some = groups[name]
        action = about(inquiry, "decide", told(inquiry, name, len(some)), cause_of_step(chain, 1), some, moves=moves)
        departed = inquiry.around.departed.get(name)
        gone = () if departed is None else (removal(inquiry, departed.commit, [name]),)
        yield msgspec.structs.replace(action, evidence=(*gone, *action.evidence)[:MOST_EVIDENCE])


def _by_what_blocks(inquiry: Inquiry) -> dict[str, list[Traced]]:
    """Test modules by what is not there: one that fails by itself also by what a conftest.py before it needs."""
    through = {each.finding.about[0]: each.finding.detail for each in inquiry.findings if each.finding.about}
    groups: dict[str, list[Traced]] = defaultdict(list)
    for each in inquiry.findings:
        behind = (path for path in each.finding.about if is_behind(each.finding.path, path))
        for name in {each.finding.detail, *(through[path] for path in behind if path in through)}:
            groups[name].append(each)
    return groups


def forbid(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Modules that nothing forbids to import."""
    cause = cause_at(chain, "unguarded.nothing", "unguarded.only-warned")
    if cause is None:
        return
    ways = ways_of(inquiry)
    forbidden = {guard.module for guard in inquiry.around.guards if guard.kind in ("contract", "banned import")}
    whole: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    modules: Counter[str] = Counter()
    for each in inquiry.findings:
        name, way = odd_module(each, ways), ways.get(each.fingerprint)
        if name and name not in forbidden and (way is None or way.role != "broken"):  # that fails by itself
            of_shim = way is None or way.role == "shim"
            modules[name] += 1
            (whole if of_shim else parts)[name if way is None or of_shim else f"{name}.{way.path.name}"] += 1
    shown, _ = evidence.modules(inquiry, by_often(modules))
    if whole:
        text = f"Forbid new imports from {_named(whole, _MODULES)} by a contract in the policy (`contracts`)"
        yield keeping(inquiry, "write", text, cause, shown)
    if parts:  # the module holds other things as well, so that a contract would forbid too much
        text = f"Have a linter ban {_named(parts, ('name', 'names'))} (Ruff: `flake8-tidy-imports.banned-api`)"
        yield keeping(inquiry, "write", text, cause, shown)


def _named(often: Counter[str], more: tuple[str, str]) -> str:
    return named(by_often(often), MOST_NAMES, more)


def require_check(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """A check that has to pass."""
    cause = cause_at(chain, "unguarded.not-required")
    if cause is not None:
        text = f"Require a check that counts {code(inquiry.target.metric.name)} before a merge to the default branch"
        yield keeping(inquiry, "write", text, cause)


def settle_branches(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Branches with work that was never merged."""
    cause = cause_at(chain, "reasons.unmerged")
    paths = {each.finding.path for each in inquiry.findings}
    branches = [each for each in inquiry.around.branches or () if not paths.isdisjoint(each.paths)]
    if cause is not None and branches:
        ranked = sorted(branches, key=lambda each: (-len(paths & each.paths), each.name))
        what = named([each.name for each in ranked], MOST_NAMES, ("branch", "branches"))
        yield keeping(inquiry, "decide", f"Merge {what}, or say that {_it(len(ranked))} will not be", cause)


def _it(count: int) -> str:
    return agreeing(count, ("it", "they"))


def decide_on_goal(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """A goal that was put off."""
    cause = cause_at(chain, "reasons.put-off")
    if cause is not None:
        due = inquiry.target.due
        by = f" by {due.isoformat()}" if due is not None else ""
        goal = f"a target of {inquiry.target.target:,}{by}"
        text = f"Decide whether {goal} holds for {code(inquiry.target.metric.name)}, and who sees to it"
        yield keeping(inquiry, "decide", text, cause)


def name_owner(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Folders whose files nobody owns."""
    cause = cause_at(chain, "reasons.no-owner")
    if cause is not None:
        owned = inquiry.around.owners
        paths = [each.finding.path for each in inquiry.findings if not owned.get(each.finding.path)]
        often = Counter(folder_of(path, DEPTH) for path in paths)
        at_root = {path for path in paths if not folder_of(path, DEPTH)}
        del often[""]
        places = [named(by_often(often), MOST_NAMES, ("folder", "folders"))] if often else []
        places += [agreeing(len(at_root), ("the file at the root", "the files at the root"))] if at_root else []
        where = ", and of ".join(places) or "these files"
        yield keeping(inquiry, "write", f"Name an owner of {where} in CODEOWNERS", cause)


def set_date(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """A metric without a due date."""
    cause = cause_at(chain, "reasons.no-due-date")
    if cause is not None:
        key = code(f"metrics.{inquiry.target.metric.name}.due")
        yield keeping(inquiry, "write", f"Set a due date in the policy ({key})", cause)
