"""`fifthwhy policy`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.cli import options
from bot.cli.errors import shown


@click.group()
def policy() -> None:
    """Work with policy files."""


@policy.command("check")
@click.argument("path", type=click.Path(path_type=Path, exists=True), default=".")
@options.extends_from
def policy_check(path: Path, extends_from: Path | None) -> None:
    """Validate a policy file, or that of the repository in folder PATH.

    What it extends is looked at with --extends-from only.
    """
    from analyzers.policy import POLICY_PATHS, PolicyError, read_policy
    from bot.policies.sources import ClonedSources, layers_below

    file = path if path.is_file() else _policy_file(path, POLICY_PATHS)
    if file is None:
        click.echo(f"{shown(str(path))} has no {POLICY_PATHS[0]}; the default policy applies.")
        return
    try:
        text = file.read_bytes()
        found = read_policy(text, layers_below(text, ClonedSources(extends_from)) if extends_from else None)
    except PolicyError as error:
        for problem in error.problems:
            where = f"{problem.key}: " if problem.key else ""
            click.echo(f"{shown(str(file))}:{problem.line}: {where}{shown(problem.message)}", err=True)
        sys.exit(1)
    counts = (
        counted(len(found.symbols), "symbol"),
        counted(len(found.legacy), "legacy module"),
        counted(len(found.contracts), "contract"),
        counted(len(found.auth.patterns), "auth pattern"),
    )
    part = f"; `{found.extends}`, which it extends, was not looked at" if found.extends and not extends_from else ""
    click.echo(f"{shown(str(file))} is valid: {', '.join(counts)}; digest {found.digest}{part}.")


def _policy_file(folder: Path, names: tuple[str, ...]) -> Path | None:
    """The policy file of the work tree that a folder is in."""
    for place in (folder, *folder.absolute().parents):
        found = next((place / name for name in names if (place / name).is_file()), None)
        if found is not None or (place / ".git").exists():
            return found
    return None


def counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
