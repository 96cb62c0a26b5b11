"""Customers: who cars and parts are worked for."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput, NotFound
from common.idempotency import run_once
from common.money import minor_units
from workshop.commands.invitations import checked_email, checked_time_zone
from workshop.commands.people import checked_language
from workshop.models import Customer

COUNTRY_LETTERS = 2


def create_customer(
    *,
    name: str,
    key: str,
    actor_id: int | None,
    at: datetime,
    name_kana: str = "",
    email: str = "",
    phone: str = "",
    address: str = "",
    country: str = "JP",
    language: str = "en",
    time_zone: str = "Asia/Tokyo",
    currency: str = "JPY",
) -> Customer:
    """Enter a customer. The same key again answers with the first one.

    Args:
        name: of the person or company, 1 to 120 characters.
        key: of this request, unique to the actor.
        actor_id: who enters the customer; the desk lets nobody else in.
        at: now, aware.
        name_kana: the reading by which lists are sorted.
        email: where mail goes; may be empty.
        phone: as people dial it, up to 32 characters.
        address: in lines, as it stands on a label.
        country: ISO 3166 in two letters, such as JP.
        language: one of the house's languages.
        time_zone: an IANA name such as Asia/Tokyo.
        currency: ISO 4217 in three letters, such as JPY.

    Raises:
        InvalidInput: names the field that cannot be used.
        KeyReused: the key belongs to another request.
    """
    values = checked(
        name=name,
        name_kana=name_kana,
        email=email,
        phone=phone,
        address=address,
        country=country,
        language=language,
        time_zone=time_zone,
        currency=currency,
    )

    def work() -> int:
        customer = Customer.objects.create(**values)
        note(customer, "create_customer", actor_id, at, sorted(values))
        return customer.pk

    pk = run_once(
        key=key, actor_id=actor_id, command="create_customer", body=values, work=work
    )
    return Customer.objects.get(pk=cast("int", pk))


def change_customer(
    *, customer_id: int, key: str, actor_id: int | None, at: datetime, **values: str
) -> Customer:
    """Change who a customer is and how they are reached. No change leaves no mark.

    Args:
        customer_id: the customer.
        key: of this request, unique to the actor.
        actor_id: who changes it.
        at: now, aware.
        **values: what is to change, as `create_customer` takes it.

    Raises:
        InvalidInput: names the field that cannot be used.
        NotFound: there is no such customer.
        KeyReused: the key belongs to another request.
    """
    wanted = checked(**values)

    def work() -> None:
        apply(customer_id, wanted, actor_id, at)

    run_once(
        key=key,
        actor_id=actor_id,
        command="change_customer",
        body={"customer": customer_id, **wanted},
        work=work,
    )
    return Customer.objects.get(pk=customer_id)


@transaction.atomic
def apply(
    customer_id: int, wanted: dict[str, str], actor_id: int | None, at: datetime
) -> None:
    """Write what differs, and who changed which fields."""
    customer = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if customer is None:
        raise NotFound
    changed = sorted(n for n, value in wanted.items() if getattr(customer, n) != value)
    if not changed:
        return
    for name in changed:
        setattr(customer, name, wanted[name])
    customer.save(update_fields=changed)
    note(customer, "change_customer", actor_id, at, changed)


def note(
    customer: Customer,
    command: str,
    actor_id: int | None,
    at: datetime,
    fields: list[str],
) -> None:
    """Write down who did it to which fields; what stands in them is personal."""
    audit.record(
        subject=f"customer:{customer.pk}",
        command=command,
        actor_id=actor_id,
        at=at,
        detail={"fields": [*fields]},
    )


def checked(**values: Any) -> dict[str, str]:
    """Return the values as they are stored.

    Raises:
        InvalidInput: names the first field that cannot be used.
    """
    if unknown := values.keys() - CHECKS.keys():
        raise TypeError(f"no field of a customer that may change: {sorted(unknown)}")
    return {name: CHECKS[name](short(name, value)) for name, value in values.items()}


def short(name: str, value: Any) -> str:
    text = str(value).strip()
    longest = getattr(Customer._meta.get_field(name), "max_length", None)
    if longest and len(text) > longest:
        raise InvalidInput(
            _("At most %(longest)s characters were expected."),
            field=name,
            longest=longest,
        )
    return text


def checked_name(name: str) -> str:
    if not name:
        raise InvalidInput(_("Enter the customer's name."), field="name")
    return name


def checked_country(country: str) -> str:
    code = country.upper()
    if len(code) != COUNTRY_LETTERS or not (code.isascii() and code.isalpha()):
        raise InvalidInput(
            _("“%(country)s” is no country; two letters such as JP were expected."),
            field="country",
            country=country,
        )
    return code


def checked_currency(currency: str) -> str:
    code = currency.upper()
    minor_units(code)
    return code


CHECKS: dict[str, Callable[[str], str]] = {
    "name": checked_name,
    "name_kana": str,
    "email": lambda email: email and checked_email(email),
    "phone": str,
    "address": str,
    "country": checked_country,
    "language": checked_language,
    "time_zone": checked_time_zone,
    "currency": checked_currency,
}
