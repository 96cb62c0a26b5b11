"""Which cars in the house a part fits, on the desk."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.querysets import get_visible
from parts.models import Part
from restoration import queries
from restoration.desk.pages import page


@require_safe
def cars_for_part(request: HttpRequest, pk: int) -> HttpResponse:
    """The cars a part is for, and those of them that are here now."""
    part = get_visible(Part.objects.prefetch_related("numbers"), request.user, pk=pk)
    found = queries.cars_for_part(part.pk, request.user)
    return page(
        request,
        "cars",
        {
            "title": _("Cars that this part fits"),
            "part": part,
            "number": next((n.as_printed for n in part.numbers.all()), ""),
            "rows": found.rows,
            "here": found.here,
        },
    )
