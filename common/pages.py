"""Refusals as pages: what happened, what was kept, what to do."""

import logging
import sys
import uuid
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import defaults

from common.errors import DomainError, Fault, NotFound, TemporarilyUnavailable
from common.problems import problem_response, refusal_headers

logger = logging.getLogger(__name__)

# What is left to say when not even the template's own queries work.
BARE_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{}</title>'
    "<h1>{}</h1><p>{}</p><p>{}</p></html>"
)


def house_flags(request: HttpRequest) -> dict[str, Any]:
    """Tell every template what kind of house this is: ``demo`` asks for the banner."""
    return {"demo": settings.DEMO}


class RefusalPages:
    """Middleware: a refusal raised by a page's view becomes a page or a fragment."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info:
            # PostgreSQL takes no such character, so nothing can be found under it.
            return refuse(request, NotFound())
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError):
            return refuse(request, unavailable(exception))
        if isinstance(exception, DomainError):
            return refuse(request, exception)
        return None


def unavailable(error: Exception) -> TemporarilyUnavailable:
    """Log a database that is away or busy and return what people are told."""
    error_id = uuid.uuid4().hex[:12]
    logger.error("Database unavailable (%s)", error_id, exc_info=error)
    return TemporarilyUnavailable(error_id=error_id)


def refuse(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer a refusal in the shape the request asked for."""
    if wants_problem(request):
        return problem_response(error)
    is_fragment = bool(getattr(request, "htmx", False))
    status = error.status
    if is_fragment and status == HTTPStatus.BAD_REQUEST:
        # htmx is told to show 422; a 400 of the same kind would be swallowed.
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return HttpResponse(
        render_refusal(request, error, is_fragment=is_fragment),
        status=status,
        headers=refusal_headers(error),
    )


def wants_problem(request: HttpRequest) -> bool:
    """Return whether the request went to a view of the API that draws no page for it.

    A page of the API, such as its document to try, is a page to a browser.
    """
    match = request.resolver_match
    if match is None:
        # Something failed before the view was found.
        try:
            match = resolve(request.path_info)
        except Http404:
            return under_api(request.path_info)
    view = getattr(match.func, "cls", None)
    return view is not None and not (draws_pages(view) and is_browser(request))


def draws_pages(view: type) -> bool:
    """Return whether an API view answers in HTML."""
    renderers: Sequence[type] = getattr(view, "renderer_classes", ())
    return any(getattr(each, "media_type", "") == "text/html" for each in renderers)


def is_browser(request: HttpRequest) -> bool:
    """Return whether the caller asks for HTML by name; a program takes anything."""
    return "text/html" in request.headers.get("Accept", "")


def under_api(path: str) -> bool:
    """Return whether an address that leads nowhere would have been the API's."""
    prefix = settings.SPECTACULAR_SETTINGS["SCHEMA_PATH_PREFIX"]
    return path.startswith(f"{prefix}/")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere: a machine is told in its own shape."""
    if wants_problem(request):
        return problem_response(NotFound())
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours; a database lost outside of any view is told as such."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return refuse(request, unavailable(error))
    if wants_problem(request):
        return problem_response(Fault())
    return defaults.server_error(request)


def render_refusal(
    request: HttpRequest, error: DomainError, *, is_fragment: bool
) -> str:
    """Return a refusal as HTML; a plain page when the database is not there."""
    context = {
        "status": error.status,
        "title": error.title,
        "sentence": error.sentence,
        "kept": error.kept,
        "todo": error.todo,
        "code": error.code,
        "error_id": error.context.get("error_id", ""),
        "back": came_from(request),
    }
    template = "common/error_fragment.html" if is_fragment else "common/error.html"
    # Whoever is signed in stands in the database, and that may be what is missing.
    whole = None if isinstance(error, TemporarilyUnavailable) else request
    try:
        return render_to_string(template, context, whole)
    except (OperationalError, InterfaceError):
        return format_html(
            BARE_PAGE, error.title, error.title, error.sentence, error.todo
        )


def came_from(request: HttpRequest) -> str:
    """Return the page of ours that led here, or ''."""
    referer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return referer if ours else ""
