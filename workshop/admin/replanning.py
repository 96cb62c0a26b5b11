"""What is changed here moves plans: whoever plans hears of it."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from common.desk import HouseAdmin
from workshop.commands.shifts import note_people_changed
from workshop.models import Absence, Bay, Holiday, Site, Technician, WorkingHours

M = TypeVar("M", bound=Model)
CAUSES: dict[type[Model], str] = {
    Absence: "ABSENCE",
    Bay: "BAYS",
    Holiday: "HOLIDAYS",
    Site: "SITE",
    Technician: "PEOPLE",
    WorkingHours: "HOURS",
}


def sites_of(row: Any) -> Iterable[int]:
    """Return the sites whose plan reads a row."""
    if isinstance(row, Site):
        return [row.pk]
    if isinstance(row, Holiday):
        sites = Site.objects.filter(country=row.country)
        return sites.order_by("pk").values_list("pk", flat=True)
    if isinstance(row, Absence):
        return [row.technician.site_id]
    return [row.site_id]


class MovesPlans(HouseAdmin[M]):
    """A model whose rows the plan is made from."""

    def save_related(
        self, request: HttpRequest, form: ModelForm[M], formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        if form.has_changed() or any(each.has_changed() for each in formsets):
            self._note([form.instance])

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        sites = list(sites_of(obj))
        super().delete_model(request, obj)
        note_people_changed(site_ids=sites, cause=CAUSES[self.model])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        rows = list(queryset)
        sites = [site for row in rows for site in sites_of(row)]
        super().delete_queryset(request, queryset)
        note_people_changed(site_ids=sites, cause=CAUSES[self.model])

    def _note(self, rows: Iterable[M]) -> None:
        sites = [site for row in rows for site in sites_of(row)]
        note_people_changed(site_ids=sites, cause=CAUSES[self.model])
