"""Who wants what, what is held for them, and what they were answered."""

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.querysets import ScopedQuerySet
from parts.models.catalogue import Part
from parts.models.stock import StockLevel
from workshop.models import HOUSE_ROLES, Customer, Site, Variant, Viewer, role_of


class DemandQuerySet(ScopedQuerySet["Demand"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in HOUSE_ROLES else self.none()

    def waiting(self) -> Self:
        """Wishes that still want pieces."""
        return self.filter(state__in=[Demand.State.OPEN, Demand.State.RESERVED])

    def in_turn(self) -> Self:
        """First come, first served: priority, then the date needed, then age."""
        return self.order_by("priority", F("needed_on").asc(nulls_last=True), "pk")

    def locked(self) -> Self:
        """Lock the rows in key order, so that two commands cannot deadlock."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class Demand(models.Model):
    """A want for a part from one line of work or one order line."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        RESERVED = "RESERVED", _("Reserved")
        FULFILLED = "FULFILLED", _("Drawn")
        CANCELLED = "CANCELLED", _("Cancelled")

    # Opaque to parts, and the idempotency key of the wish: ``card-part:42``.
    demand_key = models.CharField(_("key"), max_length=60, unique=True)
    # Whose wish it is, such as ``project:12``: groups answers, never followed.
    subject_key = models.CharField(_("for"), max_length=60, db_index=True)
    part = models.ForeignKey(
        Part, models.PROTECT, related_name="demands", verbose_name=_("part")
    )
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="demands", verbose_name=_("site")
    )
    # What was asked for and agreed to, when another part has taken its place since.
    replaces_part = models.ForeignKey(
        Part,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_demands",
        verbose_name=_("in place of"),
    )
    # The kit this is a component of, when a kit was asked for.
    kit = models.ForeignKey(
        Part,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="kit_demands",
        verbose_name=_("of kit"),
    )
    # The customer whose own pieces, kept by the house, may serve this wish.
    owner = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("may use pieces of"),
    )
    # The car that the part is for, so that conditions on frame and month can be read.
    variant = models.ForeignKey(
        Variant,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("variant"),
    )
    frame_number = models.PositiveIntegerField(_("frame"), null=True, blank=True)
    built_month = models.DateField(_("built in"), null=True, blank=True)
    # What is needed together, such as ``job-card:12``: once all of it lies here or is
    # drawn, whoever waits is told so, once.
    group_key = models.CharField(_("arrives with"), max_length=60, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    drawn = models.DecimalField(_("drawn"), max_digits=12, decimal_places=3, default=0)
    needed_on = models.DateField(_("needed on"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=100)
    state = models.CharField(
        _("state"), max_length=12, choices=State, default=State.OPEN
    )
    created_at = models.DateTimeField(_("wanted since"))

    objects = DemandQuerySet.as_manager()

    class Meta:
        verbose_name = _("demand")
        verbose_name_plural = _("demands")
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, drawn__gte=0, drawn__lte=F("quantity")),
                name="parts_demand_drawn_within_quantity",
            ),
            models.CheckConstraint(
                condition=~Q(state="FULFILLED") | Q(drawn=F("quantity")),
                name="parts_demand_fulfilled_is_drawn",
            ),
        ]
        indexes = [
            # Serves availability: open demands of one part, first come first served.
            models.Index(
                "part",
                "priority",
                "needed_on",
                "id",
                condition=Q(state__in=["OPEN", "RESERVED"]),
                name="parts_demand_queue",
            ),
            # Serves the word that all of a group is here.
            models.Index(
                "group_key",
                condition=~Q(group_key=""),
                name="parts_demand_group",
            ),
        ]

    def __str__(self) -> str:
        return self.demand_key

    @property
    def remaining(self) -> Decimal:
        """What is still to be drawn."""
        return self.quantity - self.drawn


class GroupArrival(models.Model):
    """All that a group of wishes needs was here, for the first time. Told once."""

    group_key = models.CharField(_("what"), max_length=60, unique=True)
    arrived_at = models.DateTimeField(_("all here since"))

    class Meta:
        verbose_name = _("arrival of a group")
        verbose_name_plural = _("arrivals of groups")

    def __str__(self) -> str:
        return self.group_key


class AvailabilityQuerySet(ScopedQuerySet["Availability"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in HOUSE_ROLES else self.none()


class Availability(models.Model):
    """The newest answer to one demand: how much, from where, by when, how sure, why."""

    class Kind(models.TextChoices):
        ON_HAND = "ON_HAND", _("On hand")
        INCOMING = "INCOMING", _("On order")
        SUPPLIER = "SUPPLIER", _("From a supplier")
        SUPERSEDED = "SUPERSEDED", _("As its successor")
        ALTERNATE = "ALTERNATE", _("As an alternate")
        KIT = "KIT", _("From its components")
        NO_LONGER_MADE = "NO_LONGER_MADE", _("No longer made")
        NUMBER_UNKNOWN = "NUMBER_UNKNOWN", _("Number unknown")
        NO_SOURCE = "NO_SOURCE", _("No source yet")

    class Confidence(models.TextChoices):
        FIRM = "FIRM", _("Firm")
        LIKELY = "LIKELY", _("Likely")
        ROUGH = "ROUGH", _("Rough")
        NONE = "NONE", _("Not known")

    demand = models.OneToOneField(
        Demand,
        models.CASCADE,
        related_name="availability",
        primary_key=True,
        verbose_name=_("demand"),
    )
    kind = models.CharField(_("answer"), max_length=16, choices=Kind)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    available_on = models.DateField(_("available on"), null=True)
    confidence = models.CharField(
        _("confidence"), max_length=8, choices=Confidence, default=Confidence.NONE
    )
    # What stands behind the answer, by name: bin, order line, supplier, part.
    detail = models.JSONField(_("places"), default=dict)
    answered_at = models.DateTimeField(_("answered at"))

    objects = AvailabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("availability answer")
        verbose_name_plural = _("availability answers")
        constraints = [
            models.CheckConstraint(
                condition=Q(available_on__isnull=False)
                | Q(kind__in=["NO_LONGER_MADE", "NUMBER_UNKNOWN", "NO_SOURCE"]),
                name="parts_availability_dated_or_said_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.demand_id}: {self.kind}"


class ReservationQuerySet(ScopedQuerySet["Reservation"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in HOUSE_ROLES else self.none()

    def held(self) -> Self:
        return self.filter(state=Reservation.State.HELD)

    def lapsed(self, at: datetime) -> Self:
        return self.held().filter(held_until__lte=at)


class Reservation(models.Model):
    """A quantity held for one demand, from a bin or from an order line to come."""

    class State(models.TextChoices):
        HELD = "HELD", _("Held")
        RELEASED = "RELEASED", _("Released")
        CONSUMED = "CONSUMED", _("Drawn")

    demand = models.ForeignKey(
        Demand,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
        verbose_name=_("demand"),
    )
    demand_key = models.CharField(_("for"), max_length=60)
    level = models.ForeignKey(
        StockLevel,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
        verbose_name=_("position"),
    )
    order_line = models.ForeignKey(
        "parts.PurchaseOrderLine",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
        verbose_name=_("order line"),
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.HELD
    )
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    created_at = models.DateTimeField(_("held since"))

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="parts_reservation_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=False, order_line__isnull=True)
                | Q(level__isnull=True, order_line__isnull=False),
                name="parts_reservation_one_place",
            ),
            models.UniqueConstraint(
                "demand_key",
                "level",
                condition=Q(state="HELD", level__isnull=False),
                name="parts_reservation_one_held_per_level",
            ),
            models.UniqueConstraint(
                "demand_key",
                "order_line",
                condition=Q(state="HELD", order_line__isnull=False),
                name="parts_reservation_one_held_per_line",
            ),
        ]
        indexes = [
            # Serves the sweep of lapsed holds.
            models.Index(
                "held_until",
                condition=Q(state="HELD", held_until__isnull=False),
                name="parts_reservation_lapsing",
            ),
            # Serves the invariants: what is held from one level.
            models.Index(
                "level", condition=Q(state="HELD"), name="parts_reservation_held"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.demand_key}: {self.quantity}"


class Replacement(models.Model):
    """A part put in the place of another in every open wish. Never edited."""

    old = models.ForeignKey(
        Part, models.PROTECT, related_name="replaced", verbose_name=_("old part")
    )
    new = models.ForeignKey(
        Part, models.PROTECT, related_name="replacing", verbose_name=_("new part")
    )
    demand = models.ForeignKey(
        Demand, models.PROTECT, related_name="replacements", verbose_name=_("demand")
    )
    reason = models.CharField(_("reason"), max_length=200)
    command_id = models.UUIDField(_("command"), db_index=True)
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    replaced_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("replacement")
        verbose_name_plural = _("replacements")
        constraints = [
            models.UniqueConstraint(
                "command_id", "demand", name="parts_replacement_once"
            ),
            models.CheckConstraint(
                condition=~Q(old=F("new")), name="parts_replacement_not_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.demand_id}: {self.old_id} → {self.new_id}"
