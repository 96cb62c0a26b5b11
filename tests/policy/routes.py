"""Every route the URL configuration knows, and how to call it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """One route: its name with namespaces, the objects in its path, its view."""

    name: str
    has_name: bool
    params: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def is_api(self) -> bool:
        return hasattr(self.view, "cls")

    @property
    def methods(self) -> list[str]:
        """The methods to call it with: an API view's own, a page's GET."""
        if not self.is_api:
            return ["get"]
        actions = getattr(self.view, "actions", None)
        if actions:
            return [method for method in actions if method != "head"]
        known = ("get", "post", "put", "patch", "delete")
        return [method for method in known if hasattr(self.view.cls, method)]


def all_routes(
    resolver: URLResolver | None = None,
    namespaces: tuple[str, ...] = (),
    params: tuple[str, ...] = (),
) -> Iterator[Route]:
    for entry in (resolver or get_resolver()).url_patterns:
        inside = (*params, *params_of(entry))
        if isinstance(entry, URLResolver):
            inner = (entry.namespace,) if entry.namespace else ()
            yield from all_routes(entry, namespaces + inner, inside)
        else:
            name = entry.name or entry.lookup_str
            yield Route(
                ":".join((*namespaces, name)), bool(entry.name), inside, entry.callback
            )


def params_of(entry: URLPattern | URLResolver) -> tuple[str, ...]:
    converters = getattr(entry.pattern, "converters", None)
    if converters:
        return tuple(converters)
    regex = getattr(entry.pattern, "regex", None)
    return tuple(regex.groupindex) if regex else ()


def named_routes() -> list[Route]:
    """The routes one can lead to by name, each once."""
    return sorted(
        {route.name: route for route in all_routes() if route.has_name}.values(),
        key=lambda route: route.name,
    )
