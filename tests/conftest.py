"""What holds for all tests: nothing is judged by the clock, and CI tries the same generated examples each time."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("developer", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("developer"), derandomize=True, database=None)
settings.register_profile(
    "fuzz", settings.get_profile("developer"), max_examples=int(os.environ.get("FUZZ_EXAMPLES", "5000"))
)
settings.load_profile("ci" if os.environ.get("CI") else "developer")
