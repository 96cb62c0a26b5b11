"""Money: exact amounts in a currency's own smallest unit."""

from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Case, CheckConstraint, Q, When
from django.db.models.functions import Round
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from moneyed import CurrencyDoesNotExist, Money, get_currency
from moneyed.l10n import format_money

from common.errors import InvalidInput

# ISO 4217: the currencies whose smallest unit is not a hundredth. The database's
# constraints are built from the same two lists.
WITHOUT_MINOR_UNITS = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
    "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
WITH_THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")


def minor_units(currency: str) -> int:
    """Return how many decimal places the currency's smallest unit has.

    Args:
        currency: ISO 4217 code in upper case.

    Raises:
        InvalidInput: there is no such currency.
    """
    try:
        get_currency(currency)
    except CurrencyDoesNotExist:
        raise InvalidInput(
            _("“%(currency)s” is no currency; a code such as JPY was expected."),
            field="currency",
            currency=currency,
        ) from None
    if currency in WITHOUT_MINOR_UNITS:
        return 0
    return 3 if currency in WITH_THOUSANDTHS else 2


def quantise(amount: Decimal, currency: str) -> Decimal:
    """Round half away from zero to the currency's smallest unit, as PostgreSQL does.

    Raises:
        InvalidInput: there is no such currency.
    """
    step = Decimal(1).scaleb(-minor_units(currency))
    return amount.quantize(step, rounding=ROUND_HALF_UP)


def display(amount: Decimal, currency: str, language: str) -> str:
    """Return the amount as people of that language write it.

    Args:
        amount: in the currency's main unit.
        currency: ISO 4217 code in upper case.
        language: a Django language code such as ``ja`` or ``en``.

    Raises:
        InvalidInput: there is no such currency.

    Source: docs/domain/money.md, rule M1.
    """
    exact = quantise(amount, currency)
    text: str = format_money(Money(exact, currency), locale=language.replace("-", "_"))
    # The wide yen sign of the Japanese format would break columns of numbers.
    return text.replace("￥", "¥")


def shown(amount: Decimal, currency: str) -> str:
    """Return the amount as the reader's language writes it.

    Args:
        amount: in the currency's main unit.
        currency: ISO 4217 code in upper case.
    """
    return display(amount, currency, get_language() or "en")


def money_constraints(
    model_label: str, amount: str = "amount", currency: str = "currency"
) -> list[CheckConstraint]:
    """Return the constraints a pair of amount and currency columns must carry.

    Args:
        model_label: ``<app>_<model>``, the beginning of the constraints' names.
        amount: the numeric column.
        currency: the column of the ISO 4217 code.
    """
    rounded = Case(
        When(**{f"{currency}__in": WITHOUT_MINOR_UNITS}, then=Round(amount, 0)),
        When(**{f"{currency}__in": WITH_THOUSANDTHS}, then=Round(amount, 3)),
        default=Round(amount, 2),
    )
    return [
        CheckConstraint(
            condition=Q(**{amount: rounded}),
            name=f"{model_label}_{amount}_minor_units",
        ),
        CheckConstraint(
            condition=Q(**{f"{currency}__regex": r"^[A-Z]{3}$"}),
            name=f"{model_label}_{amount}_{currency}_code",
        ),
    ]
