"""`fifthwhy schema`: what others check our JSON with."""

from __future__ import annotations

import json

from click.testing import CliRunner

from bot.cli.main import main


def test_the_schema_of_a_report_is_printed_alone() -> None:
    result = CliRunner().invoke(main, ["schema", "report"])
    assert result.exit_code == 0
    schema = json.loads(result.stdout)
    assert schema["title"] == "A report of fifthwhy"
    assert {"metrics", "introduced", "status"} <= schema["properties"].keys()


def test_an_unknown_schema_is_an_error() -> None:
    assert CliRunner().invoke(main, ["schema", "nothing"]).exit_code == 2
