"""What cause rules look at (`Inquiry`) and what they say (`Cause`, `Chain`, `Action`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import msgspec

from analyzers.findings import Finding, Metric, MetricName
from analyzers.history import History, Traced
from analyzers.outcome import PatternCount, SymbolCount
from analyzers.places import Commit, Place, Repository
from analyzers.policy import Policy

Step = Literal[1, 2, 3, 4, 5]
"""1: where is it. 2: why does the odd way still work. 3: when did it come in. 4: why did nothing stop it. 5: why is
that so."""

EvidenceKind = Literal["commit", "line", "file", "pull request", "check", "policy"]


class Evidence(msgspec.Struct, frozen=True):
    """One thing that shows an answer to be right. In `text`, names from the code stand between backticks.

    `url` is None only where the repository has no address on the web.
    """

    kind: EvidenceKind
    text: str
    url: str | None


class Cause(msgspec.Struct, frozen=True):
    """One step of a chain: the answer that a cause rule gives to one question.

    `count` of `among` are the findings (or what `unit` calls them) that the answer holds for. In `question` and
    `answer`, names from the code stand between backticks. `more` counts evidence that is not listed.
    """

    rule: str
    step: Step
    question: str
    answer: str
    count: int
    among: int
    unit: str
    evidence: tuple[Evidence, ...]
    more: int = 0


class Chain(msgspec.Struct, frozen=True):
    """The five whys of one metric. It may stop early: `open_question` is then what the code does not decide, or None
    where no question is left.
    """

    metric: MetricName
    causes: tuple[Cause, ...]
    open_question: str | None


class Guard(msgspec.Struct, frozen=True):
    """Something that stands against a way that is not wanted any more.

    warning: the module `module` warns whoever imports it. contract: the contract `name` forbids imports of it. banned
    import: a linter's setting bans it. check: the check run `name` is required (`module` empty).
    """

    kind: Literal["warning", "contract", "banned import", "check"]
    module: str
    name: str
    place: Place


class OwnHook(msgspec.Struct, frozen=True):
    """A hook of the repository's own that runs before a commit; what it forbids, nobody can tell without running it."""

    name: str
    place: Place


class Goal(msgspec.Struct, frozen=True):
    """What the policy wanted of a metric, as of one commit: the catalogue's target where the policy says nothing."""

    commit: Commit
    target: int
    due: dt.date | None


class Branch(msgspec.Struct, frozen=True):
    """A branch that was never merged: its last commit, and the files that it changes since it parted."""

    name: str
    commit: Commit
    paths: frozenset[str]


class Copied(msgspec.Struct, frozen=True):
    """A file that came in looking like another one: `likeness` of their imports and names are the same (0 to 1).

    `commit` is the one that added `path`; `of` was there before it.
    """

    path: str
    of: str
    commit: Commit
    likeness: float


class Departed(msgspec.Struct, frozen=True):
    """A module that is not there any more: the commit that its file went with, and the path where that is now.

    `to` is empty where it is nowhere. `by` is where it moved first, if it did not stay there. `before` is the commit on
    the line before that one.
    """

    commit: Commit
    to: str = ""
    by: str = ""
    before: Commit | None = None


class Sought(msgspec.Struct, frozen=True):
    """What an import that cannot work asks for: a module that is not there, or a name of one that is.

    `home` is the one module of the tree that defines all the names asked for, empty where there is none; `moved` the
    one that the file of the module is now, if it has them.
    """

    of_module: bool
    home: str = ""
    moved: str = ""


class Target(msgspec.Struct, frozen=True):
    """A metric with what it is to reach. A share is held against its target in percent, `percent`."""

    metric: Metric
    title: str
    target: int
    due: dt.date | None
    is_met: bool
    percent: float | None = None


class Surroundings(msgspec.Struct, frozen=True):
    """What is known of a repository besides its findings; None is what could not be looked at.

    `owners` maps paths of files with findings to who CODEOWNERS says owns them. `births` maps a dotted module to the
    first commit that had it by that name, `beginnings` to the first that had it or a file that moved there, by whatever
    name, and `module_places` to where it is. `goals` are by metric, oldest first, one entry for
    each commit that changed what is wanted; `policy_born` is the first commit that had a policy. `places` are the lines
    of the policy file by dotted key (`metrics.imports.fragmented`, `symbols.0`). `departed` are modules that went, by
    their dotted names; `never_there` are those that no commit up to the head had.
    """

    guards: tuple[Guard, ...] = ()
    own_hooks: tuple[OwnHook, ...] = ()
    has_codeowners: bool = False
    owners: Mapping[str, tuple[str, ...]] = {}
    births: Mapping[str, Commit] = {}
    beginnings: Mapping[str, Commit] = {}
    module_places: Mapping[str, Place] = {}
    policy_born: Commit | None = None
    policy_places: Mapping[str, Place] = {}
    goals: Mapping[MetricName, tuple[Goal, ...]] = {}
    branches: tuple[Branch, ...] | None = None
    copies: tuple[Copied, ...] = ()
    required_checks: tuple[str, ...] | None = None
    """The checks that the default branch requires; None: not known, as on one's own machine."""
    owners_unknown: frozenset[str] = frozenset()
    """Paths of files with findings that nobody could look up in CODEOWNERS: it asks too much, or they have a space."""
    departed: Mapping[str, Departed] = {}
    never_there: frozenset[str] = frozenset()


class Inquiry(msgspec.Struct, frozen=True):
    """All that the cause rules look at for one metric. `findings` are all that stand of it today.

    `fallbacks` are the fingerprints of imports that are one of two choices (`analyzers.causes.fallbacks`).
    `ignores` are the findings about ignore comments, whatever the metric is. `sought` says what imports that cannot
    work ask for, by fingerprint.
    """

    repository: Repository
    head: Commit
    policy: Policy
    target: Target
    findings: tuple[Traced, ...]
    symbols: tuple[SymbolCount, ...]
    patterns: tuple[PatternCount, ...]
    auth_canonical: str | None
    history: History | None
    around: Surroundings
    fallbacks: frozenset[str] = frozenset()
    ignores: tuple[Finding, ...] = ()
    sought: Mapping[str, Sought] = {}


ChangeKind = Literal["rewrite imports", "warn", "delete module", "route through", "remove copy", "write", "decide"]


class Action(msgspec.Struct, frozen=True):
    """What to do next, and what it does to a metric. In `text`, names from the code stand between backticks.

    `before` and `after` are values of the metric; `is_checked` says that the change was applied to the snapshot in
    memory and counted, else `after` is None where nobody can know. `cause` names the cause rule that it follows from.
    `subjects` are the fingerprints of the findings that it is about, `modules` the dotted modules that it changes
    themselves, and `to` the one that imports are to come from.
    """

    kind: ChangeKind
    text: str
    metric: MetricName
    cause: str
    subjects: tuple[str, ...]
    before: int
    after: int | None = None
    is_checked: bool = False
    evidence: tuple[Evidence, ...] = ()
    modules: tuple[str, ...] = ()
    to: str = ""


class Done(msgspec.Struct, frozen=True):
    """What the actions of a plan came to so far: the fingerprints of findings that they take away, and the modules that
    they delete.
    """

    taken: frozenset[str] = frozenset()
    deleted: frozenset[str] = frozenset()


Proposal = Callable[[Done], Iterator[Action]]
"""Actions for what those before them leave."""
