"""A Python process of our own: one that finds what we find, and knows nothing else of us."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

_PASSED_THROUGH: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME")
"""What some Pythons do not start without."""


def started(
    module: str, *arguments: str, errors: IO[bytes] | int, options: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    """`python -m MODULE ARGUMENTS` on pipes: no secrets, no current folder."""
    return subprocess.Popen(
        # -P: without it `-m` would look in the current folder first, which may be the audited repository.
        [sys.executable, "-P", *options, "-m", module, *arguments],
        cwd="/",
        env={name: os.environ[name] for name in _PASSED_THROUGH if name in os.environ}
        | {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if Path(path).is_absolute()),
            "PYTHONHASHSEED": "0",  # facts must not depend on the process that read them
            "LANG": "C.UTF-8",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,  # Ctrl-C is for us; we end them
    )
