"""Pages of the store that belong to no single row: scan, labels, put away, value."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from parts.admin.acts import ActsAdmin

M = TypeVar("M", bound=Model)


class StorePages(ActsAdmin[M]):
    """A model's pages with some beside its list."""

    def page(
        self, address: str, name: str, view: Callable[[HttpRequest], HttpResponse]
    ) -> URLPattern:
        """Return the address of a page beside the list, for whoever may act here."""

        def guarded(request: HttpRequest) -> HttpResponse:
            if not self.has_act_permission(request):
                raise PermissionDenied
            return view(request)

        return path(
            f"{address}/",
            self.admin_site.admin_view(guarded),
            name=self.page_name(name).removeprefix("admin:"),
        )

    def show(
        self, request: HttpRequest, template: str, status: int = 200, **context: Any
    ) -> HttpResponse:
        """Show a page in the desk's frame."""
        known = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, known | context, status=status)
