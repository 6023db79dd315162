"""What a name means: followed by hand from file to file, by the words of docs/rules.md and Python's own rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from tests.analyzers.truth.bindings import Binding, bindings_of, exported, said_at_run_time
from tests.analyzers.truth.code import Code, File

Kind = Literal["definition", "module", "external", "missing", "unknown", "circle"]

EVERY_MODULE_HAS: Final = frozenset(
    {
        "__annotations__",
        "__builtins__",
        "__cached__",
        "__class__",
        "__dict__",
        "__doc__",
        "__file__",
        "__init__",
        "__loader__",
        "__name__",
        "__package__",
        "__path__",
        "__spec__",
    }
)
WRITTEN_BY_A_BUILD: Final = frozenset({"_version", "version", "_build", "parsetab", "lextab"})


@dataclass(frozen=True)
class Answer:
    """Where a name leads. `steps` are the modules that it leads through, from the one that was asked."""

    kind: Kind
    module: str = ""
    name: str = ""
    steps: tuple[str, ...] = ()


class Names:
    """What the names of all modules mean."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.bindings = {module: list(self._bindings(module, file)) for module, file in code.modules.items()}
        said = {file.path: said_at_run_time(file) for file in code.files}
        self.uncertain = {module for module, file in code.modules.items() if "names" in said[file.path]}
        self.uncertain |= {module for module in code.modules if "__getattr__" in self._bound_in(module)}
        self.extending = {module for module, file in code.modules.items() if "modules" in said[file.path]}
        self.changing_the_path = {path for path, kinds in said.items() if "path" in kinds}
        broken = {path.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".") for path in code.unread}
        self.not_read = code.built | broken
        """Modules that are there, but not as Python that can be read."""
        self.all = {module: exported(file) for module, file in code.modules.items()}

    def _bound_in(self, module: str) -> set[str]:
        return {each.name for each in self.bindings[module]}

    def _bindings(self, module: str, file: File) -> Iterator[Binding]:
        """Every name that a module binds. An import from itself binds its submodule, or what the name was before."""
        for each in bindings_of(file):
            if (each.module, each.source) != (module, each.name) or self.is_module(f"{module}.{each.name}"):
                yield each

    def follow(self, module: str, name: str, seen: frozenset[tuple[str, str]] = frozenset()) -> Answer:
        """Where `from module import name` ends."""
        if not self.code.is_ours(module):
            return Answer("external")
        if (module, name) in seen:
            return Answer("circle")
        answer = self._in_module(module, name, seen | {(module, name)})
        return Answer(answer.kind, answer.module, answer.name, (module, *answer.steps))

    def _in_module(self, module: str, name: str, seen: frozenset[tuple[str, str]]) -> Answer:
        if module not in self.code.modules:
            return self._without_file(module, name)
        bound = self._bound(module, name)
        if not bound:
            return self._unbound(module, name, self._by_star(module, name, seen))
        later = self._by_star(module, name, seen, after=bound[-1].line)
        if later is not None and later.kind == "definition":
            return later
        answer = self._of_binding(module, bound[-1], seen)
        if answer.kind == "missing" and bound[-1].module is not None:
            answer = self._second_choice(module, bound[-1], seen)
        if answer.kind == "circle":
            submodule = f"{module}.{name}"
            return Answer("module", submodule) if self.is_module(submodule) else Answer("unknown")
        return answer

    def _bound(self, module: str, name: str) -> list[Binding]:
        """What binds a name in a module; functions and handlers of ImportError count if nothing else does."""
        bound = [each for each in self.bindings[module] if each.name == name]
        bound = [each for each in bound if not each.is_open] or bound
        return [each for each in bound if not each.second_choice] or bound

    def _second_choice(self, module: str, first: Binding, seen: frozenset[tuple[str, str]]) -> Answer:
        """What the handler binds, if the module of the first choice is not here. Other branches cannot be told."""
        others = [each for each in self.bindings[module] if each.name == first.name and each is not first]
        if not others:
            return Answer("missing")
        if not others[-1].second_choice or (first.module is not None and self.is_module(first.module)):
            return Answer("unknown")
        return self._of_binding(module, others[-1], seen)

    def _of_binding(self, module: str, binding: Binding, seen: frozenset[tuple[str, str]]) -> Answer:
        if binding.is_open:
            return Answer("unknown")
        if binding.alias is not None:
            return self._of_alias(module, binding, seen)
        if binding.module is None:
            return Answer("definition", module, binding.name)
        if binding.source is not None:
            return self.follow(binding.module, binding.source, seen)
        return self._of_module(binding.module)

    def _of_module(self, module: str) -> Answer:
        if not self.code.is_ours(module):
            return Answer("external")
        if self.is_module(module):
            return Answer("module", module)
        return Answer("unknown" if self.cannot_tell(module) else "missing")

    def _of_alias(self, module: str, binding: Binding, seen: frozenset[tuple[str, str]]) -> Answer:
        """What the right side meant in that line: the last that was bound above it."""
        head, *rest = binding.alias or []
        here = Answer("definition", module, binding.name)
        above = [each for each in self._bound(module, head) if each.line < binding.line]
        if above and self._is_bound_anew(module, above[-1]):
            return here if head == binding.name and not rest else Answer("unknown")
        if above:
            answer = self._of_binding(module, above[-1], seen)
        elif self._bound(module, head):
            return here
        else:
            answer = self._by_star(module, head, seen, before=binding.line) or here
        for name in rest:
            if answer.kind != "module":
                return here
            answer = self.follow(answer.module, name, seen)
        return answer

    def _is_bound_anew(self, module: str, binding: Binding) -> bool:
        """Whether a definition is replaced further down: two things of one name, which no path tells apart."""
        defines = binding.module is None and binding.alias is None
        return defines and self._bound(module, binding.name)[-1] is not binding

    def _by_star(
        self, module: str, name: str, seen: frozenset[tuple[str, str]], *, after: int = 0, before: int = 10**9
    ) -> Answer | None:
        """What the star imports between two lines of a module bring under a name, the last of them first."""
        for line, source in reversed(self.stars(module)):
            brought = self._from_star(source, name, seen) if after < line < before else None
            if brought is not None:
                return brought
        return None

    def stars(self, module: str) -> list[tuple[int, str]]:
        """The modules of which a module imports everything, with the lines. Nothing, where the dots lead nowhere."""
        imports = self.code.modules[module].imports
        return [(each.line, each.module or "") for each in imports if each.name == "*" and not each.place.main_only]

    def _from_star(self, source: str, name: str, seen: frozenset[tuple[str, str]]) -> Answer | None:
        if source not in self.code.modules:
            return Answer("unknown")
        names, complete = self.all[source]
        if names is None:
            if name.startswith("_"):
                return None
        elif name not in names:
            return None if complete else Answer("unknown")
        answer = self.follow(source, name, seen)
        if answer.kind in {"circle", "missing"}:
            return None
        bound = any(each.name == name for each in self.bindings[source])
        if names is None and answer.kind == "module" and not bound and not self.stars(source):
            return Answer("unknown")
        return answer

    def _unbound(self, module: str, name: str, brought: Answer | None) -> Answer:
        """What a module gives under a name that no statement in it binds, but perhaps a star import."""
        if brought is not None and brought.kind != "unknown":
            return brought
        if self.is_module(f"{module}.{name}"):
            return Answer("module", f"{module}.{name}")
        if brought is not None or name in EVERY_MODULE_HAS or module in self.uncertain:
            return Answer("unknown")
        return Answer("unknown" if self._may_hold(self.code.modules[module], name) else "missing")

    def _may_hold(self, file: File, name: str) -> bool:
        """Whether a package may have a submodule that is not here."""
        not_here = f"{file.module}.{name}" in self.not_read or is_built(name) or file.module in self.extending
        return file.is_package and not_here

    def _without_file(self, module: str, name: str) -> Answer:
        inside = f"{module}.{name}"
        if self.is_module(inside):
            return Answer("module", inside)
        return Answer("unknown" if self.cannot_tell(inside) else "missing")

    def is_module(self, module: str) -> bool:
        """Whether there is a module of that name."""
        return self.code.exists(module)

    def cannot_tell(self, module: str) -> bool:
        """Whether a module that is not here may be there all the same, or one that it lies in."""
        code = self.code
        parts = module.split(".")
        if parts[0] in code.folders and parts[0] not in code.modules:
            return True
        for depth in range(1, len(parts) + 1):
            place = ".".join(parts[:depth])
            if place in code.modules:
                if place != module and (place in self.uncertain or place in self.extending):
                    return True
            elif place not in code.folders and (place in self.not_read or is_built(parts[depth - 1])):
                return True
        return False


def is_built(name: str) -> bool:
    """Whether modules of that name are written by a build."""
    return name in WRITTEN_BY_A_BUILD or name == "__init__" or name.endswith(("_pb2", "_pb2_grpc"))
