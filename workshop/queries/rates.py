"""What one currency is worth in another."""

from datetime import date

from workshop.models import ExchangeRate


def rate_on(*, currency: str, base: str, day: date) -> ExchangeRate | None:
    """Return the newest rate that was valid on a day; None if none was entered.

    Args:
        currency: ISO 4217, whose unit is priced.
        base: ISO 4217, what it is priced in.
        day: the day; the rate may be older.
    """
    rows = ExchangeRate.objects.filter(currency=currency, base=base, valid_on__lte=day)
    return rows.order_by("-valid_on", "-pk").first()
