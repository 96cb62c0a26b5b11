"""Exchange rates, as the house reads them. Source: docs/domain/money.md."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput
from common.money import minor_units
from workshop.models import ExchangeRate

HIGHEST = Decimal(10**9)
STEP = Decimal("0.00000001")


@transaction.atomic
def enter_rate(
    *,
    currency: str,
    base: str,
    per_unit: Decimal,
    valid_on: date,
    source: str,
    at: datetime,
    actor_id: int | None,
) -> ExchangeRate:
    """Write down what one unit of a currency is worth in another on one day.

    The newest entry of a day counts. The same rate again writes nothing.

    Args:
        currency: ISO 4217, such as GBP.
        base: the currency a site keeps its books in, such as JPY.
        per_unit: units of ``base`` for one of ``currency``, above zero.
        valid_on: the day it was read for.
        source: where it was read, 1 to 120 characters.
        at: now, aware.
        actor_id: who enters it; None for the house itself.

    Raises:
        InvalidInput: names the value that cannot be used.

    Source: docs/domain/money.md M10.
    """
    minor_units(currency)
    minor_units(base)
    if currency == base:
        raise InvalidInput(
            _("A rate stands between two currencies; both are %(currency)s."),
            field="base",
            currency=currency,
        )
    if not per_unit.is_finite() or not STEP <= per_unit < HIGHEST:
        raise InvalidInput(
            _("Enter what one unit is worth: a number above zero."), field="per_unit"
        )
    longest = ExchangeRate._meta.get_field("source").max_length or 0
    if not 1 <= len(source.strip()) <= longest:
        raise InvalidInput(_("Say where the rate was read."), field="source")
    value = per_unit.quantize(STEP)
    rows = ExchangeRate.objects.filter(currency=currency, base=base, valid_on=valid_on)
    newest = rows.order_by("-pk").first()
    if newest is not None and (newest.per_unit, newest.source) == (
        value,
        source.strip(),
    ):
        return newest
    rate = ExchangeRate.objects.create(
        currency=currency,
        base=base,
        per_unit=value,
        valid_on=valid_on,
        source=source.strip(),
        entered_by_id=actor_id,
        entered_at=at,
    )
    audit.record(
        subject=f"rate:{currency}-{base}",
        command="enter_rate",
        actor_id=actor_id,
        at=at,
        detail={"per_unit": str(value), "valid_on": valid_on.isoformat()},
    )
    return rate
