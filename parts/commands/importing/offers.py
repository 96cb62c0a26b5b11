"""Files of what suppliers ask and how long they take."""

import json
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from parts.commands.importing import words
from parts.commands.importing.base import (
    Kind,
    Writing,
    find_parts,
    named,
    refuse_fractions,
    refuse_odd_money,
    sound,
    suppliers_called,
    units_of,
)
from parts.commands.importing.observing import Sight, observe
from parts.importing import days, values
from parts.importing.fields import Field, Fields, Line, Verdict
from parts.models import Import, OfferBreak, Supplier, SupplierOffer

COLUMNS = ("price", "currency", "lead_days", "minimum_quantity", "is_withdrawn")


class Offers(Kind):
    """Suppliers' offers: one per supplier and part."""

    wants = ("supplier",)
    needs_one_of = (("part",),)
    fields = Fields(
        [
            Field(name="supplier", label=_("Supplier"), read=values.text_of(200),
                  words=words.SUPPLIER),
            Field(name="part", label=_("Part"), read=values.text_of(60),
                  words=words.PART, is_needed=True),
            Field(name="price", label=_("Price"), read=values.money,
                  words=words.PRICE),
            Field(name="currency", label=_("Currency"), read=values.currency,
                  words=words.CURRENCY),
            Field(name="lead_days", label=_("Lead time, days"),
                  read=values.whole(0, 2000), words=words.LEAD),
            Field(name="minimum_quantity", label=_("Minimum order"),
                  read=values.quantity, words=words.MINIMUM),
            Field(name="breaks", label=_("Price breaks"), read=values.price_breaks,
                  words=words.BREAKS),
            Field(name="seen_on", label=_("Seen on"), read=days.day,
                  words=words.SEEN_ON),
            Field(name="is_withdrawn", label=_("Withdrawn"), read=values.flag,
                  words=words.WITHDRAWN),
        ]
    )  # fmt: skip

    def __init__(self) -> None:
        self.suppliers: dict[str, Supplier] = {}

    def prepare(self, run: Import) -> None:
        self.suppliers = suppliers_called()

    def keys(self, row: Line) -> Iterable[tuple[str, Hashable]]:
        yield "part", (row.found["supplier"].pk, row.found["part"])

    def judge(self, rows: Sequence[Line], run: Import, *, lock: bool, on: date) -> None:
        find_parts(rows)
        for row in sound(rows):
            supplier = named(
                row, "supplier", self.suppliers, run.supplier, "unknown_supplier"
            )
            if supplier is not None:
                row.found["supplier"] = supplier
        found = sound(rows)
        refuse_fractions(found, units_of(found), "minimum_quantity")
        offers = _present(found, lock)
        for row in sound(found):
            self._judge_one(
                row, offers.get((row.found["supplier"].pk, row.found["part"])), on
            )

    def _judge_one(self, row: Line, offer: dict[str, Any] | None, on: date) -> None:
        present = offer or {}
        currency = (
            row.values.get("currency")
            or present.get("currency")
            or row.found["supplier"].currency
        )
        prices = [price for _from, price in row.values.get("breaks", ())]
        if "price" in row.values:
            prices.append(row.values["price"])
        for price in prices:
            if refuse_odd_money(row, price, currency, "price"):
                return
        row.found |= {"currency": currency, "offer": offer, "on": on}
        if offer is None:
            if not {"price", "lead_days"} <= row.values.keys():
                row.refuse("price", "new_offer_incomplete")
            row.verdict = Verdict.NEW if row.is_sound else Verdict.REFUSED
            return
        if currency != offer["currency"] and offer["breaks"]:
            # What stands there is in another currency: it does not go on beside it.
            row.values.setdefault("breaks", ())
        for name in (*COLUMNS, "breaks", "seen_on"):
            row.compare(name, offer[name])
        row.judge()

    def write(self, rows: Sequence[Line], writing: Writing) -> None:
        records = [_record(row, writing.on) for row in rows]
        if not records:
            return
        with connection.cursor() as cursor:
            cursor.execute(UPSERT, [json.dumps(records, default=str)])
            keys = {(one, other): pk for pk, one, other in cursor.fetchall()}
        _write_breaks(rows, keys)
        observe([_sight(row, writing) for row in rows], writing)
        writing.touched |= {row.found["part"] for row in rows}
        new = sum(row.verdict == Verdict.NEW for row in rows)
        writing.counts["offers_new"] += new
        writing.counts["offers_changed"] += len(rows) - new


UPSERT = """
INSERT INTO parts_supplieroffer
    (supplier_id, part_id, price, currency, lead_days, minimum_quantity, seen_on,
     is_withdrawn, is_demo)
SELECT supplier, part, price, currency, lead_days, minimum_quantity, seen_on,
    is_withdrawn, false
FROM jsonb_to_recordset(%s::jsonb) AS d(
    supplier bigint, part bigint, price numeric, currency text, lead_days integer,
    minimum_quantity numeric, seen_on date, is_withdrawn boolean)
ON CONFLICT (supplier_id, part_id) DO UPDATE SET
    price = excluded.price, currency = excluded.currency,
    lead_days = excluded.lead_days, minimum_quantity = excluded.minimum_quantity,
    seen_on = excluded.seen_on, is_withdrawn = excluded.is_withdrawn
RETURNING id, supplier_id, part_id
"""


def _present(rows: Sequence[Line], lock: bool) -> dict[tuple[int, int], dict[str, Any]]:
    offers = SupplierOffer.objects.filter(
        part__in={row.found["part"] for row in rows},
        supplier__in={row.found["supplier"].pk for row in rows},
    ).order_by("pk")
    if lock:
        offers = offers.select_for_update(no_key=True)
    found = {
        (row["supplier_id"], row["part_id"]): row
        for row in offers.values("pk", "supplier_id", "part_id", "seen_on", *COLUMNS)
    }
    by_pk = {row["pk"]: row for row in found.values()}
    steps: dict[int, list[tuple[Decimal, Decimal]]] = {}
    for offer_id, start, price in (
        OfferBreak.objects.filter(offer__in=by_pk)
        .order_by("offer", "from_quantity")
        .values_list("offer_id", "from_quantity", "price")
    ):
        steps.setdefault(offer_id, []).append((start, price))
    for pk, row in by_pk.items():
        row["breaks"] = tuple(steps.get(pk, ()))
    return found


def _record(row: Line, on: date) -> dict[str, Any]:
    present = row.found["offer"] or {}
    usual = {"minimum_quantity": Decimal(1), "is_withdrawn": False}
    record = {
        name: row.values.get(name, present.get(name, usual.get(name)))
        for name in COLUMNS
    }
    return {
        **record,
        "supplier": row.found["supplier"].pk,
        "part": row.found["part"],
        "currency": row.found["currency"],
        "seen_on": row.values.get("seen_on", on),
    }


def _write_breaks(rows: Sequence[Line], keys: dict[tuple[int, int], int]) -> None:
    """Put the breaks that a row names in the place of the offer's own."""
    named_by = {
        keys[row.found["supplier"].pk, row.found["part"]]: row.values["breaks"]
        for row in rows
        if "breaks" in row.values
    }
    OfferBreak.objects.filter(offer__in=named_by).delete()
    OfferBreak.objects.bulk_create(
        [
            OfferBreak(offer_id=pk, from_quantity=start, price=price)
            for pk, steps in named_by.items()
            for start, price in steps
        ]
    )


def _sight(row: Line, writing: Writing) -> Sight:
    present = row.found["offer"] or {}
    gone = bool(row.values.get("is_withdrawn")) and not present.get("is_withdrawn")
    return Sight(
        part_id=row.found["part"],
        supplier_id=row.found["supplier"].pk,
        price=row.values["price"] if "price" in row.values else present["price"],
        currency=row.found["currency"],
        was_price=present.get("price"),
        was_currency=present.get("currency", ""),
        is_gone=gone,
        on=row.values.get("seen_on", writing.on),
    )
