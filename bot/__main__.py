"""`python -m bot` and the console script `fifthwhy`."""

import gc
import sys

from bot.cli.main import main as command

_BRIEF = {"audit", "history", "explain", "graph", "endpoints"}
"""Commands that end with their answer: a search of their memory for garbage would cost more than it frees."""


def main() -> None:
    """Run the command that the arguments name."""
    if len(sys.argv) > 1 and sys.argv[1] in _BRIEF:
        gc.disable()
    command()


if __name__ == "__main__":
    main()
