"""The label that a removed original carries until it has met its fate."""

from collections.abc import Collection, Iterator

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from common import labels
from common.labels import Label
from restoration.models import RemovedPart
from workshop.models import Role

KIND = "o"


def register() -> None:
    """Tell the ground that removed originals carry labels."""
    labels.register(
        KIND,
        name=gettext_lazy("removed originals"),
        make=originals,
        page=page_of_original,
    )


def originals(keys: Collection[int]) -> Iterator[Label]:
    rows = RemovedPart.objects.filter(pk__in=keys).select_related(
        "project__vehicle", "project__customer", "bin"
    )
    for row in rows:
        is_japanese = (get_language() or "en").startswith("ja")
        text = (is_japanese and row.text_ja) or row.text_en
        car = f"{row.project.number} · {row.project.vehicle.frame_number}"
        owner = _("Property of %(owner)s") % {"owner": row.project.customer.name}
        place = (row.bin.code,) if row.bin else ()
        yield Label(KIND, row.pk, row.tag, (text, car, owner, *place))


def page_of_original(pk: int, role: str) -> str | None:
    """Lead those who work on the floor to the card it came off with."""
    if role not in (Role.TECHNICIAN, Role.MANAGER):
        return None
    row = RemovedPart.objects.filter(pk=pk).values_list("card", flat=True).first()
    return reverse("floor:card", args=[row]) if row else None
