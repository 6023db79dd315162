"""Every cause rule, step by step; of equally good answers, the first one stands."""

from __future__ import annotations

from typing import Final

from analyzers.causes import arrival, auth, blocked, paths, reasons, unguarded, where
from analyzers.causes.answers import CauseRule

CAUSE_RULES: Final[tuple[CauseRule, ...]] = (
    CauseRule("blocked.conftest", 1, "strong", blocked.conftest),
    CauseRule("blocked.module", 1, "strong", where.few(blocked.BROKEN)),
    CauseRule("where.module", 1, "strong", where.few(where.MODULE)),
    CauseRule("where.contract", 1, "strong", where.few(where.CONTRACT)),
    CauseRule("where.pattern", 1, "strong", where.few(where.PATTERN)),
    CauseRule("where.kind", 1, "strong", where.few(where.KIND)),
    CauseRule("where.hub", 1, "strong", where.hub),
    CauseRule("where.symbol", 1, "strong", where.few(where.SYMBOL)),
    CauseRule("where.folder", 1, "plain", where.few(where.FOLDER)),
    CauseRule("where.spread", 1, "weak", where.spread),
    CauseRule("paths.shim", 2, "strong", paths.through("shim")),
    CauseRule("paths.re-export", 2, "strong", paths.through("re-export")),
    CauseRule("paths.duplicate", 2, "strong", paths.through("duplicate")),
    CauseRule("paths.misnomer", 2, "strong", paths.through("misnomer")),
    CauseRule("paths.alias", 2, "strong", paths.through("alias")),
    CauseRule("paths.definition", 2, "strong", paths.through("definition")),
    CauseRule("paths.broken", 2, "strong", paths.through("broken")),
    CauseRule("paths.legacy-shim", 2, "strong", paths.legacy_shim),
    CauseRule("paths.legacy-notice", 2, "strong", paths.legacy_notice),
    CauseRule("paths.fallback", 2, "plain", paths.fallback),
    CauseRule("paths.mixed", 2, "weak", paths.mixed),
    CauseRule("auth.library", 2, "strong", auth.library),
    CauseRule("auth.other-wrapper", 2, "strong", auth.other_wrapper),
    CauseRule("auth.copied", 2, "strong", auth.copied),
    CauseRule("auth.overridden", 2, "strong", auth.overridden),
    CauseRule("auth.other-check", 2, "strong", auth.other_check),
    CauseRule("arrival.before-canonical", 3, "strong", arrival.before_canonical),
    CauseRule("arrival.after-canonical", 3, "strong", arrival.after_canonical),
    CauseRule("auth.fallback-added", 3, "strong", auth.fallback_added),
    CauseRule("arrival.copied", 3, "strong", arrival.copied),
    CauseRule("arrival.burst", 3, "strong", arrival.burst),
    CauseRule("arrival.growing", 3, "plain", arrival.growing),
    CauseRule("arrival.drip", 3, "plain", arrival.drip),
    CauseRule("arrival.old", 3, "plain", arrival.old),
    CauseRule("arrival.tests", 3, "weak", arrival.tests),
    CauseRule("unguarded.expired", 4, "strong", unguarded.expired),
    CauseRule("unguarded.policy-younger", 4, "strong", unguarded.policy_younger),
    CauseRule("unguarded.nothing", 4, "plain", unguarded.unguarded),
    CauseRule("unguarded.only-warned", 4, "plain", unguarded.only_warned),
    CauseRule("unguarded.not-required", 4, "plain", unguarded.not_required),
    CauseRule("reasons.undone", 5, "strong", reasons.undone),
    CauseRule("reasons.unmerged", 5, "strong", reasons.unmerged),
    CauseRule("reasons.put-off", 5, "strong", reasons.put_off),
    CauseRule("reasons.no-owner", 5, "weak", reasons.no_owner),
    CauseRule("reasons.no-due-date", 5, "weak", reasons.no_due_date),
)
