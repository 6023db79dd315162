"""Stand-ins for the function that reader processes run, and for files that no reader survives."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
from typing import NoReturn


def shout(blob: bytes) -> bytes:
    return blob.upper()


def act(blob: bytes) -> bytes:
    """Do what the file's first word says; any other file is read as it is."""
    action = ACTIONS.get(blob.split(b" ")[0])
    return action() if action is not None else blob


def hang() -> NoReturn:
    while True:
        pass


def hang_in_c() -> bytes:
    """The interpreter gets no turn to look at signals while this runs."""
    return repr(re.match(r"(a+)+$", "a" * 60 + "b")).encode()


def eat() -> bytes:
    return b"x" * (4 * 1024**3)


def crash() -> bytes:
    return ctypes.string_at(0)


def overflow() -> bytes:
    overflow()
    return b""


def leave() -> NoReturn:
    os._exit(7)


def be_killed() -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def chatter() -> bytes:
    print("noise", flush=True)  # noqa: T201 - the point of it
    os.write(1, b"noise")
    os.write(2, b"noise" * 100_000)
    return b"quiet"


def tell_modules() -> bytes:
    return " ".join(sorted(sys.modules)).encode()


def tell_surroundings() -> bytes:
    return f"{os.getcwd()} {sorted(os.environ)} {sys.flags.safe_path} {hash('a')}".encode()  # noqa: PTH109


def tell_process() -> bytes:
    return str(os.getpid()).encode()


ACTIONS = {
    b"hang": hang,
    b"hang-in-c": hang_in_c,
    b"eat": eat,
    b"crash": crash,
    b"overflow": overflow,
    b"leave": leave,
    b"be-killed": be_killed,
    b"chatter": chatter,
    b"modules": tell_modules,
    b"surroundings": tell_surroundings,
    b"process": tell_process,
}
