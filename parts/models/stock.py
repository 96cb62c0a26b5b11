"""Where stock is and how it got there. Quantities are in ``Part.unit``."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.money import money_constraints
from common.querysets import ScopedQuerySet
from parts.models.catalogue import Part
from workshop.models import HOUSE_ROLES, Site, Viewer, role_of


class Bin(models.Model):
    """One place in the store. A bin may stand inside another."""

    class Kind(models.TextChoices):
        STORE = "STORE", _("Store")
        RECEIVING = "RECEIVING", _("Receiving")
        QUARANTINE = "QUARANTINE", _("Quarantine")
        ORIGINALS = "ORIGINALS", _("Removed originals")

    site = models.ForeignKey(Site, models.PROTECT, related_name="bins")
    code = models.CharField(_("code"), max_length=20)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.STORE)

    class Meta:
        verbose_name = _("bin")
        verbose_name_plural = _("bins")
        constraints = [
            models.UniqueConstraint("site", "code", name="parts_bin_code_per_site"),
        ]

    def __str__(self) -> str:
        return self.code


class StockLevelQuerySet(ScopedQuerySet["StockLevel"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in HOUSE_ROLES else self.none()

    def locked(self) -> Self:
        """Lock the rows in key order, so that two commands cannot deadlock."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def usable(self) -> Self:
        """Stock that may be promised: what is in quarantine may not."""
        return self.filter(bin__kind__in=[Bin.Kind.STORE, Bin.Kind.RECEIVING])


class StockLevel(models.Model):
    """The running position of one part in one bin: a projection of its movements."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="levels")
    bin = models.ForeignKey(Bin, models.PROTECT, related_name="levels")
    lot = models.CharField(_("lot"), max_length=40, blank=True)
    on_hand = models.DecimalField(
        _("on hand"), max_digits=12, decimal_places=3, default=0
    )
    reserved = models.DecimalField(
        _("reserved"), max_digits=12, decimal_places=3, default=0
    )
    available = models.GeneratedField(
        verbose_name=_("available"),
        expression=F("on_hand") - F("reserved"),
        output_field=models.DecimalField(max_digits=12, decimal_places=3),
        db_persist=True,
    )
    # Number of the newest movement: the next one takes the next number, no gaps.
    last_sequence = models.BigIntegerField(default=0)
    unit_cost = models.DecimalField(
        _("moving average cost"), max_digits=14, decimal_places=4, default=0
    )

    objects = StockLevelQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        constraints = [
            models.UniqueConstraint(
                "part", "bin", "lot", name="parts_level_one_per_bin_and_lot"
            ),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, reserved__lte=F("on_hand")),
                name="parts_level_reserved_within_on_hand",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} @ {self.bin_id}"


class StockMovement(models.Model):
    """One line of the stock ledger. Never edited: a mistake is reversed by a line."""

    class Kind(models.TextChoices):
        RECEIPT = "RECEIPT", _("Receipt")
        ISSUE = "ISSUE", _("Issue to job")
        RETURN = "RETURN", _("Return from job")
        MOVE_OUT = "MOVE_OUT", _("Moved out")
        MOVE_IN = "MOVE_IN", _("Moved in")
        COUNT = "COUNT", _("Stocktake correction")
        SCRAP = "SCRAP", _("Scrap")
        SHIP = "SHIP", _("Shipped")
        REVERSAL = "REVERSAL", _("Reversal")

    level = models.ForeignKey(StockLevel, models.PROTECT, related_name="movements")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    sequence = models.BigIntegerField(_("line"))
    balance = models.DecimalField(_("balance after"), max_digits=12, decimal_places=3)
    unit_cost = models.DecimalField(
        _("unit cost"), max_digits=14, decimal_places=4, default=0
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # What the movement was for, such as a job card's demand: opaque to parts.
    subject_key = models.CharField(_("for"), max_length=60, blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    command_id = models.UUIDField(db_index=True)
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    moved_at = models.DateTimeField(_("moved at"))

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints = [
            models.UniqueConstraint(
                "level", "sequence", name="parts_movement_sequence"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["RECEIPT", "RETURN", "MOVE_IN"], quantity__gt=0)
                | Q(kind__in=["ISSUE", "MOVE_OUT", "SCRAP", "SHIP"], quantity__lt=0)
                | Q(kind__in=["COUNT", "REVERSAL"]) & ~Q(quantity=0),
                name="parts_movement_sign_matches_kind",
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0), name="parts_movement_balance_not_negative"
            ),
        ]
        indexes = [
            # Serves the bin history page: newest first within one level.
            models.Index("level", F("sequence").desc(), name="parts_movement_history"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity}"


class Unit(models.Model):
    """One serial-numbered piece with its own history."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="units")
    serial = models.CharField(_("serial number"), max_length=60)
    level = models.ForeignKey(
        StockLevel, models.PROTECT, null=True, blank=True, related_name="units"
    )
    provenance = models.TextField(_("provenance"), blank=True)
    fitted_key = models.CharField(_("fitted to"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("serial unit")
        verbose_name_plural = _("serial units")
        constraints = [
            models.UniqueConstraint("part", "serial", name="parts_unit_serial_once"),
        ]

    def __str__(self) -> str:
        return self.serial


class Demand(models.Model):
    """A want for a part from one line of work or one order line."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        RESERVED = "RESERVED", _("Reserved")
        FULFILLED = "FULFILLED", _("Drawn")
        CANCELLED = "CANCELLED", _("Cancelled")

    # Opaque to parts, and the idempotency key of the wish: ``card-part:42``.
    demand_key = models.CharField(max_length=60, unique=True)
    # Whose wish it is, such as ``project:12``: groups answers, never followed.
    subject_key = models.CharField(max_length=60, db_index=True)
    part = models.ForeignKey(Part, models.PROTECT, related_name="demands")
    site = models.ForeignKey(Site, models.PROTECT, related_name="demands")
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    drawn = models.DecimalField(_("drawn"), max_digits=12, decimal_places=3, default=0)
    needed_on = models.DateField(_("needed on"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=100)
    state = models.CharField(
        _("state"), max_length=12, choices=State, default=State.OPEN
    )
    created_at = models.DateTimeField(_("wanted since"))

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
        ]

    def __str__(self) -> str:
        return self.demand_key


class Availability(models.Model):
    """The newest answer to one demand: how much, from where, by when, how sure, why."""

    class Kind(models.TextChoices):
        ON_HAND = "ON_HAND", _("On hand")
        INCOMING = "INCOMING", _("On order")
        SUPPLIER = "SUPPLIER", _("From a supplier")
        SUPERSEDED = "SUPERSEDED", _("As its successor")
        ALTERNATE = "ALTERNATE", _("As an alternate")
        NO_LONGER_MADE = "NO_LONGER_MADE", _("No longer made")
        NUMBER_UNKNOWN = "NUMBER_UNKNOWN", _("Number unknown")
        NO_SOURCE = "NO_SOURCE", _("No source yet")

    class Confidence(models.TextChoices):
        FIRM = "FIRM", _("Firm")
        LIKELY = "LIKELY", _("Likely")
        ROUGH = "ROUGH", _("Rough")
        NONE = "NONE", _("Not known")

    demand = models.OneToOneField(
        Demand, models.CASCADE, related_name="availability", primary_key=True
    )
    kind = models.CharField(_("answer"), max_length=16, choices=Kind)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    available_on = models.DateField(_("available on"), null=True)
    confidence = models.CharField(
        _("confidence"), max_length=8, choices=Confidence, default=Confidence.NONE
    )
    # What stands behind the answer, by name: bin, order line, supplier, part.
    detail = models.JSONField(default=dict)
    answered_at = models.DateTimeField(_("answered at"))

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


class Reservation(models.Model):
    """A quantity held for one demand, from a bin or from an order line to come."""

    class State(models.TextChoices):
        HELD = "HELD", _("Held")
        RELEASED = "RELEASED", _("Released")
        CONSUMED = "CONSUMED", _("Drawn")

    demand = models.ForeignKey(
        Demand, models.PROTECT, null=True, blank=True, related_name="reservations"
    )
    demand_key = models.CharField(_("for"), max_length=60)
    level = models.ForeignKey(
        StockLevel, models.PROTECT, null=True, blank=True, related_name="reservations"
    )
    order_line = models.ForeignKey(
        "parts.PurchaseOrderLine",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.HELD
    )
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    created_at = models.DateTimeField(_("held since"))

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


class StockCost(models.Model):
    """The money side of one receipt: what was paid for the pieces, landed."""

    movement = models.OneToOneField(
        StockMovement, models.PROTECT, related_name="cost", primary_key=True
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        constraints = [*money_constraints("parts_cost", "amount", "currency")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
