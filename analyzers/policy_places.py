"""Where in a policy file which key stands."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from analyzers.policy import PolicyError, compose_policy


def policy_lines(text: bytes) -> dict[str, int]:
    """The lines, counted from 1, of all keys and entries, by dotted key: `metrics.imports.fragmented`, `symbols.0`.

    A file that is no policy has none.
    """
    try:
        root = compose_policy(text)
    except PolicyError:
        return {}
    lines: dict[str, int] = {}
    waiting = [("", root)]
    while waiting:
        prefix, node = waiting.pop()
        for key, line, value in _within(node):
            dotted = f"{prefix}.{key}" if prefix else key
            lines.setdefault(dotted, line)
            waiting.append((dotted, value))
    return lines


def _within(node: yaml.Node | None) -> Iterator[tuple[str, int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield str(key.value), key.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield str(position), value.start_mark.line + 1, value
