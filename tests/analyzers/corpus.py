"""Annotated snippets: real-looking code whose comments say what a rule finds there.

    # A token is decoded without a key

    # === app/tokens.py
    import jwt

    def claims(token):
        return jwt.decode(token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature

The first line is the title. A line `# === path` starts a file; without any, the whole text is `app/main.py`. A line
with a finding ends in `# finding:` and the rule, or several with commas between them; a line that looks like one and is
none ends in `# ok`. Every finding of the folder's rules is annotated: what is not, must not be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent.parent / "corpus"

_HEADER: Final = re.compile(r"^# === (\S+)$", re.MULTILINE)
_FINDING: Final = re.compile(r"# finding: ([\w.,\- ]+)$")
_OK: Final = re.compile(r"# ok$")


@dataclass(frozen=True)
class Annotation:
    """What one line says of itself: the rules that find something there, none where it is fine."""

    path: str
    line: int
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Snippet:
    """One annotated tree."""

    path: Path
    title: str
    files: Mapping[str, str]

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        """What the lines say."""
        return tuple(each for path, text in self.files.items() for each in _annotations(path, text))


def snippets(family: str) -> list[Path]:
    """The snippets of a family of rules."""
    return sorted((FOLDER / family).glob("*.py"))


def read_snippet(path: Path) -> Snippet:
    """Read one snippet."""
    text = path.read_text(encoding="utf-8")
    title = text.partition("\n")[0].removeprefix("# ")
    parts = _HEADER.split(text)
    files = dict(zip(parts[1::2], parts[2::2], strict=True)) if len(parts) > 1 else {"app/main.py": text}
    folders = {str(parent) for name in files for parent in Path(name).parents} - {"."}
    packages = {f"{folder}/__init__.py": "" for folder in folders if not folder.startswith(".")}
    return Snippet(path, title, {**packages, **files})


def _annotations(path: str, text: str) -> Iterator[Annotation]:
    for number, line in enumerate(text.split("\n"), start=1):
        found = _FINDING.search(line)
        if found is not None:
            yield Annotation(path, number, tuple(rule.strip() for rule in found[1].split(",")))
        elif _OK.search(line):
            yield Annotation(path, number, ())
