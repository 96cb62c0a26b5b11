"""What every page of this face shares: the desk's frame around a template."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse


def page(
    request: HttpRequest, name: str, context: dict[str, Any], status: int = 200
) -> TemplateResponse:
    """Return a page in the desk's frame.

    Args:
        request: who asks.
        name: of the template below ``restoration/desk``.
        context: what it shows.
        status: of the answer.
    """
    frame = admin.site.each_context(request)
    return TemplateResponse(
        request, f"restoration/desk/{name}.html", {**frame, **context}, status=status
    )
