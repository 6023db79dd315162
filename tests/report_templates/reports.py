"""Reports for tests: small ones built by hand, hostile ones, and one audited from sources.

    report(introduced=(finding("shop/cart.py", 3),))

`CASES` names the reports that the golden files show; see `test_golden`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from analyzers.audit import audit
from analyzers.catalogue import CATALOGUE, rule
from analyzers.extract import read
from analyzers.findings import RuleName
from analyzers.policy import PolicyError, PolicyProblem, read_policy
from analyzers.report import (
    Commit,
    Files,
    FindingRow,
    Measured,
    MetricEffect,
    MetricRow,
    PathRow,
    Place,
    PolicyChange,
    PolicyRow,
    Report,
    Repository,
    Subject,
    SymbolRow,
    UnreadRow,
    delta_report,
    policy_effects,
    state_report,
)
from analyzers.snapshot import build_snapshot
from analyzers.tree import PathPatterns, Scope, TreeEntry

SHOP: Final = Repository("acme/shop", "https://github.example/acme/shop")
HEAD: Final = Commit("c0ffee" + "1" * 34, "2026-03-02T10:00:00+00:00", "Add a cart")
BASE: Final = Commit("ba5eba11" + "2" * 32, "2026-03-01T10:00:00+00:00", "Add a shop")

MESSAGES: Final[Mapping[RuleName, str]] = {
    "imports.fragmented": "`{0}` is imported from `shop.api.{0}`; its canonical module is `shop.{0}`",
    "imports.legacy": "legacy module `{0}` is imported; use `shop.new`",
    "auth.patterns": "`{0}.decode` validates on its own ({0}); the canonical way is Shop tokens",
}

HOSTILE: Final = (
    "a | b.py",
    "``tick`s```.py",
    "@everyone.py",
    "fixes #12, GH-1 and octo/repo#3.py",
    "https://evil.example/?a=b&copy;=1).py",
    "www.evil.example.py",
    "two\nlines\r\n\n# heading.py",
    "\u202egnp.py",
    "caf\udce9.py",
    "\x1b[31mred\x1b]8;;https://evil.example\x07.py",
    "<script>alert(1)</script><!--.py",
    "</details></sub>.py",
    "![x](https://evil.example/x.png) [y](javascript:z).py",
    "{{ report }}{% raw %}.py",
    "me@evil.example.py",
    "0123456789abcdef0123456789abcdef01234567.py",
    "\\|\\`\\.py",
    "  spaces  .py",
    "%41%zz#L1?x.py",
    "ﾠ\u3164\u200b\ufeff.py",
    "a/" * 2046 + "x.py",
    "| @everyone `\n" * 340,
)
"""Paths that try something, each legal in git."""


def finding(
    path: str,
    line: int = 1,
    *,
    name: RuleName = "imports.fragmented",
    symbol: str = "verify",
    scope: Scope = "production",
    message: str | None = None,
    inferred: bool = False,
    commit: Commit = HEAD,
) -> FindingRow:
    """One finding, linked to its line."""
    return FindingRow(
        rule=name,
        symbol=symbol,
        message=MESSAGES[name].format(symbol) if message is None else message,
        severity="medium",
        scope=scope,
        inferred=inferred,
        fingerprint=hashlib.sha256(f"{name} {path!a} {line}".encode()).hexdigest()[:20],
        place=Place(path, line, line, SHOP.file(commit.id, path, line)),
    )


def metric(name: RuleName, base: int | None, head: int, *, tests: int = 0, sites: int | None = None) -> MetricRow:
    """A metric with the target 0."""
    return MetricRow(
        name=name,
        title=rule(name).title,
        unit=rule(name).unit,
        base=base,
        head=head,
        delta=None if base is None else head - base,
        production=head - tests,
        tests=tests,
        sites=sites,
        target=0,
        met=head <= 0,
        priority=None,
        due=None,
    )


def report(**changed: object) -> Report:
    """A report on a pull request that does nothing, but for what is given."""
    fields: dict[str, object] = {
        "kind": "delta",
        "version": "0.1.0",
        "repository": SHOP,
        "pull_request": 7,
        "head": HEAD,
        "base": BASE,
        "policy": PolicyRow(".github/fifthwhy.yml", "0a1b2c3d4e5f", False, SHOP.file(BASE.id, ".github/fifthwhy.yml")),
        "policy_change": None,
        "metrics": tuple(metric(entry.name, 0, 0) for entry in CATALOGUE),
        "introduced": (),
        "fixed": (),
        "standing": (),
        "symbols": (),
        "more_symbols": 0,
        "auth": (),
        "auth_canonical": None,
        "auth_inferred": True,
        "files": Files(140, 110, 30, 0),
        "unread": (),
        "command": f"fifthwhy audit --base {BASE.short} --head {HEAD.short}",
    }
    return Report(**{**fields, **changed})  # type: ignore[arg-type] # the fields above are Report's own


def unread(path: str, line: int | None = None, message: str = "'(' was never closed") -> UnreadRow:
    """A file with a syntax error."""
    return UnreadRow(path, "syntax", message, line, SHOP.file(HEAD.id, path, line))


def policy_change(problems: tuple[PolicyProblem, ...] = (), *effects: tuple[RuleName, int, int]) -> PolicyChange:
    """A pull request that edits the policy."""
    path = ".github/fifthwhy.yml"
    found = tuple(MetricEffect(*effect) for effect in effects)
    return PolicyChange(path, False, problems, found, SHOP.file(HEAD.id, path))


# --- what the golden files show -------------------------------------------------------------------


def quiet() -> Report:
    """A change that moves nothing."""
    return report(standing=(finding("shop/old.py", 9),), unread=(unread("broken.py", 3),), files=Files(140, 110, 30, 1))


def mixed() -> Report:
    """Several rules, both scopes, inferred answers, and everything that folds."""
    return report(
        policy=PolicyRow(None, "0a1b2c3d4e5f", True, None),
        metrics=(
            metric("imports.fragmented", 9, 11, tests=1, sites=708),
            metric("imports.legacy", 4, 4, tests=4),
            metric("auth.patterns", 2, 1, sites=14),
        ),
        introduced=(
            finding("shop/cart.py", 3, inferred=True),
            finding("shop/checkout.py", 12, symbol="refund", inferred=True),
            finding("tests/test_cart.py", 1, inferred=True, scope="tests"),
        ),
        fixed=(finding("shop/login.py", 40, name="auth.patterns", symbol="jose", commit=BASE),),
        standing=(
            finding("shop/old.py", 5),
            finding("tests/test_old.py", 5, name="imports.legacy", symbol="shop.legacy", scope="tests"),
        ),
        symbols=(
            SymbolRow(
                "verify",
                "shop.verify",
                True,
                700,
                9,
                (
                    PathRow("shop.verify", 600, 91, True),
                    *(PathRow(f"shop.api{number}.verify", 1, 0, False) for number in range(9)),
                ),
            ),
            SymbolRow(
                "refund",
                "shop.money",
                False,
                8,
                2,
                (PathRow("shop.money", 6, 0, True), PathRow("shop.compat", 2, 0, False)),
            ),
        ),
        more_symbols=1,
        auth=(("Shop tokens", 12), ("python-jose", 2)),
        auth_canonical="Shop tokens",
        auth_inferred=False,
        unread=(
            unread("shop/broken.py", 3),
            UnreadRow("data/blob.py", "size", "larger than 1,000,000 bytes", None, SHOP.file(HEAD.id, "data/blob.py")),
        ),
        files=Files(1_400, 1_100, 300, 2),
    )


def one_kind() -> Report:
    """A single finding of a single rule, with a due date on the metric."""
    return report(
        metrics=(
            metric("imports.fragmented", 0, 0, sites=30),
            metric("imports.legacy", 0, 1),
            metric("auth.patterns", 0, 0),
        ),
        introduced=(finding("shop/cart.py", 3, name="imports.legacy", symbol="shop.old"),),
    )


def policy_invalid() -> Report:
    """A pull request that breaks the policy file and nothing else."""
    try:
        read_policy(b"version: 1\nsymbol:\n  - name: verify\nlegacy:\n  - use: 'not a name'\n")
    except PolicyError as error:
        return report(policy_change=policy_change(error.problems))
    raise AssertionError("the policy should not be valid")


def policy_effect() -> Report:
    """A pull request that tightens the policy."""
    return report(policy_change=policy_change((), ("imports.fragmented", 0, 12), ("imports.legacy", 3, 3)))


def hostile() -> Report:
    """Repository text in every place, all of it hostile."""
    texts = tuple(text for text in HOSTILE if len(text) < 1_000)
    return report(
        policy=PolicyRow("@everyone|`.yml", "|@x", True, f"{SHOP.web}/blob/a b(c)|d"),
        metrics=(metric("imports.fragmented", 0, len(texts)), metric("auth.patterns", 0, 0)),
        introduced=tuple(finding(text, number, message=text) for number, text in enumerate(texts, 1)),
        fixed=(finding("fixed.py", 1, message="`@everyone` ` see #12 (https://evil.example), www. and 1. @here!"),),
        standing=(finding("old.py", message="- [ ] fixes #1\n\n| a |\n|-|"),),
        symbols=tuple(
            SymbolRow(text, text, True, 2, 1, (PathRow(text, 1, 0, True), PathRow(f"{text}|", 1, 0, False)))
            for text in texts[:8]
        ),
        auth=tuple((text, 1) for text in texts),
        auth_canonical=texts[0],
        unread=tuple(unread(text, 1, text) for text in texts),
        policy_change=policy_change(tuple(PolicyProblem(1, text, text) for text in texts)),
        repository=SHOP,
    )


SHOP_POLICY: Final = """\
symbols:
  - {name: verify, canonical: shop.tokens}
legacy:
  - {module: shop.old, use: shop.orders, reason: "see #12; ask @ada"}
auth:
  canonical: Shop tokens
  patterns:
    - {name: Shop tokens, calls: [shop.tokens.verify]}
metrics:
  imports.fragmented: {target: 0, priority: high, due: 2026-06-30}
"""

SHOP_AT_BASE: Final = {
    "shop/__init__.py": "",
    "shop/tokens.py": "import jwt\n\ndef verify(token):\n    return jwt.decode(token)\n",
    "shop/api.py": "from shop.tokens import verify\n",
    "shop/old.py": "",
    "shop/pay.py": "from shop.tokens import verify\n\nverify('')\n",
    "shop/view.py": "from shop.api import verify\n\nverify('')\n",
    "tests/test_pay.py": "from shop.api import verify\n",
}

SHOP_AT_HEAD: Final = SHOP_AT_BASE | {
    "shop/cart.py": "import jwt\nimport shop.old\nfrom shop.api import (\n    verify,\n)\n\njwt.decode('')\n",
    "shop/view.py": "from shop.tokens import verify\n\nverify('')\n",
    "tests/test_cart.py": "from shop.api import verify\n",
    "tests/test_new.py": "# coding: no-such-encoding\n",
}


def measured(sources: Mapping[str, str], policy: str) -> Measured:
    """Sources audited by a policy."""
    wanted = read_policy(policy.encode())
    blobs = {path: hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest() for path, text in sources.items()}
    snapshot = build_snapshot(
        [TreeEntry(path, blob, "100644") for path, blob in sorted(blobs.items())],
        {blobs[path]: read(text.encode()) for path, text in sources.items()},
        roots=wanted.roots,
        tests=PathPatterns(wanted.tests),
        exclude=PathPatterns(wanted.exclude),
    )
    return Measured(snapshot, audit(snapshot, wanted))


def _subject(base: Commit | None) -> Subject:
    return Subject(SHOP, HEAD, base, ".github/fifthwhy.yml", (base or HEAD).id, "0.1.0", 7 if base else None)


def audited() -> Report:
    """A pull request on a small repository, through the whole of the core, that also edits the policy."""
    policy = read_policy(SHOP_POLICY.encode())
    base, head = measured(SHOP_AT_BASE, SHOP_POLICY), measured(SHOP_AT_HEAD, SHOP_POLICY)
    proposed = measured(SHOP_AT_HEAD, SHOP_POLICY.replace("shop.tokens}", "shop.api}"))
    change = policy_change()
    change = PolicyChange(change.path, False, (), policy_effects(head.audit, proposed.audit), change.url)
    return delta_report(_subject(BASE), policy, base, head, {}, change)


def state() -> Report:
    """One commit of that repository."""
    head = measured(SHOP_AT_HEAD, SHOP_POLICY)
    return state_report(_subject(None), read_policy(SHOP_POLICY.encode()), head)


def state_by_default() -> Report:
    """One commit of a repository without a policy."""
    head = measured(SHOP_AT_HEAD, "")
    return state_report(Subject(SHOP, HEAD, None, None, None, "0.1.0"), read_policy(b""), head)


def nothing() -> Report:
    """A repository without any Python."""
    empty = measured({}, "")
    subject = Subject(Repository("elsewhere", None), HEAD, None, None, None, "0.1.0")
    return state_report(subject, read_policy(b""), empty)


CASES: Final[Mapping[str, Callable[[], Report]]] = {
    case.__name__: case
    for case in (
        quiet, mixed, one_kind, policy_invalid, policy_effect, hostile, audited, state, state_by_default, nothing
    )
}  # fmt: skip
