"""The hooks of a repository's own that run before a commit, as its settings of pre-commit have them.

What these forbid is decided by programs: nobody can tell without running them. Whatever stands in the file, reading it
never raises; what cannot be used is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
import yaml

PRE_COMMIT_PATH: Final = ".pre-commit-config.yaml"
"""Where pre-commit looks (https://pre-commit.com/#adding-pre-commit-plugins-to-your-project)."""
LARGEST_PRE_COMMIT: Final = 64 * 1024

_LOCAL: Final = "local"
"""What stands in the place of an address for hooks of one's own (https://pre-commit.com/#repository-local-hooks)."""
_MOST_HOOKS: Final = 200
_LONGEST_NAME: Final = 200


class Hook(msgspec.Struct, frozen=True):
    """A hook, and the line that names it."""

    name: str
    line: int


def local_hooks(content: bytes) -> tuple[Hook, ...]:
    """The hooks of the repository's own, each once."""
    names: dict[str, int] = {}
    for hook in _local(_composed(content)):
        node = _value(hook, "id")
        name = _text(node)
        if node is not None and name and len(name) <= _LONGEST_NAME:
            names.setdefault(name, node.start_mark.line + 1)
    return tuple(Hook(name, line) for name, line in names.items())[:_MOST_HOOKS]


def _local(root: yaml.Node | None) -> Iterator[yaml.Node]:
    """The settings of local hooks, each looked at once: an alias (YAML 1.2, 7.1) stands for one in many places."""
    seen: set[int] = set()
    for repository in _entries(root, "repos", seen):
        if _text(_value(repository, "repo")) == _LOCAL:
            yield from _entries(repository, "hooks", seen)


def _composed(content: bytes) -> yaml.Node | None:
    if len(content) > LARGEST_PRE_COMMIT:
        return None
    try:
        return yaml.compose(content.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return None


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if _text(name) == key), None)


def _entries(node: yaml.Node | None, key: str, seen: set[int]) -> Iterator[yaml.Node]:
    """The entries of a list that were not seen before, and are from now on; of a list that was, none."""
    value = _value(node, key)
    if not isinstance(value, yaml.SequenceNode) or id(value) in seen:
        return
    seen.add(id(value))
    for entry in value.value:
        if id(entry) not in seen:
            seen.add(id(entry))
            yield entry


def _text(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""
