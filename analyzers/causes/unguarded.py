"""Step 4, why did nothing stop it: what warns, forbids or is required, and since when anybody asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from analyzers.causes import evidence
from analyzers.causes.answers import MOST_EVIDENCE, MOST_NAMES, Answer, Link, is_most
from analyzers.causes.flows import stood_before
from analyzers.causes.model import Evidence, Guard, Inquiry
from analyzers.causes.ways import odd_module, ways_of
from analyzers.causes.wording import agreeing, by_often, code, day, listed, named, nouns, part, these
from analyzers.findings import Finding
from analyzers.history import Traced

_OWN: Final = "fifthwhy"
"""What the names of our own checks have in them."""

_SILENT: Final = (
    "raises no DeprecationWarning of its own when it is imported",
    "raise no DeprecationWarning of their own when they are imported",
)
_FORBIDDING: Final = ("contract", "banned import")


def expired(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Ignore comments at their lines have expired, and nobody put them right."""
    del chain
    own = inquiry.target.metric.name == "ssot.ignores"
    over = [each for each in inquiry.ignores if each.message.startswith("The comment held until ")]
    if own:
        held = [each for each in inquiry.findings if each.finding.message.startswith("The comment held until ")]
    else:
        held = [each for each in inquiry.findings if any(_was_about(ignore, each.finding) for ignore in over)]
    if not is_most(len(held), len(inquiry.findings)):
        return
    noun = nouns(inquiry.target.metric.name)
    told = part(len(held), len(inquiry.findings), noun)
    if own:
        text = f"{told} held until a day that has passed."
    else:
        # No more than that: a comment may have been written when its day had passed already.
        comments = agreeing(len(held), ("has an ignore comment that has", "have ignore comments that have"))
        text = f"{told} {comments} expired."
    yield Answer(text, len(held), len(inquiry.findings), noun[1], *evidence.lines(inquiry, held))


def _was_about(ignore: Finding, finding: Finding) -> bool:
    """Whether an expired comment stands at a finding, or on the line above it, and names its rule."""
    is_there = ignore.path == finding.path and finding.line - 1 <= ignore.line <= finding.end_line
    return is_there and any(
        finding.rule == rule or finding.rule.startswith(f"{rule}.") for rule in ignore.symbol.split(", ")
    )


def policy_younger(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """They stood when the first policy came.

    Silent where they are older than what is wanted instead: then the question is what has moved them since.
    """
    born = inquiry.around.policy_born
    if born is None or any(link.rule == "arrival.before-canonical" for link in chain):
        return
    known = [(each, each.origin) for each in inquiry.findings if each.origin is not None]
    held = [each for each, origin in known if stood_before(origin, born, inquiry.history)]
    if is_most(len(held), len(inquiry.findings)):
        noun = nouns(inquiry.target.metric.name)
        told = part(len(held), len(inquiry.findings), noun)
        verb = agreeing(len(held), ("was", "were"))
        text = f"{told} {verb} there before the policy was ({day(born)})."
        first = evidence.commit(inquiry, born, "the policy came with ")
        brought, more = evidence.origins(inquiry, held)
        shown = (first, *brought)
        more += len(shown[MOST_EVIDENCE:])
        yield Answer(text, len(held), len(inquiry.findings), noun[1], shown[:MOST_EVIDENCE], more)


def unguarded(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Modules that do not warn when they are imported, and that no contract and no linter's setting forbids to import.

    Whether their functions warn is another thing: that says nothing to whoever only imports them.
    """
    del chain
    guarded = {guard.module for guard in inquiry.around.guards if guard.kind != "check"}
    held = [
        (each, name)
        for each, name in _odd(inquiry)
        if name not in guarded and name in inquiry.around.module_places  # the others were not looked at
    ]
    among = len(inquiry.findings)
    if is_most(len(held), among):
        modules = by_often([name for _, name in held])
        noun = nouns(inquiry.target.metric.name)
        text = f"{named(modules, MOST_NAMES, ('module', 'modules'))} {agreeing(len(modules), _SILENT)}, "
        text += "and no contract and no linter setting stands against that: "
        text += f"{part(len(held), among, noun).lower()} {agreeing(len(held), ('goes', 'go'))} there."
        text += _of_hooks(inquiry)
        shown, more = _with_hooks(inquiry, *evidence.modules(inquiry, modules))
        yield Answer(text, len(held), among, noun[1], shown, more, tuple(modules))


def only_warned(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Modules that warn whoever imports them, and that nothing forbids to import."""
    del chain
    guards = inquiry.around.guards
    forbidden = {guard.module for guard in guards if guard.kind in _FORBIDDING}
    warnings = {guard.module: guard for guard in guards if guard.kind == "warning" and guard.module not in forbidden}
    held = [(each, name) for each, name in _odd(inquiry) if name in warnings]
    among = len(inquiry.findings)
    if is_most(len(held), among):
        modules = by_often([name for _, name in held])
        noun = nouns(inquiry.target.metric.name)
        only = agreeing(len(modules), ("only warns when it is imported", "only warn when they are imported"))
        text = f"{named(modules, MOST_NAMES, ('module', 'modules'))} {only}, which stops nobody; "
        text += "no contract and no linter setting forbids the import. "
        text += f"{part(len(held), among, noun)} {agreeing(len(held), ('goes', 'go'))} there.{_of_hooks(inquiry)}"
        shown, more = evidence.first(modules, lambda name: _guard(warnings[name], f"{code(name)} warns"))
        shown, more = _with_hooks(inquiry, shown, more)
        yield Answer(text, len(held), among, noun[1], shown, more, tuple(modules))


def _of_hooks(inquiry: Inquiry) -> str:
    """That programs of the repository's own may forbid something as well, as a sentence to go on with."""
    hooks = inquiry.around.own_hooks
    if not hooks:
        return ""
    noun = agreeing(len(hooks), ("the pre-commit hook", "the pre-commit hooks"))
    names = named([hook.name for hook in hooks], MOST_NAMES, ("hook", "hooks"))
    return (
        f" What programs of the repository's own forbid was not looked at: its workflows, its tests and {noun} {names}."
    )


def _with_hooks(inquiry: Inquiry, shown: tuple[Evidence, ...], more: int) -> tuple[tuple[Evidence, ...], int]:
    """What is shown, and last where the hooks stand."""
    hooks = inquiry.around.own_hooks
    if not hooks:
        return shown, more
    place = hooks[0].place
    first = Evidence("line", f"pre-commit hooks from {code(place.path)} line {place.line} on", place.url)
    return (*shown[: MOST_EVIDENCE - 1], first), more + len(shown[MOST_EVIDENCE - 1 :])


def _odd(inquiry: Inquiry) -> list[tuple[Traced, str]]:
    ways = ways_of(inquiry)
    return [(each, name) for each in inquiry.findings if (name := odd_module(each, ways))]


def _guard(guard: Guard, told: str) -> Evidence:
    return Evidence("line", f"{told}, {code(guard.place.path)} line {guard.place.line}", guard.place.url)


def not_required(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """No check has to pass; or one has to, ours is not among them, and nothing else forbids what is found."""
    del chain
    required = inquiry.around.required_checks
    if required is None or any(_OWN in name.lower() for name in required):
        return
    guarded = {guard.module for guard in inquiry.around.guards if guard.kind in _FORBIDDING}
    if required and any(name in guarded for _, name in _odd(inquiry)):
        return  # what is required may well be what looks at that
    among = len(inquiry.findings)
    told = these(among, nouns(inquiry.target.metric.name))
    text = f"No check has to pass before a merge, so that none can keep {told} out."
    if required:
        checks = listed([code(name) for name in sorted(required)[:MOST_NAMES]])
        more = len(required[MOST_NAMES:])
        also = f" and {more} more" if more else ""
        text = f"What has to pass before a merge is {checks}{also}; fifthwhy, which counts {told}, is not among it."
    yield Answer(text, among, among, nouns(inquiry.target.metric.name)[1], (_rules_page(inquiry, required),))


def _rules_page(inquiry: Inquiry, required: tuple[str, ...]) -> Evidence:
    """GitHub shows the rules of a repository's branches at this address to whoever may read it."""
    web = inquiry.repository.web
    count = len(required)
    told = "no check is required" if not count else f"{count} required {agreeing(count, ('check', 'checks'))}"
    return Evidence("check", f"the rules of the default branch: {told}", None if web is None else f"{web}/rules")
