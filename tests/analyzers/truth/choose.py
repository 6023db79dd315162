"""Terms for a tree of which nobody has written any: symbols and contracts that its own imports suggest."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.analyzers.truth.code import Code
from tests.analyzers.truth.compare import Counted, Terms
from tests.analyzers.truth.graph import Arrows
from tests.analyzers.truth.names import Names


def terms_for(tree: Counted) -> Terms:
    """The five names that are imported most, from where they are defined, and five more from where they are handed on.

    The parts of the largest package are to be layers in the order of the alphabet, and the first is to know nothing of
    the last, nor of `typing`.
    """
    parts = parts_of_the_largest(tree.names.code, tree.imports)
    symbols = most_imported(tree.names)
    return Terms(symbols, infer=False, forbidden=(parts[0], [parts[-1], "typing"]), layers=tuple(parts[:3]))


def most_imported(names: Names) -> dict[str, str]:
    """Names with the modules that are to be canonical."""
    paths: dict[str, Counter[str]] = defaultdict(Counter)
    for file in names.code.files:
        for each in file.imports:
            if each.module is not None and each.name is not None:
                answer = names.follow(each.module, each.name)
                if answer.kind == "definition" and answer.name == each.name:
                    paths[each.name][each.module] += 1
                    paths[each.name][answer.module] += 0
    ranked = sorted(paths, key=lambda name: (-paths[name].total(), name))
    defined = {name: names.follow(max(paths[name], key=paths[name].__getitem__), name).module for name in ranked}
    handed_on = [name for name in ranked[5:] if len(paths[name]) > 1][:5]
    chosen = {name: defined[name] for name in ranked[:5]}
    return chosen | {name: next(each for each in sorted(paths[name]) if each != defined[name]) for name in handed_on}


def parts_of_the_largest(code: Code, imports: Arrows) -> list[str]:
    """The modules and packages right in the largest package, the four that import most, by name."""
    sizes = Counter(module.partition(".")[0] for module in code.modules)
    largest = min(sizes, key=lambda name: (-sizes[name], name))
    counts: Counter[str] = Counter()
    for module, targets in imports.items():
        parts = module.split(".")
        if parts[0] == largest and len(parts) > 1:
            counts[".".join(parts[:2])] += len(targets)
    return sorted(sorted(counts, key=lambda name: (-counts[name], name))[:4])
