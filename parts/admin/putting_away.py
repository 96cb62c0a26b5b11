"""Put away: what lies in receiving bins goes to its shelves, many rows at once."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.api import idempotency_key
from common.errors import DomainError
from parts import commands, queries
from parts.admin.store_pages import StorePages
from parts.models import Bin, StockLevel

M = TypeVar("M", bound=Model)
QUANTITY = forms.DecimalField(max_digits=12, decimal_places=3, min_value=0)


@dataclass
class Row:
    """One position on the page, as it is suggested or as somebody entered it."""

    level: StockLevel
    bins: tuple[Bin, ...]
    code: str
    quantity: str
    is_chosen: bool = False
    target: Bin | None = None
    amount: Decimal = Decimal(0)
    problems: list[str] = field(default_factory=list)


class PutAwayPages(StorePages[M]):
    """Adds the page that puts away."""

    def get_urls(self) -> list[URLPattern]:
        page = self.page("put-away", "put_away", self.put_away_view)
        return [page, *super().get_urls()]

    def put_away_view(self, request: HttpRequest) -> HttpResponse:
        """Suggest, show what would happen, and on the second sending do it."""
        rows = rows_of(request)
        chosen = [row for row in rows if row.is_chosen]
        faulty = any(row.problems for row in chosen)
        refused, status = "", 200
        if request.method == "POST" and not chosen:
            refused = _("Choose at least one row.")
        if chosen and not faulty and request.POST.get("do") == "move":
            try:
                moved = put_away(request, chosen)
            except DomainError as refusal:
                refused, status = refusal.sentence, refusal.status
            else:
                text = ngettext("%d move is written.", "%d moves are written.", moved)
                self.message_user(request, text % moved, messages.SUCCESS)
                return redirect(self.page_name("put_away"))
        is_preview = bool(chosen) and not faulty and not refused
        return self.show(
            request,
            "admin/parts/put_away.html",
            status,
            title=_("Put away"),
            rows=chosen if is_preview else rows,
            is_preview=is_preview,
            refused=refused,
            reason=request.POST.get("reason", "") or _("Put away"),
            shelves=[] if is_preview else shelves_of(rows),
        )


def rows_of(request: HttpRequest) -> list[Row]:
    """Return the positions, with what somebody has entered about each."""
    rows = []
    for each in queries.to_put_away():
        pk = each.level.pk
        suggested = each.bins[0].code if each.bins else ""
        code = request.POST.get(f"bin-{pk}", suggested).strip()
        lies = f"{each.level.on_hand.normalize():f}"
        row = Row(each.level, each.bins, code, request.POST.get(f"quantity-{pk}", lies))
        row.is_chosen = request.method == "POST" and f"take-{pk}" in request.POST
        rows.append(row)
    _check([row for row in rows if row.is_chosen])
    return rows


def _check(rows: list[Row]) -> None:
    """Find each chosen row's bin and quantity; say what is wrong with them."""
    shelves: dict[tuple[int, str], Bin] = {}
    if rows:
        sites = {row.level.bin.site_id for row in rows}
        for bin_ in Bin.objects.filter(site__in=sites, kind=Bin.Kind.STORE):
            shelves[bin_.site_id, bin_.code.upper()] = bin_
    by_pk = {bin_.pk: bin_ for bin_ in shelves.values()}
    for row in rows:
        site_id = row.level.bin.site_id
        row.target = shelves.get((site_id, row.code.upper())) or _scanned(row, by_pk)
        if row.target is None or row.target.site_id != site_id:
            row.problems.append(_("Name a shelf of this site."))
        _read_quantity(row)


def _scanned(row: Row, by_pk: dict[int, Bin]) -> Bin | None:
    """Return the shelf whose label was scanned into the field."""
    keys = [each.pk for each in queries.read_scan(row.code) if each.kind == "b"]
    return next((by_pk[pk] for pk in keys if pk in by_pk), None)


def _read_quantity(row: Row) -> None:
    try:
        row.amount = QUANTITY.clean(row.quantity) or Decimal(0)
    except forms.ValidationError as error:
        row.problems.extend(error.messages)
        return
    if not 0 < row.amount <= row.level.on_hand:
        row.problems.append(_("More than nothing, at most what lies there."))


def shelves_of(rows: list[Row]) -> list[tuple[str, int]]:
    """Return code and key of the shelves that the rows could go to."""
    sites = {row.level.bin.site_id for row in rows}
    shelves = Bin.objects.filter(site__in=sites, kind=Bin.Kind.STORE)
    return list(shelves.order_by("code", "pk").values_list("code", "pk"))


def put_away(request: HttpRequest, rows: list[Row]) -> int:
    """Give the command for the chosen rows, under the form's key."""
    moves: list[Any] = [
        commands.PutAway(
            level_id=row.level.pk, bin_id=row.target.pk, quantity=row.amount
        )
        for row in rows
        if row.target is not None
    ]
    return commands.put_away(
        moves=moves,
        reason=request.POST.get("reason", ""),
        key=idempotency_key(request),
        actor_id=request.user.pk,
        at=timezone.now(),
    )
