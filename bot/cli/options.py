"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

repository: Final[Decorator] = click.argument(
    "path", type=click.Path(path_type=Path, exists=True, file_okay=False), default="."
)

commit: Final[Decorator] = click.option(
    "--head", metavar="REF", default="HEAD", show_default=True, help="The commit to look at."
)

policy: Final[Decorator] = click.option(
    "--policy",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Apply this policy file, not the repository's own.",
)

extends_from: Final[Decorator] = click.option(
    "--extends-from",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder in which the owner's repositories are cloned, for a policy that extends theirs.",
)


def output(help: str) -> Decorator:
    """Where to write what would be shown."""
    return click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help=help)
