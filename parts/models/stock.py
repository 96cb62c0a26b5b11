"""Where stock is and how it got there. Quantities are in ``Part.unit``."""

from collections.abc import Collection
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.money import money_constraints
from common.querysets import ScopedQuerySet
from parts.models.catalogue import Part
from workshop.models import DESK_ROLES, HOUSE_ROLES, Customer, Site, Viewer, role_of


class Bin(models.Model):
    """One place in the store. A bin may stand inside another."""

    class Kind(models.TextChoices):
        STORE = "STORE", _("Store")
        RECEIVING = "RECEIVING", _("Receiving")
        QUARANTINE = "QUARANTINE", _("Quarantine")
        ORIGINALS = "ORIGINALS", _("Removed originals")

    site = models.ForeignKey(
        Site, models.PROTECT, related_name="bins", verbose_name=_("site")
    )
    code = models.CharField(_("code"), max_length=20)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("inside"),
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
        """Lock the rows in key order, so that two commands cannot deadlock.

        Each knows whether its pieces are kept by serial number (``is_by_serial``).
        """
        rows = self.order_by("pk").annotate(is_by_serial=F("part__is_serialised"))
        return rows.select_for_update(of=("self",), no_key=True)

    def usable(self) -> Self:
        """Stock that may be promised: what is in quarantine or a customer's may not."""
        return self.filter(
            bin__kind__in=[Bin.Kind.STORE, Bin.Kind.RECEIVING], owner__isnull=True
        )

    def usable_for(self, owner_ids: Collection[int]) -> Self:
        """The same and the own pieces of customers, for wishes that name them."""
        if not owner_ids:
            return self.usable()
        return self.filter(
            Q(owner__isnull=True) | Q(owner__in=owner_ids),
            bin__kind__in=[Bin.Kind.STORE, Bin.Kind.RECEIVING],
        )


class StockLevel(models.Model):
    """The running position of one part in one bin: a projection of its movements."""

    part = models.ForeignKey(
        Part, models.PROTECT, related_name="levels", verbose_name=_("part")
    )
    bin = models.ForeignKey(
        Bin, models.PROTECT, related_name="levels", verbose_name=_("bin")
    )
    lot = models.CharField(_("lot"), max_length=40, blank=True)
    # Whose the pieces are, if not the house's: kept for them, never sold.
    owner = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="own_stock",
        verbose_name=_("belongs to"),
    )
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
    last_sequence = models.BigIntegerField(_("lines"), default=0)
    unit_cost = models.DecimalField(
        _("moving average cost"), max_digits=14, decimal_places=4, default=0
    )

    objects = StockLevelQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        constraints = [
            models.UniqueConstraint(
                "part",
                "bin",
                "lot",
                "owner",
                name="parts_level_one_per_bin_and_lot",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, reserved__lte=F("on_hand")),
                name="parts_level_reserved_within_on_hand",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | Q(unit_cost=0),
                name="parts_level_owned_costs_nothing",
            ),
        ]
        indexes = [
            # Serves the search for a lot on the stock list.
            models.Index("lot", condition=~Q(lot=""), name="parts_level_lot"),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} @ {self.bin_id}"


class StockMovementQuerySet(ScopedQuerySet["StockMovement"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in HOUSE_ROLES else self.none()


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
        CUSTOMER_RETURN = "CUSTOMER_RETURN", _("Return from customer")
        HANDED_BACK = "HANDED_BACK", _("Handed back to its owner")
        INTO_KIT = "INTO_KIT", _("Put into a kit")
        KIT_MADE = "KIT_MADE", _("Kit put together")
        KIT_OPENED = "KIT_OPENED", _("Kit taken apart")
        FROM_KIT = "FROM_KIT", _("Taken out of a kit")
        # These two move no piece: they say by which numbers the pieces are known.
        NUMBERED = "NUMBERED", _("Serial numbers given")
        UNNUMBERED = "UNNUMBERED", _("Serial numbers given up")
        REVERSAL = "REVERSAL", _("Reversal")

    level = models.ForeignKey(
        StockLevel, models.PROTECT, related_name="movements", verbose_name=_("position")
    )
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
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("undoes"),
    )
    command_id = models.UUIDField(_("command"), db_index=True)
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    moved_at = models.DateTimeField(_("moved at"))

    objects = StockMovementQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints = [
            models.UniqueConstraint(
                "level", "sequence", name="parts_movement_sequence"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "RECEIPT",
                        "RETURN",
                        "MOVE_IN",
                        "CUSTOMER_RETURN",
                        "KIT_MADE",
                        "FROM_KIT",
                    ],
                    quantity__gt=0,
                )
                | Q(
                    kind__in=[
                        "ISSUE",
                        "MOVE_OUT",
                        "SCRAP",
                        "SHIP",
                        "HANDED_BACK",
                        "INTO_KIT",
                        "KIT_OPENED",
                    ],
                    quantity__lt=0,
                )
                | Q(kind__in=["COUNT", "REVERSAL"]) & ~Q(quantity=0)
                | Q(kind__in=["NUMBERED", "UNNUMBERED"], quantity=0),
                name="parts_movement_sign_matches_kind",
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0), name="parts_movement_balance_not_negative"
            ),
            # A slip of the finger, not a delivery.
            models.CheckConstraint(
                condition=Q(quantity__gte=-100000, quantity__lte=100000),
                name="parts_movement_believable",
            ),
        ]
        indexes = [
            # Serves the bin history page: newest first within one level.
            models.Index("level", F("sequence").desc(), name="parts_movement_history"),
            # Serves returns, which look for what left for a wish and at which cost.
            models.Index(
                "subject_key",
                condition=~Q(subject_key=""),
                name="parts_movement_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity}"


class UnitQuerySet(ScopedQuerySet["Unit"]):
    def visible_to(self, user: Viewer) -> Self:
        """Where a piece comes from may name people: it is for the desk."""
        return self if role_of(user) in DESK_ROLES else self.none()


class Unit(models.Model):
    """One serial-numbered piece with its own history."""

    part = models.ForeignKey(
        Part, models.PROTECT, related_name="units", verbose_name=_("part")
    )
    serial = models.CharField(_("serial number"), max_length=60)
    level = models.ForeignKey(
        StockLevel,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="units",
        verbose_name=_("position"),
    )
    provenance = models.TextField(_("provenance"), blank=True)
    fitted_key = models.CharField(_("fitted to"), max_length=60, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("serial unit")
        verbose_name_plural = _("serial units")
        constraints = [
            models.UniqueConstraint("part", "serial", name="parts_unit_serial_once"),
        ]

    def __str__(self) -> str:
        return self.serial


class UnitMove(models.Model):
    """Which serial unit went with which ledger line. Never edited."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="moves", verbose_name=_("unit")
    )
    movement = models.ForeignKey(
        StockMovement, models.PROTECT, related_name="unit_moves", verbose_name=_("line")
    )

    class Meta:
        verbose_name = _("move of a unit")
        verbose_name_plural = _("moves of units")
        constraints = [
            models.UniqueConstraint("unit", "movement", name="parts_unitmove_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} @ {self.movement_id}"


class StockCost(models.Model):
    """The money side of one receipt: what was paid for the pieces, landed."""

    movement = models.OneToOneField(
        StockMovement,
        models.PROTECT,
        related_name="cost",
        primary_key=True,
        verbose_name=_("movement"),
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        constraints = [*money_constraints("parts_cost", "amount", "currency")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
