"""Files of what the house asks for its parts."""

import json
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from parts.commands.importing import words
from parts.commands.importing.base import (
    Kind,
    Writing,
    find_parts,
    refuse_odd_money,
    sound,
)
from parts.commands.importing.observing import Sight, observe
from parts.importing import values
from parts.importing.fields import Field, Fields, Line
from parts.models import Import, Part


class Prices(Kind):
    """Our list prices. A part without a price is refused, not made free."""

    fields = Fields(
        [
            Field(name="part", label=_("Part"), read=values.text_of(60),
                  words=words.PART, is_needed=True),
            Field(name="list_price", label=_("Our price"), read=values.money,
                  words=words.LIST_PRICE, is_needed=True),
            Field(name="list_price_currency", label=_("Currency"),
                  read=values.currency, words=words.CURRENCY),
        ]
    )  # fmt: skip
    needs_one_of = (("part",), ("list_price",))

    def keys(self, row: Line) -> Iterable[tuple[str, Hashable]]:
        yield "part", row.found["part"]

    def judge(self, rows: Sequence[Line], run: Import, *, lock: bool, on: date) -> None:
        find_parts(rows)
        found = sound(rows)
        parts = Part.objects.filter(pk__in={row.found["part"] for row in found})
        if lock:
            parts = parts.order_by("pk").select_for_update(no_key=True)
        present: dict[int, Any] = {
            row["pk"]: row
            for row in parts.values("pk", "list_price", "list_price_currency")
        }
        for row in found:
            part = present[row.found["part"]]
            currency = row.values.get(
                "list_price_currency", part["list_price_currency"]
            )
            row.found["currency"] = currency
            if refuse_odd_money(row, row.values["list_price"], currency, "list_price"):
                continue
            row.compare("list_price", part["list_price"])
            row.compare("list_price_currency", part["list_price_currency"])
            row.found["was"] = part
            row.judge()

    def write(self, rows: Sequence[Line], writing: Writing) -> None:
        if not rows:
            return
        records = [
            {
                "id": row.found["part"],
                "price": str(row.values["list_price"]),
                "currency": row.found["currency"],
            }
            for row in rows
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE parts_part p SET list_price = d.price,"
                " list_price_currency = d.currency"
                " FROM jsonb_to_recordset(%s::jsonb)"
                " AS d(id bigint, price numeric, currency text) WHERE p.id = d.id",
                [json.dumps(records)],
            )
        observe(
            [
                Sight(
                    part_id=row.found["part"],
                    price=row.values["list_price"],
                    currency=row.found["currency"],
                    was_price=row.found["was"]["list_price"],
                    was_currency=row.found["was"]["list_price_currency"],
                    on=writing.on,
                )
                for row in rows
            ],
            writing,
        )
        writing.touched |= {row.found["part"] for row in rows}
        writing.counts["prices_changed"] += len(rows)
