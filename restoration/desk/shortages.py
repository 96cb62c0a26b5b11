"""Which cars wait for which parts, on the desk."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from restoration import queries
from restoration.desk.pages import page

GROUPS_PER_PAGE = 20


@require_safe
def shortages(request: HttpRequest) -> HttpResponse:
    """By car, or by part with ``?by=part``: since when, until when, at what cost."""
    by = "part" if request.GET.get("by") == "part" else "car"
    cars = queries.costed(queries.shortages(request.user), at=timezone.now())
    groups = queries.by_part(cars) if by == "part" else cars
    here = reverse("admin:claims_shortages")
    return page(
        request,
        "shortages",
        {
            "title": _("Shortages by part") if by == "part" else _("Shortages by car"),
            "by": by,
            "page": Paginator(groups, GROUPS_PER_PAGE).get_page(
                request.GET.get("page")
            ),
            "views": [
                {"url": here, "label": _("By car"), "here": by == "car"},
                {"url": f"{here}?by=part", "label": _("By part"), "here": by == "part"},
            ],
        },
    )
