"""What a person can mend, in one line each on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click


@contextmanager
def errors_in_one_line(*more: type[Exception]) -> Iterator[None]:
    """Show what a person can mend as one line each, `more` too; anything else is a bug and keeps its traceback."""
    from bot.git.git import GitError
    from bot.local.audit import UnrelatedError
    from bot.measuring.measure import InvalidPolicyError
    from bot.settings.settings import SettingsError

    try:
        yield
    except InvalidPolicyError as error:
        fail(*(f"{shown(error.path)}: {shown(str(problem))}" for problem in error.problems))
    except SettingsError as error:
        fail(*str(error).splitlines())
    except (GitError, UnrelatedError) as error:
        fail(shown(str(error)))
    except more as error:
        fail(shown(str(error)))


def fail(*lines: str) -> NoReturn:
    """End the command with 2."""
    for line in lines:
        click.echo(f"fifthwhy: {line}", err=True)
    sys.exit(2)


def shown(text: str) -> str:
    """Text from a repository, fit for a terminal."""
    from report_templates.escape import visible

    return visible(text)
