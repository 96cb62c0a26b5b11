"""Cars come into the books: by a known frame number, or by a manager's word."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import DomainError, InvalidInput, NotAllowed, NotFound
from restoration import queries
from restoration.models import Ownership, Vehicle
from restoration.models.vehicles import house_day
from workshop.models import Colour, Customer, Role, User, Variant


class OwnedByAnother(DomainError):
    """The car is known and belongs to somebody else."""

    todo = _("Enter the change of owner first, with its date.")


def enter_vehicle(
    *,
    frame_number: str,
    model_code: str,
    colour_code: str,
    customer_id: int,
    user_id: int | None,
    at: datetime,
    variant_id: int | None = None,
    built_month: date | None = None,
) -> Vehicle:
    """Enter a car that the record knows. A second entry finds the first.

    Args:
        frame_number: however it was typed.
        model_code: from the plate; it decides between candidates.
        colour_code: from the plate; may be empty, and need not be one of the variant's.
        customer_id: the owner from today on.
        user_id: who enters it.
        at: now, aware.
        variant_id: decides where the model code is not in the record.
        built_month: first day of the month, where known.

    Raises:
        InvalidInput: no frame number, an unknown prefix or colour, or several variants
            are left (``field`` says which).
        NeverBuilt: no range holds the number.
        NotFound: no such customer.
        OwnedByAnother: the car is known as someone else's.
    """
    reading = queries.decode_frame_number(frame_number, model_code=model_code)
    variant = _decided(reading, variant_id)
    return _enter(
        Vehicle(
            frame_number=reading.frame_number,
            prefix=reading.prefix,
            serial=reading.serial,
            variant=variant,
            model_code=queries.normalise_model_code(model_code),
            built_month=built_month,
            colour=_colour(variant.chassis_code or reading.prefix, colour_code),
            entered_by_id=user_id,
            entered_at=at,
        ),
        customer_id=customer_id,
    )


def enter_unlisted_vehicle(
    *,
    frame_number: str,
    customer_id: int,
    reason: str,
    user_id: int,
    at: datetime,
    model_code: str = "",
) -> Vehicle:
    """Enter a car that no range holds, on a manager's word.

    Args:
        frame_number: however it was typed; its form is still checked.
        customer_id: the owner from today on.
        reason: why the house believes the number; kept with the car.
        user_id: the manager.
        at: now, aware.
        model_code: from the plate, where there is one.

    Raises:
        NotAllowed: the person is no manager.
        InvalidInput: no reason, or no frame number.
        NotFound: no such customer.
        OwnedByAnother: the car is known as someone else's.
    """
    person = User.objects.filter(pk=user_id, is_active=True).first()
    if person is None or person.role != Role.MANAGER:
        raise NotAllowed(_("Only a manager enters a car that no range holds."))
    if not reason.strip():
        raise InvalidInput(_("Say why this car is entered."), field="reason")
    prefix, serial = queries.split_frame_number(frame_number)
    return _enter(
        Vehicle(
            frame_number=queries.frame_number_of(prefix, serial),
            prefix=prefix,
            serial=serial,
            model_code=queries.normalise_model_code(model_code),
            unlisted_reason=reason.strip()[:200],
            entered_by_id=user_id,
            entered_at=at,
        ),
        customer_id=customer_id,
    )


@transaction.atomic
def change_owner(
    *, vehicle_id: int, customer_id: int, from_on: date, user_id: int, at: datetime
) -> Ownership:
    """End the ownership there is and begin another.

    Args:
        vehicle_id: the car.
        customer_id: the new owner; the same one again changes nothing.
        from_on: the new owner's first day.
        user_id: who enters it.
        at: now, aware.

    Raises:
        InvalidInput: the day is not after the beginning of the ownership there is.
    """
    car = Vehicle.objects.select_for_update(no_key=True).get(pk=vehicle_id)
    held = car.ownerships.filter(period__endswith__isnull=True).first()
    if held is not None:
        if held.customer_id == customer_id:
            return held
        began = held.period.lower
        if began is not None and from_on <= began:
            raise InvalidInput(
                _("The car has its present owner since %(began)s."),
                field="from_on",
                began=began,
            )
        held.period = DateRange(began, from_on)
        held.save(update_fields=["period"])
    new = Ownership.objects.create(
        vehicle=car, customer_id=customer_id, period=DateRange(from_on, None)
    )
    audit.record(
        subject=f"vehicle:{car.pk}",
        command="change_owner",
        actor_id=user_id,
        at=at,
        detail={"customer": customer_id, "from": from_on.isoformat()},
    )
    return new


@transaction.atomic
def _enter(car: Vehicle, *, customer_id: int) -> Vehicle:
    owner = Customer.objects.filter(pk=customer_id).first()
    if owner is None:
        raise NotFound(field="customer")
    known = _known(car) or _entered_meanwhile(car)
    if known is not None:
        return _of_owner(known, owner)
    Ownership.objects.create(
        vehicle=car,
        customer=owner,
        period=DateRange(house_day(car.entered_at), None),
    )
    audit.record(
        subject=f"vehicle:{car.pk}",
        command="enter_vehicle",
        actor_id=car.entered_by_id,
        at=car.entered_at,
        detail={
            "frame_number": car.frame_number,
            "variant": car.variant_id,
            "unlisted_reason": car.unlisted_reason,
        },
    )
    return car


def _known(car: Vehicle) -> Vehicle | None:
    return Vehicle.objects.filter(frame_number=car.frame_number).first()


def _entered_meanwhile(car: Vehicle) -> Vehicle | None:
    """Save a car; return the one that somebody else entered in the same moment."""
    try:
        with transaction.atomic():
            car.save()
    except IntegrityError:
        known = _known(car)
        if known is None:
            raise
        return known
    return None


def _of_owner(car: Vehicle, owner: Customer) -> Vehicle:
    held = car.ownerships.filter(period__endswith__isnull=True).first()
    if held is None or held.customer_id != owner.pk:
        raise OwnedByAnother(
            _("%(frame_number)s is in the books under another owner."),
            frame_number=car.frame_number,
        )
    return car


def _decided(reading: queries.FrameReading, variant_id: int | None) -> Variant:
    if variant_id is not None:
        for candidate in reading.candidates:
            if candidate.variant.pk == variant_id:
                return candidate.variant
        raise InvalidInput(
            _("%(frame_number)s cannot be of this variant."),
            field="variant",
            frame_number=reading.frame_number,
        )
    if reading.variant is None:
        raise InvalidInput(
            _(
                "%(frame_number)s can be one of %(variants)s. The model code on the"
                " plate decides; choose the variant if the record does not know it."
            ),
            field="model_code",
            frame_number=reading.frame_number,
            variants=", ".join(c.variant.code for c in reading.candidates),
        )
    return reading.variant


def _colour(chassis_code: str, code: str) -> Colour | None:
    wanted = queries.normalise_model_code(code)
    if not wanted:
        return None
    colour = Colour.objects.filter(chassis_code=chassis_code, code=wanted).first()
    if colour is None:
        raise InvalidInput(
            _("“%(code)s” is no colour code of %(chassis)s."),
            field="colour_code",
            code=code[:20],
            chassis=chassis_code,
        )
    return colour
