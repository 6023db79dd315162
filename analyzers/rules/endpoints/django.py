"""Django and Django REST framework: views, their classes, urlpatterns, settings."""

from __future__ import annotations

from typing import Final

from analyzers.code import INSTANCE, Found, Where
from analyzers.outline import (
    Assign,
    Call,
    Class,
    Const,
    Def,
    Dict,
    Expr,
    Join,
    Other,
    Ref,
    Several,
    expressions_in,
    expressions_of,
)
from analyzers.rules.endpoints.model import DJANGO, DRF, NOTHING, Shown, doubtful, together
from analyzers.rules.endpoints.view import Site, View, receiver
from analyzers.rules.endpoints.words import last_name, validates_by_name

_PATHS: Final = frozenset(
    {
        *("django.urls.path", "django.urls.re_path", "django.urls.conf.path", "django.urls.conf.re_path"),
        *("django.conf.urls.url", "django.urls.url", "django.conf.urls.re_path"),
    }
)
_INCLUDES: Final = frozenset({"django.urls.include", "django.conf.urls.include", "django.urls.conf.include"})
_METHOD_DECORATOR: Final = "django.utils.decorators.method_decorator"
_NOT_REQUIRED: Final = "django.contrib.auth.decorators.login_not_required"
_API_VIEW: Final = "rest_framework.decorators.api_view"
_PERMISSIONS: Final = "rest_framework.decorators.permission_classes"
_ACTION: Final = frozenset({"rest_framework.decorators.action", "rest_framework.decorators.detail_route"})
_ALLOW_ANY: Final = "rest_framework.permissions.AllowAny"
_BASE_PERMISSION: Final = "rest_framework.permissions.BasePermission"

_HTTP: Final = ("get", "post", "put", "patch", "delete", "head", "options")
_VIEWSET: Final = ("list", "create", "retrieve", "update", "partial_update", "destroy")
_DECIDING: Final = ("get_permissions", "check_permissions", "initial", "permission_denied", "get_authenticators")
_ROUTERS: Final = "rest_framework.routers."


def survey_django(view: View) -> None:
    """Note down what a file says about Django."""
    for found in view.functions:
        if isinstance(found.node, Def) and found.where.around is None and not found.where.functions:
            _function_view(view, found, found.node)
    for found in view.classes:
        if isinstance(found.node, Class):
            _class_view(view, found, found.node)
    _urlconf(view)
    for spot in view.spots:
        if isinstance(spot.statement, Assign) and not spot.where.functions and spot.where.around is None:
            _setting(view, spot.statement, spot.where)


# Views that are functions


def _function_view(view: View, found: Found, node: Def) -> None:
    if not node.params or node.params[0].name not in ("request", "req", "_request"):
        return
    if not view.imports({"django", "rest_framework", "ninja"}):
        return
    names = [_decorator_name(view, each, found.where) for each in node.decorators]
    is_api = _API_VIEW in names
    shown = view.reach.handler(found, "http")
    own = [
        view.reach.decorator(each, found.where)
        for each, name in zip(node.decorators, names, strict=True)
        if name not in (_API_VIEW, _PERMISSIONS, _NOT_REQUIRED)
    ]
    defaults: tuple[str, ...] = () if _NOT_REQUIRED in names else (DJANGO,)
    if is_api:
        defaults = (DRF,)
    if _PERMISSIONS in names:
        decorator = node.decorators[names.index(_PERMISSIONS)]
        argument = decorator.args[0] if isinstance(decorator, Call) and decorator.args else None
        own.append(_permissions(view, argument, found.where))
        defaults = ()
    framework = "Django REST framework" if is_api else "Django"
    view.endpoint(found, found.dotted, (shown, *own), framework=framework, waits=True, defaults=defaults)


def _decorator_name(view: View, decorator: Expr, where: Where) -> str | None:
    return view.code.meaning(decorator.func if isinstance(decorator, Call) else decorator, where)


# Views that are classes


def _class_view(view: View, found: Found, node: Class) -> None:
    lineage = list(view.code.lineage(found.dotted))
    kinds = {each for each in lineage if isinstance(each, str)}
    is_api = any(each.startswith("rest_framework.") for each in kinds)
    if not is_api and not any(".views." in each and each.startswith("django.") for each in kinds):
        return
    if any(each.startswith(("rest_framework.permissions", "rest_framework.serializers")) for each in kinds):
        return
    around = [_mixins(view, lineage), _dispatch(view, found)]
    defaults: tuple[str, ...] = (DJANGO,)
    if _NOT_REQUIRED in [_decorator_name(view, each, found.where) for each in node.decorators]:
        defaults = ()
    if is_api:
        own = _class_permissions(view, lineage)
        defaults = (DRF,) if own is None else ()
        around.append(own or NOTHING)
    framework = "Django REST framework" if is_api else "Django"
    handlers = _handlers(view, node, found)
    for method, name in handlers:
        parts = [_class_decorators(view, lineage, method.name), *around]
        _class_endpoint(view, found, method, name, parts, framework, defaults)
    if not handlers and not _is_base(node):
        parts = [_class_decorators(view, lineage, ""), *around]
        view.endpoint(found, found.dotted, parts, framework=framework, waits=True, defaults=defaults)


def _handlers(view: View, node: Class, found: Found) -> list[tuple[Def, str]]:
    names = {name: name.upper() for name in _HTTP}
    if any("viewsets" in kind or "GenericViewSet" in kind for kind in view.kinds(found.dotted)):
        names |= dict.fromkeys(_VIEWSET, "")
    handlers = []
    for statement in node.body:
        if not isinstance(statement, Def):
            continue
        is_action = statement.name not in names and any(
            _decorator_name(view, each, found.where) in _ACTION for each in statement.decorators
        )
        if statement.name in names or is_action:
            handlers.append((statement, names.get(statement.name, "")))
    return handlers


def _class_endpoint(
    view: View,
    found: Found,
    method: Def,
    name: str,
    around: list[Shown],
    framework: str,
    defaults: tuple[str, ...],
) -> None:
    inside = Where(found.where.file, (), found.node if isinstance(found.node, Class) else None)
    handler = Found(f"{found.dotted}.{method.name}", method, inside)
    parts = list(around)
    for decorator in method.decorators:
        action = _decorator_name(view, decorator, inside) in _ACTION
        permissions = decorator.keyword("permission_classes") if isinstance(decorator, Call) and action else None
        if permissions is not None:
            parts = [*parts[:-1], _permissions(view, permissions, inside)]
            defaults = ()
        if not action:
            parts.append(view.reach.decorator(decorator, inside))
    shown = view.reach.handler(handler, "http")
    view.endpoint(
        handler, found.dotted, (shown, *parts), framework=framework, method=name, waits=True, defaults=defaults
    )


def _is_base(node: Class) -> bool:
    """Whether a class answers nothing by itself: it is there to be inherited from."""
    return node.name.endswith("Mixin")


def _class_decorators(view: View, lineage: list[Found | str], method: str) -> Shown:
    """`@method_decorator(login_required, name="dispatch")` on the class or one that it inherits from."""
    found = []
    for base in lineage:
        for decorator in base.node.decorators if isinstance(base, Found) and isinstance(base.node, Class) else ():
            where = base.where if isinstance(base, Found) else None
            if where is None:
                continue
            if _decorator_name(view, decorator, where) == _METHOD_DECORATOR and isinstance(decorator, Call):
                name = decorator.keyword("name")
                shown = view.reach.decorator(decorator, where)
                if name is None or (isinstance(name, Const) and name.value in ("dispatch", "as_view", "setup", method)):
                    found.append(shown)
            elif _decorator_name(view, decorator, where) != _NOT_REQUIRED:
                found.append(view.reach.decorator(decorator, where))
    return together(found)


def _mixins(view: View, lineage: list[Found | str]) -> Shown:
    """Mixins that refuse, as long as they come before the view; those out of sight that look like it."""
    found = []
    for base in lineage:
        if isinstance(base, Found):
            pattern = view.reach.terms.pattern_of(base.dotted)
            name = base.dotted
        else:
            pattern = view.reach.terms.pattern_of(base)
            name = base
            if base.startswith(("django.views.", "rest_framework.")):
                break
        if pattern is not None:
            found.append(view.reach.certain(pattern, name))
        elif (isinstance(base, str) and validates_by_name(base.rpartition(".")[2]) and "Form" not in base) or (
            isinstance(base, str) and not base.startswith(("django.", "rest_framework", "abc.", "typing."))
        ):
            found.append(doubtful(f"{base} is not in sight"))
    return together(found)


def _dispatch(view: View, found: Found) -> Shown:
    """What `dispatch` and `setup` of the class do before the view answers."""
    shown = []
    for name in ("dispatch", "setup", "initial", "initialize_request"):
        for base in view.code.lineage(found.dotted):
            if isinstance(base, str) or not isinstance(base.node, Class) or base.node.method(name) is None:
                continue
            method = view.code.find(f"{base.dotted}.{name}")
            if method is not None:
                step = view.reach.step(name, method.node.line, method.where)
                shown.append(view.reach.wrapping(method, frozenset({f"super.{name}"}), step))
                decorators = method.node.decorators if isinstance(method.node, Def) else ()
                shown += [view.reach.decorator(each, method.where) for each in decorators]
    return together(shown)


# Permissions of REST framework


def _class_permissions(view: View, lineage: list[Found | str]) -> Shown | None:
    """What the permissions of a class show; None where it leaves that to the settings."""
    for base in lineage:
        if isinstance(base, str) or not isinstance(base.node, Class):
            if isinstance(base, str) and not base.startswith(("rest_framework.", "django.", "typing.", "abc.")):
                return doubtful(f"{base} is not in sight")
            continue
        if any(base.node.method(name) is not None for name in _DECIDING):
            return doubtful(f"{base.dotted.rpartition('.')[2]} decides on its permissions by code")
        inside = Where(base.where.file, (), base.node)
        for statement in base.node.body:
            if isinstance(statement, Assign) and any(
                _is_named(each, "permission_classes") for each in statement.targets
            ):
                return _permissions(view, statement.value, inside)
    return None


def _is_named(expr: Expr, name: str) -> bool:
    return isinstance(expr, Ref) and expr.name == name


def _permissions(view: View, expr: Expr | None, where: Where) -> Shown:
    items = view.items(expr, where)
    if items is None:
        return doubtful("its permissions are not written out")
    return together(_permission(view, item, place) for item, place in items)


def _permission(view: View, item: Expr, where: Where) -> Shown:
    if isinstance(item, Other):
        inner = together(_permission(view, part, where) for part in item.parts)
        return Shown(perhaps=(*inner.reached, *inner.perhaps), doubt=inner.doubt)
    if isinstance(item, Const) and isinstance(item.value, str):
        return _permission_named(view, item.value)
    meaning = view.code.meaning(item, where)
    if meaning is None:
        return doubtful("a permission is not in sight")
    return _permission_named(view, meaning.removesuffix(INSTANCE))


def _permission_named(view: View, name: str) -> Shown:
    name = view.code.resolver.defined_as(name) if view.code.resolver.is_first_party(name) else name
    pattern = view.reach.terms.pattern_of(name)
    if pattern is not None:
        return view.reach.certain(pattern, name)
    if name == _ALLOW_ANY:
        return NOTHING
    short = name.rpartition(".")[2]
    if not view.code.resolver.is_first_party(name):
        return doubtful(f"{short} is not in sight")
    return _own_permission(view, name, short)


def _own_permission(view: View, name: str, short: str) -> Shown:
    for base in view.code.lineage(name):
        if isinstance(base, str):
            if base == _BASE_PERMISSION:
                return NOTHING  # has_permission of BasePermission says yes
            pattern = view.reach.terms.pattern_of(base)
            return doubtful(f"{short} is not in sight") if pattern is None else view.reach.certain(pattern, base)
        if isinstance(base.node, Class) and base.node.method("has_permission") is not None:
            method = view.code.find(f"{base.dotted}.has_permission")
            if method is not None:
                shown = view.reach.passed(method, "helper").shown
                return shown if not shown.is_empty else _says(method, short)
    return doubtful(f"{short} is not in sight")


def _says(method: Found, short: str) -> Shown:
    """A permission of which no validation is known decides by something else, unless it says yes to everybody."""
    body = method.node.body if isinstance(method.node, Def) else ()
    always = len(body) == 1 and "True" in repr(body[0])
    return NOTHING if always else doubtful(f"{short} decides by itself")


# urlpatterns


def _urlconf(view: View) -> None:
    """Every path in a file hangs on the list that it stands in; `urlpatterns` is the module itself."""
    module = view.file.module
    for spot in view.spots:
        statement = spot.statement
        if isinstance(statement, Def | Class) or module is None:
            continue
        name = (
            next((e.name for e in statement.targets if isinstance(e, Ref)), "") if isinstance(statement, Assign) else ""
        )
        parent = module if spot.where.functions or name in ("", "urlpatterns") else f"{module}.{name}"
        if name == "urlpatterns" and not spot.where.functions:
            view.mount("root", module)
            _listed(view, getattr(statement, "value", None), spot.where, module)
        for expr in expressions_of(statement):
            for part in expressions_in(expr):
                if isinstance(part, Call):
                    _call(view, Site(part, spot.where), parent)


def _listed(view: View, expr: Expr | None, where: Where, module: str) -> None:
    """What makes up `urlpatterns`: sums of lists, the routes of a router, what a function makes of them."""
    match expr:
        case Ref(name):
            if name.endswith(".urls"):
                _router_urls(view, expr, where, module, "")
            else:
                node = view.node(expr, where)
                if node is not None and node != f"{module}.urlpatterns":
                    view.mount("include", node, module)
        case Join(parts) | Other(_, parts):
            for part in parts:
                _listed(view, part, where, module)
        case Call():
            _listed_by(view, expr, where, module)
        case _:
            pass


def _listed_by(view: View, call: Call, where: Where, module: str) -> None:
    callee = view.code.callee(call, where)
    if callee is None or not callee.startswith(("django.", "rest_framework.")):
        why = doubtful(f"{last_name(call.func)} makes up its urlpatterns")
        view.mount("guard", module, http=why, websocket=why)
    for part in call.args:
        _listed(view, part, where, module)


def _router_urls(view: View, expr: Expr | None, where: Where, module: str, prefix: str) -> None:
    """`urlpatterns = router.urls`, also as a part of a sum."""
    match expr:
        case Ref(name) if name.endswith(".urls"):
            base = receiver(expr)
            node = None if base is None else view.node(base, where)
            if node is not None:
                view.mount("include", node, module, prefix)
        case _:
            return


def _call(view: View, site: Site, parent: str) -> None:
    call, where = site
    last = last_name(call.func)
    if last in ("path", "re_path", "url") and len(call.args) > 1 and view.code.callee(call, where) in _PATHS:
        _path(view, call, where, parent)
    elif last == "register" and len(call.args) > 1:
        _registered(view, call, where)
    elif last[:1].isupper() and last.endswith("Router") and (view.code.callee(call, where) or "").startswith(_ROUTERS):
        name = view.assigned_to(call, where)
        if name is not None:
            view.mount("root", name)


def _registered(view: View, call: Call, where: Where) -> None:
    """`router.register("users", UserViewSet)`."""
    base = receiver(call.func)
    if base is None or not any(each.startswith(_ROUTERS) for each in view.instance_kinds(base, where)):
        return
    found, parent = view.found(call.args[1], where), view.node(base, where)
    if found is not None:
        view.mount("view", found.dotted, parent or "", view.text(call.args[0], where) or "{}")


def _path(view: View, call: Call, where: Where, module: str) -> None:
    prefix = view.text(call.args[0], where)
    prefix = "{}" if prefix is None else prefix
    target, place = call.args[1], where
    around: list[Shown] = []
    if isinstance(target, Ref) and target.name.endswith(".urls"):
        _router_urls(view, target, place, module, prefix)
        return
    while isinstance(target, Ref) and view.found(target, place) is None:
        value, inside = view.code.value(target, place)
        if value is target:
            break
        target, place = value, inside
    while isinstance(target, Call):
        if view.code.callee(target, place) in _INCLUDES or last_name(target.func) == "include":
            _included(view, target, place, module, prefix)
            return
        if last_name(target.func) in ("as_view", "as_asgi"):
            base = receiver(target.func)
            if base is None:
                return
            target = base
            break
        if not target.args:
            return
        around.append(view.reach.decorator(target.func, place))
        target = target.args[0]
    _viewed(view, target, place, module, prefix, together(around))


def _viewed(view: View, target: Expr, where: Where, module: str, prefix: str, around: Shown) -> None:
    if isinstance(target, Const) and isinstance(target.value, str):
        dotted: str | None = target.value
    else:
        found = view.found(target, where)
        dotted = None if found is None else found.dotted
    if dotted is not None:
        view.mount("view", dotted, module, prefix, around, around)


def _included(view: View, call: Call, where: Where, module: str, prefix: str) -> None:
    if not call.args:
        return
    target, place = call.args[0], where
    if isinstance(target, Several) and target.items and not isinstance(target.items[0], Call):
        target = target.items[0]
    if isinstance(target, Call):
        _included_by(view, target, place, module, prefix)
        return
    if isinstance(target, Ref) and target.name.endswith(".urls"):
        base = receiver(target)
        kinds = frozenset() if base is None else view.instance_kinds(base, place)
        if any(each.startswith(_ROUTERS) for each in kinds):
            _router_urls(view, target, place, module, prefix)
            return
    dotted = view.text(target, place) if isinstance(target, Const) else view.node(target, place)
    if dotted:
        view.mount("include", view.module(dotted), module, prefix)


def _included_by(view: View, call: Call, where: Where, module: str, prefix: str) -> None:
    """`include(guarded(patterns))`: nobody knows what the function does to them."""
    why = doubtful(f"{last_name(call.func)} is passed the urlpatterns")
    for part in call.args:
        node = view.node(part, where) if isinstance(part, Ref) else None
        if node is not None:
            view.mount("include", node, module, prefix, why, why)


# Settings


def _setting(view: View, statement: Assign, where: Where) -> None:
    names = {each.name for each in statement.targets if isinstance(each, Ref)}
    if "INSTALLED_APPS" in names:
        view.mount("setting", DJANGO + "installed")
    if names & {"MIDDLEWARE", "MIDDLEWARE_CLASSES"}:
        view.mount("setting", DJANGO, http=_middleware(view, statement.value, where))
    elif "REST_FRAMEWORK" in names and not statement.op:
        view.mount("setting", DRF, http=_rest_framework(view, statement.value, where))


def _middleware(view: View, expr: Expr | None, where: Where) -> Shown:
    items = view.items(expr, where)
    if items is None:
        return doubtful("MIDDLEWARE is not written out")
    found = []
    for item, place in items:
        name = view.text(item, place)
        found.append(doubtful("MIDDLEWARE is not written out") if not name else _middleware_named(view, name))
    return together(found)


def _middleware_named(view: View, name: str) -> Shown:
    pattern = view.reach.terms.pattern_of(name)
    if pattern is not None:
        return view.reach.certain(pattern, name)
    if view.code.resolver.is_first_party(name):
        return view.reach.django_middleware(name)
    if name.startswith("django."):
        return NOTHING
    return doubtful(f"{name} is not in sight") if validates_by_name(name) else NOTHING


def _rest_framework(view: View, expr: Expr | None, where: Where) -> Shown:
    value, place = (expr, where) if expr is None else view.code.value(expr, where)
    if not isinstance(value, Dict):
        return doubtful("REST_FRAMEWORK is not written out")
    for key, each in value.items:
        if key is None:
            return doubtful("REST_FRAMEWORK is not written out")
        if isinstance(key, Const) and key.value == "DEFAULT_PERMISSION_CLASSES":
            return _permissions(view, each, place)
    return NOTHING
