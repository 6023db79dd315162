"""Reach: which validations a function gets to, through what it calls, depends upon and is decorated with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from analyzers.code import INSTANCE, Code, Found, Where
from analyzers.outline import (
    Assign,
    Call,
    Class,
    Const,
    Def,
    Dict,
    Expr,
    Item,
    Lambda,
    Param,
    Ref,
    Return,
    Several,
    expressions_in,
    expressions_of,
    functions_in,
)
from analyzers.resolve import Key as Question
from analyzers.rules.auth.gate import is_looked_into
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.endpoints.flow import Called, Certain, Passed, Role, Walk
from analyzers.rules.endpoints.model import (
    DEPTH,
    NOTHING,
    WIDTH,
    EndpointKind,
    Reached,
    Shown,
    doubtful,
    together,
)
from analyzers.rules.endpoints.refusals import asks_who, refuses
from analyzers.rules.endpoints.words import (
    claims_to_validate,
    is_credential,
    is_harmless,
    is_known,
    last_name,
    may_decorate,
    may_validate,
)
from analyzers.rules.imported import first_party_imports
from analyzers.snapshot import readable

_DEPENDS: Final = frozenset(
    {
        *("fastapi.Depends", "fastapi.Security", "fastapi.params.Depends", "fastapi.params.Security"),
        *("fastapi.param_functions.Depends", "fastapi.param_functions.Security"),
    }
)
_THREADS: Final = frozenset(
    {
        *("run_in_threadpool", "to_thread", "sync_to_async", "async_to_sync", "database_sync_to_async", "run_sync"),
        *("run_in_executor", "wait_for", "partial", "ensure_sync"),
    }
)
"""Functions that call what they are passed."""
_METHOD_DECORATOR: Final = "django.utils.decorators.method_decorator"
_FRAMEWORK: Final = ("fastapi.", "starlette.")
_HTTP_ONLY: Final = frozenset({"starlette.middleware.base.BaseHTTPMiddleware", "fastapi.middleware.BaseHTTPMiddleware"})
_WITH_BACKEND: Final = "starlette.middleware.authentication.AuthenticationMiddleware"

_Key = tuple[str, Role, bool, str]


class _Known(NamedTuple):
    """What a function was found to bring, and the questions that it took; `is_whole` if nothing was too far away."""

    passed: Passed
    depth: int
    is_whole: bool
    asked: frozenset[Question]


class _Draft(NamedTuple):
    """What was found while outlines were missing, which holds until more are fetched."""

    fetches: int
    known: _Known


class Guarding(NamedTuple):
    """What a middleware shows for requests and for WebSockets."""

    http: Shown = NOTHING
    websocket: Shown = NOTHING


class Reach:
    """The call graph of one survey, as far as it is asked for. What it finds is remembered if nothing was missing."""

    def __init__(self, code: Code, terms: AuthTerms) -> None:
        self.code = code
        self.terms = terms
        self.places: dict[str, Any] = {}
        """What views have found out about the statements of a file, by its path."""
        self._known: dict[_Key, _Known] = {}
        self._leading: dict[tuple[str, int], tuple[bool, frozenset[Question]]] = {}
        self._drafts: dict[_Key, _Draft] = {}
        self._under_way: set[_Key] = set()
        self._cuts = 0
        self._limits = 0
        self._kind: EndpointKind = "http"

    # Functions

    def passed(
        self,
        found: Found,
        role: Role,
        depth: int = DEPTH,
        *,
        depends: bool = False,
        passing: frozenset[str] = frozenset(),
    ) -> Passed:
        """What a whole function brings, with its decorators."""
        key = (found.dotted, role, depends, self._kind)
        known = self._known.get(key)
        if known is not None and (known.is_whole or known.depth == depth):
            self.code.resolver.ask(known.asked)
            return known.passed
        draft = self._drafts.get(key)
        if draft is not None and draft.fetches == self.code.fetches:
            self.code.misses += 1  # it had to do without something, and so has whoever asks for it
            self.code.resolver.ask(draft.known.asked)
            return draft.known.passed
        if key in self._under_way or not isinstance(found.node, Def):
            self._cuts += 1
            return Passed(NOTHING)
        misses, cuts, limits = self.code.misses, self._cuts, self._limits
        self._under_way.add(key)
        with self.code.resolver.asking() as asked:
            passed = self._walk(found.node, found, role, depth, depends, passing)
        self._under_way.discard(key)
        if self._cuts == cuts or not self._under_way:
            answer = _Known(passed, depth, self._limits == limits, frozenset(asked))
            if self.code.misses == misses:
                self._known[key] = answer
            else:
                self._drafts[key] = _Draft(self.code.fetches, answer)
        return passed

    def _walk(self, node: Def, found: Found, role: Role, depth: int, depends: bool, passing: frozenset[str]) -> Passed:
        where = found.where.inside(node)
        before = list(self._dependencies(node, where, depth)) if depends else []
        if role == "handler" and any(self._is_enough(called) for _, called in before):
            return Passed(together(_shown(called) for _, called in before if not called.soft))
        passed = Walk(self, where, role, depth, passing).run(before)
        if role != "helper" or not node.decorators:
            return passed
        around = [self.decorator(each, found.where, depth) for each in node.decorators]
        return Passed(together((*around, passed.shown)), passed.soft)

    def _is_enough(self, called: Called) -> bool:
        """Whether what is depended upon protects, whatever the handler does."""
        if called.soft or not called.certain:
            return False
        return self.terms.canonical is None or self.terms.canonical in called.certain

    def handler(self, found: Found, kind: EndpointKind, *, depends: bool = False) -> Shown:
        """What the body of a handler shows, and what it depends upon; its decorators are the framework's matter."""
        self._kind = kind
        shown = self.passed(found, "handler", depends=depends).shown
        self._kind = "http"
        return shown

    # Calls

    def called(self, call: Call, where: Where, depth: int) -> Called:
        """What a call brings."""
        last = last_name(call.func)
        if last in _THREADS and call.args:
            inner = next((each for each in call.args if isinstance(each, Ref) and self._is_function(each, where)), None)
            if inner is not None:
                return self.called(Call(inner, (), (), call.line, call.end_line), where, depth)
        if isinstance(call.func, Call) and last_name(call.func) in _THREADS:
            return Called()
        meaning = self.code.callee(call, where)
        pattern = self._pattern(meaning, last)
        if pattern is not None:
            return self._of_pattern(pattern, call, meaning, where, depth)
        if meaning is None or not self.code.resolver.is_first_party(meaning):
            return self._out_of_sight(call, meaning, where)
        return self._of_own(call, meaning, where, depth)

    def _of_own(self, call: Call, meaning: str, where: Where, depth: int) -> Called:
        """What a call of something of this repository brings."""
        step = self.step(meaning.rpartition(".")[2].removesuffix(INSTANCE), call.line, where)
        if not self._may_lead(self.code.resolver.known_part(meaning.removesuffix(INSTANCE)), depth):
            return Called(doubt=f"{step} is too far away") if may_validate(call, None) else Called()
        found = self._definition(meaning)
        if found is None:
            is_open = may_validate(call, None) or self._is_unread(call, where)
            return Called(doubt=f"{step} is not in sight") if is_open else Called()
        if not isinstance(found.node, Def):
            return Called()
        if depth <= 0:
            self._limits += 1
            return Called(doubt=f"{step} is too far away") if may_validate(call, None) else Called()
        return _behind(step, self.passed(found, "helper", depth - 1))

    def _may_lead(self, module: str, hops: int) -> bool:
        """Whether functions of a module may get to a validation or a refusal within so many calls.

        A call into another module takes an import, so that one of what a module imports, and what that imports, has to
        have to do with authentication.
        """
        key = (module, hops)
        known = self._leading.get(key)
        if known is None:
            with self.code.resolver.asking() as asked:
                found = self._leads(module, hops)
            known = self._leading[key] = found, frozenset(asked)
        self.code.resolver.ask(known[1])
        return known[0]

    def _leads(self, module: str, hops: int) -> bool:
        file = self.code.resolver.source(module)
        facts = None if file is None else readable(file)
        if file is None or facts is None or hops <= 0:
            return file is not None and facts is None
        imports = first_party_imports(file, facts, self.code.resolver)
        if self.terms.methods or is_looked_into(file, imports, self.terms):
            return True
        modules = {
            (imported.module or "") if imported.resolution is None else imported.resolution.chain[-1].module
            for imported in imports
        }
        return any(self._may_lead(each, hops - 1) for each in sorted(modules - {"", module}))

    def _pattern(self, meaning: str | None, last: str) -> str | None:
        """The pattern that what is called is, by its meaning and its last name."""
        named = self.terms.named
        if meaning is not None:
            inside = self.code.attribute(meaning, "__call__") if meaning.endswith(INSTANCE) else f"{meaning}.__init__"
            found = named.get(meaning) or (named.get(inside) if inside else None)
            if found is not None:
                return found
        return self.terms.methods.get(last)

    def _is_function(self, expr: Expr, where: Where) -> bool:
        meaning = self.code.meaning(expr, where)
        if meaning is None or meaning.endswith(INSTANCE):
            return False
        found = self._definition(meaning) if self.code.resolver.is_first_party(meaning) else None
        return self.terms.pattern_of(meaning) is not None or (found is not None and isinstance(found.node, Def))

    def _of_pattern(self, pattern: str, call: Call, meaning: str | None, where: Where, depth: int) -> Called:
        if self.is_optional(call, where):
            return Called()
        name = meaning or last_name(call.func)
        found = self._definition(name) if self.code.resolver.is_first_party(name) else None
        soft = False
        if found is not None and isinstance(found.node, Def) and depth > 0:
            soft = self.passed(found, "helper", min(depth - 1, 1)).soft
        return Called({pattern: (self.step(_short(name), call.line, where),)}, soft=soft)

    def _out_of_sight(self, call: Call, meaning: str | None, where: Where) -> Called:
        if not (may_validate(call, meaning) or _is_parameter(call, where) or self._is_unread(call, where)):
            return Called()
        name = meaning or (call.func.name if isinstance(call.func, Ref) else last_name(call.func)) or "a call"
        return Called(doubt=f"{self.step(_short(name), call.line, where)} may validate")

    def _is_unread(self, call: Call, where: Where) -> bool:
        """Whether what is called stands in a file of this repository that could not be read."""
        absolute = self.code.absolute(call.func, where.file) if isinstance(call.func, Ref) else None
        if absolute is None or not self.code.resolver.is_first_party(absolute):
            return False
        return self.code.resolver.is_unread(self.code.resolver.known_part(absolute))

    def is_optional(self, call: Call, where: Where) -> bool:
        """Whether a validation lets everybody pass: `optional=True`, a signature that is not verified."""
        for name, value in call.keywords:
            if name == "optional" and isinstance(value, Const) and value.value is True:
                return True
            if name == "options":
                options, _ = self.code.value(value, where)
                if isinstance(options, Dict) and any(_turns_off(key, each) for key, each in options.items):
                    return True
        return False

    def refusal(self, expr: Expr | None, where: Where) -> bool:
        """Whether what is raised, returned or called refuses somebody because of who he is."""
        if isinstance(expr, Ref) and "." not in expr.name:
            expr = self.code.value(expr, where)[0]
        return refuses(expr)

    def of_user(self, expr: Expr, where: Where) -> str:
        """Why an expression may depend on who somebody is."""
        asked = asks_who(expr)
        return f"{where.functions[-1].name} asks for {asked}" if asked else ""

    def step(self, name: str, line: int, where: Where) -> str:
        """One step of a chain."""
        return f"{name} ({where.file.path}:{line})"

    # Dependencies of FastAPI

    def _dependencies(self, node: Def, where: Where, depth: int) -> Iterator[tuple[str, Called]]:
        outside = Where(where.file, where.functions[:-1], where.around)
        for param in node.params:
            if param.annotation is not None and self._is_hidden(param.annotation, outside):
                step = self.step(_written(param.annotation), param.annotation.line, outside)
                yield param.name, Called(doubt=f"{step} is not in sight")
            for expr, place in self.depended_on(param, outside):
                yield param.name, self.dependency(expr, place, depth)

    def _is_hidden(self, annotation: Expr, where: Where) -> bool:
        """Whether an annotation may be an alias with a dependency in it that nobody can look at."""
        absolute = self.code.absolute(annotation, where.file) if isinstance(annotation, Ref) else None
        if absolute is None:
            return False
        if self.code.resolver.is_first_party(absolute):
            return not self.code.is_defined(absolute) and self.code.find(absolute) is None
        return not is_known(absolute) and is_credential(absolute.rpartition(".")[2])

    def depended_on_by(self, dotted: str) -> Shown:
        """What a class is filled by whose methods are handlers: its attributes, and its constructor's parameters."""
        shown: list[Shown] = []
        for base in self.code.lineage(dotted):
            if isinstance(base, str):
                shown.append(NOTHING if is_known(base) else doubtful(f"{base} is not in sight"))
            elif isinstance(base.node, Class):
                inside = Where(base.where.file, (), base.node)
                for each in base.node.body:
                    if isinstance(each, Assign) and isinstance(each.targets[0], Ref):
                        param = Param(each.targets[0].name, "", each.annotation, each.value)
                        shown += [self.unseen(self.dependency(*on)) for on in self.depended_on(param, inside)]
                    elif isinstance(each, Def) and each.name == "__init__":
                        made = self.passed(Found(f"{base.dotted}.__init__", each, inside), "helper", depends=True)
                        shown.append(self.unseen(_behind(_short(base.dotted), made)))
        return together(shown)

    def depended_on(self, param: Param, where: Where) -> Iterator[tuple[Expr, Where]]:
        """What a parameter is filled by, where it is depended upon."""
        asked = [] if param.default is None else [(param.default, where)]
        if param.annotation is not None:
            asked += self._annotated(param.annotation, where)
        for expr, place in asked:
            if isinstance(expr, Call) and self.is_depends(expr, place):
                on = _depended(expr)
                if on is not None:
                    yield on, place
                elif param.annotation is not None:
                    yield self._annotated_class(param.annotation, where)

    def is_depends(self, call: Call, where: Where) -> bool:
        """Whether a call says that something is depended upon."""
        return self.code.callee(call, where) in _DEPENDS

    def _annotated(self, annotation: Expr, where: Where, steps: int = 4) -> list[tuple[Expr, Where]]:
        annotation, where = self.code.value(annotation, where)
        if steps <= 0 or not isinstance(annotation, Item) or not isinstance(annotation.key, Several):
            return []
        if last_name(annotation.value) != "Annotated" or not annotation.key.items:
            return []
        first, *rest = annotation.key.items
        return [(each, where) for each in rest] + self._annotated(first, where, steps - 1)

    def _annotated_class(self, annotation: Expr, where: Where) -> tuple[Expr, Where]:
        annotation, where = self.code.value(annotation, where)
        if isinstance(annotation, Item) and isinstance(annotation.key, Several) and annotation.key.items:
            return annotation.key.items[0], where
        return annotation, where

    def dependency(self, expr: Expr, where: Where, depth: int = DEPTH) -> Called:
        """What depending upon something brings."""
        step = self.step(_written(expr), expr.line, where)
        meaning = self.code.meaning(expr, where)
        pattern = self.terms.pattern_at(expr, where, self.code) or self._pattern_of_instance(meaning)
        if pattern is not None:
            found = self._definition(meaning) if meaning else None
            soft = found is not None and self.passed(found, "helper", 1, depends=True).soft
            return Called({pattern: (step,)}, soft=soft)
        functions = self._callables(expr, meaning, where)
        if functions is None:
            return self._foreign_dependency(expr, meaning, where, step)
        if depth <= 0:
            self._limits += 1
            return Called(doubt=f"{step} is too far away")
        brought = [_behind(step, self.passed(each, "helper", depth - 1, depends=True)) for each in functions]
        return _claimed(_written(expr), step, _all_of(brought))

    def unseen(self, called: Called) -> Shown:
        """What something shows whose result nobody looks at."""
        if not called.soft:
            return _shown(called)
        return _shown(Called({}, {**called.certain, **called.perhaps}, called.doubt))

    def _pattern_of_instance(self, meaning: str | None) -> str | None:
        if meaning is None or not meaning.endswith(INSTANCE):
            return None
        of_class = meaning.removesuffix(INSTANCE)
        return self.terms.pattern_of(of_class) or self.terms.pattern_of(f"{of_class}.__call__")

    def _callables(self, expr: Expr, meaning: str | None, where: Where) -> tuple[Found, ...] | None:
        """The functions that are run for a dependency; None where they are not in sight."""
        if meaning is not None and self.code.resolver.is_first_party(meaning):
            found = self._definition(meaning)
            if found is not None and isinstance(found.node, Def):
                return (found,)
            if found is not None and isinstance(found.node, Class):
                return self._of_class(found.dotted, "__call__" if meaning.endswith(INSTANCE) else "__init__")
            return None
        value, place = self.code.value(expr, where)
        if isinstance(value, Call):
            factory = self._function_of(value.func, place)
            return None if factory is None else tuple(self.returned(factory)) or None
        return None

    def _of_class(self, dotted: str, method: str) -> tuple[Found, ...] | None:
        for base in self.code.lineage(dotted):
            if isinstance(base, str):
                is_known = base.startswith((*_FRAMEWORK, "pydantic."))
                return () if is_known or method == "__init__" else None
            if isinstance(base.node, Class) and base.node.method(method) is not None:
                found = self.code.find(f"{base.dotted}.{method}")
                return (found,) if found is not None else None
        return () if method == "__init__" else None

    def _foreign_dependency(self, expr: Expr, meaning: str | None, where: Where, step: str) -> Called:
        value, place = self.code.value(expr, where)
        if isinstance(value, Call):
            pattern = self.terms.pattern_of_call(value, place, self.code)
            if pattern is not None:
                return Called() if self.is_optional(value, place) else Called({pattern: (step,)})
            meaning = meaning or self.code.callee(value, place)
        if isinstance(value, Lambda):
            doubts = [
                call for call in expressions_in(value.body) if isinstance(call, Call) and may_validate(call, None)
            ]
            return Called(doubt=f"{step} may validate") if doubts else Called()
        if meaning is not None and meaning.startswith(_FRAMEWORK):
            return Called()
        return Called(doubt=f"{step} is not in sight")

    def returned(self, factory: Found) -> Iterator[Found]:
        """The functions inside a function that it returns."""
        if not isinstance(factory.node, Def):
            return
        inside = factory.where.inside(factory.node)
        for statement in factory.node.statements:
            if isinstance(statement, Return) and isinstance(statement.value, Ref):
                name = statement.value.name
                found = self.code.find(f"{factory.dotted}.{name}")
                if found is None or not isinstance(found.node, Def):
                    meaning = self.code.meaning(statement.value, inside)
                    found = self._definition(meaning) if meaning else None
                if found is not None and isinstance(found.node, Def):
                    yield found

    def _definition(self, meaning: str) -> Found | None:
        return self.code.find(meaning.removesuffix(INSTANCE))

    def _function_of(self, expr: Expr, where: Where) -> Found | None:
        meaning = self.code.meaning(expr, where)
        if meaning is None or not self.code.resolver.is_first_party(meaning):
            return None
        found = self._definition(meaning)
        if found is not None and isinstance(found.node, Class) and meaning.endswith(INSTANCE):
            found = next(iter(self._of_class(found.dotted, "__call__") or ()), None)
        return found if found is not None and isinstance(found.node, Def) else None

    # Decorators

    def decorator(self, expr: Expr, where: Where, depth: int = DEPTH) -> Shown:
        """What decorating a function with something shows."""
        call = expr if isinstance(expr, Call) else None
        target = call.func if call is not None else expr
        if call is not None and self.code.callee(call, where) == _METHOD_DECORATOR and call.args:
            inner = call.args[0].items if isinstance(call.args[0], Several) else (call.args[0],)
            return together(self.decorator(each, where, depth) for each in inner)
        pattern = self.terms.pattern_at(target, where, self.code)
        if pattern is not None:
            step = self.step(_written(target), expr.line, where)
            return NOTHING if call is not None and self.is_optional(call, where) else _certain({pattern: (step,)})
        factory = self._function_of(target, where)
        if factory is not None and isinstance(factory.node, Def):
            return self._own_decorator(factory, factory.node, expr, where, depth)
        return self._foreign_decorator(expr, target, where, depth)

    def _own_decorator(self, factory: Found, node: Def, expr: Expr, where: Where, depth: int) -> Shown:
        step = self.step(_written(expr), expr.line, where)
        if depth <= 0:
            self._limits += 1
            return doubtful(f"{step} is too far away")
        wrappers = list(self._wrappers(factory, node))[:WIDTH]
        brought = [
            _behind(step, self.passed(found, "wrapper", depth - 1, passing=passing)) for found, passing in wrappers
        ]
        itself = _behind(step, self.passed(factory, "helper", depth - 1))
        return _shown(_claimed(_written(expr), step, _all_of(brought) if brought else itself))

    def _wrappers(self, factory: Found, node: Def) -> Iterator[tuple[Found, frozenset[str]]]:
        """The functions inside a decorator that call what it is given."""
        passing = frozenset(param.name for param in node.params)
        for inner, _ in functions_in(node.body):
            passing |= frozenset(param.name for param in inner.params if not param.kind)
        for inner, _ in functions_in(node.body):
            own = frozenset(param.name for param in inner.params)
            outer = passing - own
            if outer and _calls_one_of(inner, outer):
                module = factory.dotted.removesuffix(node.qualname)
                found = self.code.find(module + inner.qualname)
                if found is not None:
                    yield found, outer

    def _foreign_decorator(self, expr: Expr, target: Expr, where: Where, depth: int) -> Shown:
        meaning = self.code.meaning(target, where)
        value, place = self.code.value(target, where)
        if meaning is None and value is not target and depth > 0:
            return self.decorator(value, place, depth - 1)
        if may_decorate(target, meaning):
            return doubtful(f"{self.step(_written(target), expr.line, where)} is not in sight")
        return NOTHING

    # Middleware and hooks

    def hook(self, expr: Expr, where: Where) -> Shown:
        """What a function shows that is run before each handler and refuses by returning something."""
        step = self.step(_written(expr), expr.line, where)
        found = self._function_of(expr, where)
        if found is None:
            value, place = self.code.value(expr, where)
            pattern = self.terms.pattern_at(value.func if isinstance(value, Call) else value, place, self.code)
            return _certain({pattern: (step,)}) if pattern else doubtful(f"{step} is not in sight")
        return _shown(_behind(step, self.passed(found, "hook")))

    def connecting(self, found: Found) -> Shown:
        """What a function shows that is run when somebody connects and refuses by saying False."""
        step = self.step(_short(found.dotted), found.node.line, found.where)
        return _shown(_behind(step, self.passed(found, "connect")))

    def unseen_of(self, found: Found) -> Shown:
        """What a function shows that is run before others, and whose result nobody looks at."""
        step = self.step(_short(found.dotted), found.node.line, found.where)
        return self.unseen(_behind(step, self.passed(found, "helper")))

    def wrapping(self, found: Found, passing: frozenset[str], step: str, kind: EndpointKind = "http") -> Shown:
        """What a function shows that lets pass by calling one of these names."""
        self._kind = kind
        shown = _shown(_behind(step, self.passed(found, "wrapper", passing=passing)))
        self._kind = "http"
        return shown

    @property
    def kind(self) -> EndpointKind:
        """Whether what is walked through now answers a request or a WebSocket."""
        return self._kind

    def middleware(self, expr: Expr, where: Where, options: Call | None = None) -> Guarding:
        """What a class of middleware, or a function of the kind, shows."""
        step = self.step(_written(expr), expr.line, where)
        meaning = self.code.meaning(expr, where)
        of_class = meaning.removesuffix(INSTANCE) if meaning else None
        if of_class is None or meaning is None:
            return self._made_middleware(expr, where, step)
        if of_class == _WITH_BACKEND:
            shown = self._backend(options, where, step)
            return Guarding(shown, shown)
        function = self._function_of(expr, where)
        if function is not None and isinstance(function.node, Def) and not meaning.endswith(INSTANCE):
            shown = self.wrapping(function, _second(function.node), step)
            return Guarding(shown, shown)
        bases = list(self.code.lineage(of_class))
        http_only = any(base in _HTTP_ONLY for base in bases)
        pattern = self.terms.pattern_of(of_class)
        if pattern is not None:
            shown = _certain({pattern: (step,)})
            return Guarding(shown, NOTHING if http_only else shown)
        return self._of_middleware_class(of_class, bases, step, http_only)

    def _made_middleware(self, expr: Expr, where: Where, step: str) -> Guarding:
        """What a function made by another one shows: `gate_for("admin")`."""
        functions = self._callables(expr, None, where)
        if functions is None:
            return Guarding(doubtful(f"{step} is not in sight"), doubtful(f"{step} is not in sight"))
        shown = [self.wrapping(each, _second(each.node), step) for each in functions if isinstance(each.node, Def)]
        return Guarding(together(shown), together(shown))

    def certain(self, pattern: str, name: str) -> Shown:
        """A pattern that something has by its name alone."""
        return _certain({pattern: (_short(name),)})

    def django_middleware(self, name: str) -> Shown:
        """What a class or a function in Django's MIDDLEWARE shows."""
        found = self._definition(self.code.resolver.defined_as(name))
        if found is None:
            return doubtful(f"{name} is not in sight")
        step = self.step(_short(name), found.node.line, found.where)
        if isinstance(found.node, Def):
            wrappers = list(self._wrappers(found, found.node))
            return together(self.wrapping(each, passing, step) for each, passing in wrappers)
        shown = []
        for method in ("__call__", "process_request", "process_view"):
            inner = next(iter(self._of_class(found.dotted, method) or ()), None)
            if inner is not None and isinstance(inner.node, Def) and isinstance(found.node, Class):
                if method == "__call__":
                    shown.append(self.wrapping(inner, _passing(inner.node, found.node), step))
                else:
                    shown.append(_shown(_behind(step, self.passed(inner, "hook"))))
        return together(shown)

    def _of_middleware_class(self, of_class: str, bases: list[Found | str], step: str, http_only: bool) -> Guarding:
        for base in bases:
            if isinstance(base, str):
                if base in _HTTP_ONLY or is_harmless(base):
                    continue
                shown = doubtful(f"{step} is not in sight")
                return Guarding(shown, shown)
            if isinstance(base.node, Def):
                continue
            for name in ("dispatch", "__call__"):
                found = self.code.find(f"{base.dotted}.{name}")
                if found is not None and isinstance(found.node, Def):
                    passing = _passing(found.node, base.node if isinstance(base.node, Class) else None)
                    http = self.wrapping(found, passing, step)
                    return Guarding(http, NOTHING if http_only else self.wrapping(found, passing, step, "websocket"))
        return Guarding()

    def _backend(self, options: Call | None, where: Where, step: str) -> Shown:
        """Starlette's middleware refuses nobody unless its backend raises."""
        backend = None if options is None else options.keyword("backend")
        meaning = None if backend is None else self.code.meaning(backend, where)
        if meaning is None or not self.code.resolver.is_first_party(meaning):
            return doubtful(f"{step}: its backend is not in sight")
        found = next(iter(self._of_class(meaning.removesuffix(INSTANCE), "authenticate") or ()), None)
        passed = Passed(NOTHING) if found is None else self.passed(found, "helper")
        return NOTHING if passed.soft else _shown(_behind(step, passed))


def _passing(method: Def, around: Class | None) -> frozenset[str]:
    """What a middleware calls to let pass: a parameter of its method, or what its constructor was given."""
    names = {param.name for param in method.params[2:] if "next" in param.name or param.name == "handler"}
    names |= {"self.app", "self._app", "self.get_response", "self.inner", "self.next", "self.asgi"}
    init = None if around is None else around.method("__init__")
    for statement in init.statements if init is not None else ():
        given = init.params[1].name if init is not None and init.params[1:] else None
        if isinstance(statement, Assign) and isinstance(statement.value, Ref) and statement.value.name == given:
            names |= {target.name for target in statement.targets if isinstance(target, Ref)}
    return frozenset(names)


def _second(function: Def) -> frozenset[str]:
    """What a function of the kind `gate(request, handler)` calls to let pass."""
    return frozenset(param.name for param in function.params[1:])


def _calls_one_of(function: Def, names: frozenset[str]) -> bool:
    for statement in function.statements:
        for expr in expressions_of(statement):
            for part in expressions_in(expr):
                if isinstance(part, Call) and _is_one_of(part, names):
                    return True
    return False


def _is_one_of(call: Call, names: frozenset[str]) -> bool:
    if isinstance(call.func, Ref):
        return call.func.name in names
    return isinstance(call.func, Call) and any(isinstance(a, Ref) and a.name in names for a in call.func.args)


def _expressions(statement: object) -> Iterable[Expr]:
    from analyzers.outline import expressions_of

    return expressions_of(statement)  # type: ignore[arg-type]


def _is_parameter(call: Call, where: Where) -> bool:
    """Whether what is called was passed in, so that it may be anything."""
    if not isinstance(call.func, Ref) or "." in call.func.name or call.func.target is not None:
        return False
    return any(param.name == call.func.name for function in where.functions for param in function.params)


def _depended(call: Call) -> Expr | None:
    return call.args[0] if call.args else call.keyword("dependency")


def _turns_off(key: Expr | None, value: Expr) -> bool:
    is_named = isinstance(key, Const) and key.value == "verify_signature"
    return is_named and isinstance(value, Const) and not value.value


def _short(name: str) -> str:
    """The end of a long dotted name."""
    return ".".join(name.removesuffix(INSTANCE).rsplit(".", 2)[-2:])


def _written(expr: Expr) -> str:
    """What an expression is called in a chain."""
    if isinstance(expr, Call):
        return _written(expr.func)
    return expr.name if isinstance(expr, Ref) else last_name(expr) or "a function"


def _certain(certain: Certain) -> Shown:
    return Shown(tuple(Reached(name, chain) for name, chain in certain.items()))


def _behind(step: str, passed: Passed) -> Called:
    """What a function brings, told from where it is called."""
    shown = passed.shown
    return Called(
        {each.pattern: (step, *each.chain) for each in shown.reached},
        {each.pattern: (step, *each.chain) for each in shown.perhaps},
        f"{step}: {shown.doubt}" if shown.doubt else "",
        passed.soft,
    )


def _shown(called: Called) -> Shown:
    reached = tuple(Reached(name, chain) for name, chain in called.certain.items())
    perhaps = tuple(Reached(name, chain) for name, chain in called.perhaps.items() if name not in called.certain)
    return Shown(reached, perhaps, called.doubt)


def _claimed(name: str, step: str, called: Called) -> Called:
    """What is named like a validation and shows none may be one that cannot be followed."""
    if called.certain or called.perhaps or called.doubt or not claims_to_validate(name.rpartition(".")[2]):
        return called
    return Called(doubt=f"{step} shows no validation, in spite of its name", soft=called.soft)


def _all_of(several: list[Called]) -> Called:
    """What several functions bring of which one is run."""
    if not several:
        return Called()
    first, *rest = several
    certain = {name: chain for name, chain in first.certain.items() if all(name in each.certain for each in rest)}
    perhaps = {name: chain for each in several for name, chain in (*each.certain.items(), *each.perhaps.items())}
    doubt = next((each.doubt for each in several if each.doubt), "")
    return Called(certain, perhaps, doubt, any(each.soft for each in several))
