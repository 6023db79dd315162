"""Reports for tests: small ones built by hand, hostile ones, some on outcomes by hand, and some audited from sources.

    report(introduced=(finding("shop/cart.py", 3),))

`CASES` names the reports that the golden files show; see `test_golden`. How sources are audited is known to
`outcome_of` alone.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from analyzers.catalogue import CATALOGUE, entry
from analyzers.contracts import NoteKind
from analyzers.findings import Finding, Fingerprinted, Metric, MetricName, RuleName
from analyzers.outcome import Files, Outcome, PathCount, PatternCount, RuleCount, SymbolCount
from analyzers.places import Commit, Place, Repository
from analyzers.policy import Policy, PolicyError, PolicyProblem, Priority, read_policy
from analyzers.report import (
    FindingRow,
    MetricEffect,
    MetricRow,
    NewWayRow,
    NoteRow,
    PathRow,
    PolicyChange,
    PolicyRow,
    Report,
    Subject,
    SymbolRow,
    UnreadRow,
    policy_effects,
    report_of,
)
from analyzers.resolve import Definition
from analyzers.rule_book import rules_of
from analyzers.rules.sites import Symbol
from analyzers.summary import outcome_of_state, outcome_of_two
from analyzers.tree import Scope
from tests.analyzers.trees import audit_of

SHOP: Final = Repository("acme/shop", "https://github.example/acme/shop")
HEAD: Final = Commit("c0ffee" + "1" * 34, "2026-03-02T10:00:00+00:00", "Add a cart")
BASE: Final = Commit("ba5eba11" + "2" * 32, "2026-03-01T10:00:00+00:00", "Add a shop")

MESSAGES: Final[Mapping[RuleName, str]] = {
    "imports.fragmented": "`{0}` is imported from `shop.api.{0}`; its canonical module is `shop.{0}`",
    "imports.legacy": "legacy module `{0}` is imported; use `shop.new`",
    "imports.strings": "string names `shop.api.{0}`; its canonical path is `shop.{0}`",
    "imports.unresolved": "`{0}` cannot be imported from `shop`: nothing there is called so",
    "imports.cycles": "import cycle of 2 modules: `{0}` imports `shop.db`, which imports `{0}`",
    "imports.contracts": "`{0}` imports `shop.web`, which the contract `Layers` forbids",
    "ssot.duplicates": "`{0}` is defined here and in `shop.money` (9 of 10 lines alike).",
    "ssot.ignores": "The comment leaves nothing out: there is no finding of `{0}` here. Remove it.",
    "auth.patterns": "`{0}.decode` validates on its own ({0}); the canonical way is Shop tokens",
    "auth.implementations": "`{}` validates here once more; the canonical one is in `shop.tokens`",
    "auth.unprotected": "the endpoint `{}` reaches no validation",
    "tests.blocked": "cannot be collected: it imports `{}`, which does not exist",
    "tests.fixtures": "`{}` is requested, and defined only in `tests/test_cart.py`, which is not in reach",
    **{rule.id: f"`{{}}`: {rule.title.lower()}" for rule in rules_of("auth.bypass")},
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


def metric(
    name: MetricName,
    base: int | None,
    head: int,
    *,
    tests: int = 0,
    among: int | None = None,
    base_among: int | None = None,
    undecided: int = 0,
    tests_among: int | None = None,
    priority: Priority | None = None,
    due: str | None = None,
) -> MetricRow:
    """A metric with the target that holds by default. A share's denominator was the same at base, if not given."""
    kind = entry(name)
    before = among if base_among is None else base_among
    percent = _percent(head, among) if kind.is_share else None
    base_percent = _percent(base, before) if kind.is_share and base is not None else None
    delta: float | None = None if base is None else head - base
    if percent is not None and base_percent is not None:
        delta = round(percent - base_percent, 1)
    return MetricRow(
        name=name,
        title=kind.title,
        unit=kind.unit,
        base=base,
        head=head,
        delta=delta,
        production=head if tests_among is not None else head - tests,
        tests=tests,
        among=among,
        target=kind.target,
        met=head <= kind.target if percent is None else percent >= kind.target,
        priority=priority,
        due=due,
        base_among=None if base is None else before,
        percent=percent,
        base_percent=base_percent,
        undecided=undecided,
        better=(delta > 0) == kind.is_share if delta else None,
        tests_among=tests_among,
        tests_percent=None if tests_among is None else _percent(tests, tests_among),
    )


def _percent(some: int, among: int | None) -> float:
    return some * 1000 // among / 10 if among else 100.0


def report(**changed: object) -> Report:
    """A report on a pull request that does nothing, but for what is given. What stands is counted by itself."""
    standing: tuple[FindingRow, ...] = changed.get("standing", ())  # type: ignore[assignment] # as in Report
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
        "standing_counts": counts_of(standing),
        "symbols": (),
        "more_symbols": 0,
        "auth": (),
        "auth_canonical": None,
        "auth_inferred": True,
        "new_ways": (),
        "files": Files(140, 110, 30, 0),
        "unread": (),
        "notes": (),
        "more_notes": 0,
        "command": f"fifthwhy audit --base {BASE.short} --head {HEAD.short}",
    }
    return Report(**{**fields, **changed})  # type: ignore[arg-type] # the fields above are Report's own


def counts_of(rows: tuple[FindingRow, ...]) -> tuple[RuleCount, ...]:
    """Findings by rule and scope."""
    found = Counter((row.rule, row.scope) for row in rows)
    return tuple(RuleCount(rule, scope, count) for (rule, scope), count in found.items())


def unread(path: str, line: int | None = None, message: str = "'(' was never closed") -> UnreadRow:
    """A file with a syntax error."""
    return UnreadRow(path, "syntax", message, line, SHOP.file(HEAD.id, path, line))


def note(
    path: str = "tach.toml",
    message: str = "`interfaces` is not evaluated here",
    remedy: str = "`tach check` still checks it",
    *,
    kind: NoteKind = "not evaluated",
    newly: bool = False,
) -> NoteRow:
    """What does not count of a contract."""
    return NoteRow(path, 3, kind, message, remedy, SHOP.file(BASE.id, path, 3), newly)


def policy_change(problems: tuple[PolicyProblem, ...] = (), *effects: tuple[MetricName, int, int]) -> PolicyChange:
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
            metric("imports.fragmented", 9, 11, tests=1, among=708),
            metric("imports.legacy", 4, 4, tests=4),
            metric("auth.patterns", 2, 1, among=14),
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
                "shop.tokens",
                True,
                700,
                9,
                (
                    PathRow("shop.tokens", 600, 91, True, "definition"),
                    *(PathRow(f"shop.api{number}", 1, 0, False, "re-export") for number in range(9)),
                ),
            ),
            SymbolRow(
                "refund",
                "shop.money",
                False,
                8,
                2,
                (PathRow("shop.money", 6, 0, True, "definition"), PathRow("shop.compat", 2, 0, False, "shim")),
            ),
        ),
        more_symbols=1,
        auth=(PatternCount("Shop tokens", 9, 3), PatternCount("python-jose", 2, 0)),
        auth_canonical="Shop tokens",
        auth_inferred=False,
        new_ways=(NewWayRow("python-jose", 2, Place("shop/api.py", 12, 12, SHOP.file(HEAD.id, "shop/api.py", 12))),),
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
            metric("imports.fragmented", 0, 0, among=30),
            metric("imports.legacy", 0, 1, priority="high", due="2026-06-30"),
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
            SymbolRow(text, text, True, 2, 1, (PathRow(text, 1, 0, True), PathRow(f"{text}|", 1, 0, False, name=text)))
            for text in texts[:8]
        ),
        auth=tuple(PatternCount(text, 1, 0) for text in texts),
        auth_canonical=texts[0],
        unread=tuple(unread(text, 1, text) for text in texts),
        notes=tuple(note(text, text, text, kind="problem") for text in texts),
        policy_change=policy_change(tuple(PolicyProblem(1, text, text) for text in texts)),
        repository=SHOP,
    )


# --- reports on outcomes by hand ------------------------------------------------------------------


def found(
    name: RuleName, path: str, line: int, symbol: str, message: str, *, scope: Scope = "production"
) -> Fingerprinted:
    """A finding as an audit has it."""
    made = Finding(name, path, line, line, symbol, "", message, "medium", scope)
    return Fingerprinted(hashlib.sha256(f"{name} {path} {line}".encode()).hexdigest()[:20], made)


def figures(**values: tuple[int, int, int | None, int]) -> tuple[Metric, ...]:
    """Every metric: those given, with `_` for the dot, as (production, tests, among, undecided); the others are 0."""
    rows = {each.name: values.pop(each.name.replace(".", "_"), (0, 0, None, 0)) for each in CATALOGUE}
    assert not values, values
    return tuple(_figure(name, *row) for name, row in rows.items())


def _figure(name: MetricName, production: int, tests: int, among: int | None, undecided: int) -> Metric:
    if name == "ssot.compliance":  # which is about production alone; two of the shop's tests are never clean
        return Metric(name, production, production, tests, among, undecided, tests + 2 if tests else 0)
    return Metric(name, production + tests, production, tests, among, undecided)


def outcome(**changed: object) -> Outcome:
    """An outcome without anything, but for what is given."""
    fields: dict[str, object] = {
        "metrics": figures(),
        "base_metrics": None,
        "introduced": (),
        "fixed": (),
        "standing": (),
        "standing_counts": (),
        "symbols": (),
        "more_symbols": 0,
        "auth": (),
        "auth_canonical": None,
        "auth_inferred": False,
        "new_ways": (),
        "files": Files(0, 0, 0, 0),
        "unread": {},
    }
    return Outcome(**{**fields, **changed})  # type: ignore[arg-type] # the fields above are Outcome's own


def structure() -> Report:
    """A pull request that closes a cycle, imports what is not there, copies a definition, and leaves a stale ignore."""
    introduced = (
        found(
            "imports.cycles",
            "shop/cart.py",
            3,
            "shop.cart → shop.db → shop.pay → shop.cart",
            "import cycle of 3 modules: `shop.cart` imports `shop.db`, which imports `shop.pay`, "
            "which imports `shop.cart`",
        ),
        found(
            "imports.unresolved",
            "shop/view.py",
            7,
            "shop.pay.refund_all",
            "`refund_all` is imported from `shop.pay`, where nothing is called so",
        ),
        found(
            "imports.contracts",
            "shop/db.py",
            2,
            "shop.db -> shop.web",
            "`shop.db` imports `shop.web` by way of `shop.cart`, which the contract `Layers` forbids",
        ),
        found(
            "ssot.duplicates",
            "shop/compat/money.py",
            11,
            "Money",
            "`Money` is defined here and in `shop.money` (12 of 14 members alike).",
        ),
        found(
            "ssot.ignores",
            "tests/test_cart.py",
            4,
            "imports.fragmented",
            "The comment leaves nothing out: there is no finding of `imports.fragmented` here. Remove it.",
            scope="tests",
        ),
    )
    fixed = (found("imports.legacy", "shop/view.py", 2, "shop.old", "legacy module `shop.old` is imported"),)
    standing = tuple(
        found(
            "imports.fragmented", f"shop/view{number}.py", 1, "verify", MESSAGES["imports.fragmented"].format("verify")
        )
        for number in range(3)
    )
    base = figures(
        imports_fragmented=(2_300, 12, 9_881, 0),
        imports_patterns=(41, 3, 512, 0),
        imports_canonical_usage=(6_400, 1_169, 9_881, 0),
        imports_legacy=(1, 0, None, 0),
        imports_unresolved=(0, 0, 10_020, 12),
        imports_contracts=(0, 0, 3, 0),
        ssot_compliance=(864, 190, 881, 2),
        ssot_ignores=(0, 0, 9, 0),
        auth_patterns=(0, 0, 12, 0),
    )
    head = figures(
        imports_fragmented=(2_300, 12, 9_890, 0),
        imports_patterns=(41, 3, 512, 0),
        imports_canonical_usage=(6_409, 1_169, 9_890, 0),
        imports_unresolved=(1, 0, 10_029, 12),
        imports_cycles=(1, 0, None, 0),
        imports_contracts=(1, 0, 3, 0),
        ssot_duplicates=(1, 0, None, 0),
        ssot_compliance=(860, 190, 882, 2),
        ssot_ignores=(0, 1, 10, 0),
        auth_patterns=(0, 0, 12, 0),
    )
    made = outcome(
        metrics=head,
        base_metrics=base,
        introduced=introduced,
        fixed=fixed,
        standing=standing,
        standing_counts=(
            RuleCount("imports.fragmented", "production", 2_300),
            RuleCount("imports.fragmented", "tests", 12),
        ),
        files=Files(1_080, 884, 196, 2),
    )
    return report_of(_subject(BASE), read_policy(SHOP_POLICY.encode()), made)


def cycle() -> Report:
    """A pull request whose one mistake is an import cycle."""
    message = MESSAGES["imports.cycles"].format("shop.cart")
    made = outcome(
        metrics=figures(imports_cycles=(1, 0, None, 0), ssot_compliance=(871, 190, 881, 0)),
        base_metrics=figures(ssot_compliance=(872, 190, 880, 0)),
        introduced=(found("imports.cycles", "shop/cart.py", 3, "shop.cart → shop.db → shop.cart", message),),
        files=Files(1_080, 884, 196, 0),
    )
    return report_of(_subject(BASE), read_policy(b""), made)


def roles() -> Report:
    """One commit with shares, with paths of every role, and with more of everything than a report holds."""
    token = Symbol("Token", Definition("shop.tokens", "Token"))
    money = Symbol("Money", Definition("shop.money", "Money"))
    made = outcome(
        metrics=figures(
            imports_fragmented=(11, 4, 881, 0),
            imports_patterns=(6, 1, 120, 0),
            imports_canonical_usage=(700, 166, 881, 0),
            imports_strings=(1, 0, 45, 3),
            imports_unresolved=(0, 0, 900, 12),
            imports_cycles=(2, 0, None, 70),
            imports_contracts=(0, 0, 1, 0),
            ssot_duplicates=(3, 0, None, 0),
            ssot_compliance=(100, 28, 109, 1),
            ssot_ignores=(0, 0, 1, 0),
        ),
        standing=(
            found("imports.cycles", "shop/cart.py", 3, "a", MESSAGES["imports.cycles"].format("shop.cart")),
            found("imports.strings", "shop/settings.py", 30, "Token", MESSAGES["imports.strings"].format("Token")),
            found("ssot.duplicates", "shop/api.py", 9, "Money", MESSAGES["ssot.duplicates"].format("Money")),
        ),
        standing_counts=(
            RuleCount("ssot.duplicates", "production", 3),
            RuleCount("imports.fragmented", "tests", 4),
            RuleCount("imports.fragmented", "production", 11),
            RuleCount("imports.strings", "production", 1),
            RuleCount("imports.cycles", "production", 2),
        ),
        symbols=(
            SymbolCount(
                token,
                "shop.tokens",
                False,
                9,
                (
                    PathCount("shop.compat.tokens", "Token", 4, 1, "shim"),
                    PathCount("shop.tokens", "Token", 61, 20, "definition"),
                    PathCount("shop", "Token", 2, 0, "re-export"),
                    PathCount("shop.compat.tokens", "OldToken", 2, 0, "alias"),
                ),
            ),
            SymbolCount(
                money,
                "shop.money",
                True,
                6,
                (
                    PathCount("shop.money", "Money", 9, 2, "re-export"),
                    PathCount("shop.api", "Money", 3, 0, "duplicate"),
                    PathCount("shop.bank", "Money", 1, 0, "misnomer", "Cash"),
                    PathCount("shop.gone", "Money", 1, 0, "broken"),
                    PathCount("shop.lazy", "Money", 0, 2, "undecided"),
                ),
            ),
        ),
        more_symbols=1_204,
        files=Files(140, 110, 30, 1),
    )
    return report_of(_subject(None), read_policy(SHOP_POLICY.encode()), made)


def nothing() -> Report:
    """A repository without any Python."""
    subject = Subject(Repository("elsewhere", None), HEAD, None, None, None, "0.1.0")
    return report_of(subject, read_policy(b""), outcome())


# --- reports on sources ---------------------------------------------------------------------------

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


def outcome_of(policy: Policy, head: Mapping[str, str], base: Mapping[str, str] | None = None) -> Outcome:
    """Sources by path, audited by a policy; compared with those of a base, where one is given."""
    at_head = audit_of(head, policy, None if base is None else audit_of(base, policy))
    return outcome_of_state(at_head) if base is None else outcome_of_two(audit_of(base, policy), at_head, {})


def _subject(base: Commit | None) -> Subject:
    return Subject(SHOP, HEAD, base, ".github/fifthwhy.yml", (base or HEAD).id, "0.1.0", 7 if base else None)


def audited() -> Report:
    """A pull request on a small repository, through the whole of the core, that also edits the policy."""
    policy = read_policy(SHOP_POLICY.encode())
    made = outcome_of(policy, SHOP_AT_HEAD, SHOP_AT_BASE)
    proposed = outcome_of(read_policy(SHOP_POLICY.replace("shop.tokens}", "shop.api}").encode()), SHOP_AT_HEAD)
    change = policy_change()
    change = PolicyChange(change.path, False, (), policy_effects(made.metrics, proposed.metrics), change.url)
    return report_of(_subject(BASE), policy, made, change)


def state() -> Report:
    """One commit of that repository."""
    policy = read_policy(SHOP_POLICY.encode())
    return report_of(_subject(None), policy, outcome_of(policy, SHOP_AT_HEAD))


def state_by_default() -> Report:
    """One commit of a repository without a policy."""
    policy = read_policy(b"")
    return report_of(Subject(SHOP, HEAD, None, None, None, "0.1.0"), policy, outcome_of(policy, SHOP_AT_HEAD))


CONTRACTS_POLICY: Final = """\
contracts:
  - {name: Layers of the shop, type: layers, layers: [shop.web, shop.cart, shop.pricing, shop.stock]}
"""

CONTRACTS_AT_BASE: Final = {
    "shop/__init__.py": "",
    "shop/web.py": "from shop import cart\n",
    "shop/cart.py": "from shop import pricing\n",
    "shop/pricing.py": "price = 1\n",
    "tach.toml": '[[modules]]\npath = "shop-web"\ndepends_on = []\n\n[[interfaces]]\nexpose = ["x"]\n',
    "setup.cfg": "[importlinter]\nroot_package = shop\n\n[importlinter:contract:1]\nname = Apart\ntype=independence\n",
}


def contracts() -> Report:
    """A pull request that breaks a contract, and takes away a module that it names; some of it never counted."""
    policy = read_policy(CONTRACTS_POLICY.encode())
    head = CONTRACTS_AT_BASE | {"shop/cart.py": "from shop import web\n", "shop/web.py": "x = 1\n"}
    del head["shop/pricing.py"]
    return report_of(_subject(BASE), policy, outcome_of(policy, head, CONTRACTS_AT_BASE))


def contracts_without() -> Report:
    """A pull request that does nothing else than to take away a module that a contract names."""
    policy = read_policy(CONTRACTS_POLICY.encode())
    base = CONTRACTS_AT_BASE | {"shop/cart.py": "x = 1\n"}
    head = {path: text for path, text in base.items() if path != "shop/pricing.py"}
    return report_of(_subject(BASE), policy, outcome_of(policy, head, base))


def contracts_state() -> Report:
    """One commit of that repository."""
    policy = read_policy(CONTRACTS_POLICY.encode())
    return report_of(_subject(None), policy, outcome_of(policy, CONTRACTS_AT_BASE))


CASES: Final[Mapping[str, Callable[[], Report]]] = {
    case.__name__: case
    for case in (
        quiet, mixed, one_kind, structure, cycle, roles, policy_invalid, policy_effect, hostile, nothing,
        audited, state, state_by_default, contracts, contracts_without, contracts_state,
    )
}  # fmt: skip
