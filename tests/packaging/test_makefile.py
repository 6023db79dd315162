"""What the Makefile names is there."""

from __future__ import annotations

import re
from typing import Final

import pytest

from tests.packaging.project import ROOT

_MAKEFILE: Final = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", "")
FUZZED: Final = re.search(r"^FUZZED := (.*)$", _MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("path", FUZZED[1].split() if FUZZED else ["FUZZED"])
def test_what_make_fuzz_tries_at_length_are_property_tests(path: str) -> None:
    assert "@given(" in (ROOT / path).read_text("utf-8")
