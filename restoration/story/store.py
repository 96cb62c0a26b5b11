"""The store: a number with a successor, a back-order, a stocktake, a return."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from common.formats import grouped
from parts import commands as parts
from parts import queries as parts_queries
from parts.models import (
    Availability,
    Bin,
    Count,
    Demand,
    Part,
    PartsOrder,
    PurchaseOrder,
    Return,
    StockLevel,
    Supersession,
    SupplierOffer,
)
from restoration.queries import shown_date
from restoration.story.cast import Story
from restoration.story.waiting import Stuck, demand_that, wait_for
from workshop.models import Role, User

ORDERED, FOUND, ONE = Decimal(3), Decimal(2), Decimal(1)
PRICE = Decimal(12000)
Kind = Availability.Kind


def succeeded(story: Story) -> None:
    """A wished number is answered by the one that took its place, with conditions."""
    tell = story.tell
    tell.step(_("A number that has a successor"))
    old_id = story.journal.once("superseded", _superseded)
    step = Supersession.objects.filter(old=old_id or 0).order_by("pk").first()
    if step is None:
        tell.say(_("No number in the catalogue has a successor and no source left."))
        return
    _bring_successor(story, step)
    wish = parts.raise_demand(
        demand_key=f"{story.journal.key('wish')}",
        subject_key=story.project.subject_key,
        part_id=step.old_id,
        site_id=story.site.pk,
        quantity=ONE,
        priority=0,
        at=timezone.now(),
        actor_id=story.manager.pk,
    )
    answer = wait_for(
        _("An answer to a wish for a number with a successor"),
        lambda: Availability.objects.filter(demand=wish).first(),
        seconds=story.patience,
    )
    demand_that(
        answer.kind == Kind.SUPERSEDED,
        _("A number with a successor was not answered by it."),
    )
    tell.say(
        _("%(wanted)s was wished for: %(answer)s")
        % {
            "wanted": _number(step.old),
            "answer": parts_queries.availability_sentence(answer),
        }
    )
    parts.cancel_demand(
        demand_id=wish.pk,
        reason="The story only asked",
        at=timezone.now(),
        actor_id=story.manager.pk,
    )
    tell.took()


def _superseded() -> int | None:
    """A number with a successor that itself neither lies here nor is offered."""
    rows = Supersession.objects.exclude(
        old__in=StockLevel.objects.usable().filter(on_hand__gt=0).values("part")
    ).exclude(old__in=SupplierOffer.objects.filter(is_withdrawn=False).values("part"))
    return rows.order_by("pk").values_list("old_id", flat=True).first()


def _bring_successor(story: Story, step: Supersession) -> None:
    parts.receive_stock(
        part_id=step.new_id,
        bin_id=_receiving(story).pk,
        quantity=ONE,
        unit_cost=Decimal(5000),
        reason="Bought over the counter for the story",
        key=story.journal.key("successor"),
        at=timezone.now(),
        actor_id=story.manager.pk,
    )


def back_order(story: Story) -> None:
    """What a customer ordered and nobody had is covered by a delivery."""
    tell = story.tell
    tell.step(_("A back-order, covered by a delivery"))
    order, wish = _order_of(story)
    wait_for(
        _("An answer to a customer's order"),
        lambda: Availability.objects.filter(demand=wish).exists(),
        seconds=story.patience,
    )
    demand_that(
        not wish.reservations.exists() or _is(wish, Demand.State.RESERVED),
        _("A customer's order holds what is not there."),
    )
    tell.say(
        _("%(order)s wants %(part)s; none is here.")
        % {"order": order.number, "part": wish.part.name}
    )
    bought = _bought(story, wish.part_id)
    line = bought.lines.get()
    if not line.received:
        wait_for(
            _("The delivery as the answer to the order"),
            lambda: Availability.objects.filter(
                demand=wish, kind=Kind.INCOMING
            ).exists(),
            seconds=story.patience,
        )
    tell.say(
        _("%(bought)s is sent: the order waits until %(day)s.")
        % {"bought": bought.number, "day": shown_date(line.due_on)}
    )
    parts.receive_order_line(
        line_id=line.pk,
        quantity=ORDERED,
        bin_id=_receiving(story).pk,
        key=story.journal.key("delivery"),
        at=timezone.now(),
        actor_id=story.manager.pk,
    )
    wait_for(
        _("A held piece for the order"),
        lambda: _is(wish, Demand.State.RESERVED, Demand.State.FULFILLED),
        seconds=story.patience,
    )
    tell.say(_("%(count)s came; one is held for the order.") % {"count": ORDERED})
    tell.took()


def _order_of(story: Story) -> tuple[PartsOrder, Demand]:
    part_id = story.journal.once("back-order", lambda: _sellable(story))
    order = parts.place_parts_order(
        customer_id=story.customer.pk,
        site_id=story.site.pk,
        lines=[parts.Sold(part_id=part_id, quantity=ONE, unit_price=PRICE)],
        key=story.journal.key("order"),
        at=timezone.now(),
        actor_id=story.manager.pk,
    )
    parts.confirm_parts_order(
        order_id=order.pk, at=timezone.now(), actor_id=story.manager.pk
    )
    line = order.lines.get()
    if line.demand is None:
        raise Stuck(_("A confirmed order has no wish."))
    return order, line.demand


def _sellable(story: Story) -> int:
    """A part that is offered, and that nobody has and nobody waits for."""
    waiting = Demand.objects.waiting().values("part")
    stocked = StockLevel.objects.filter(on_hand__gt=0).values("part")
    offered = SupplierOffer.objects.filter(is_withdrawn=False).values("part")
    rows = (
        Part.objects.filter(pk__in=offered, is_serialised=False, kit_lines=None)
        .exclude(pk__in=waiting)
        .exclude(pk__in=stocked)
    )
    found = rows.order_by("pk").values_list("pk", flat=True).first()
    if found is None:
        raise Stuck(_("Every part that is offered lies here or is waited for."))
    return found


def _bought(story: Story, part_id: int) -> PurchaseOrder:
    offers = SupplierOffer.objects.filter(part=part_id, is_withdrawn=False)
    offer = offers.order_by("lead_days", "pk").first()
    if offer is None:
        raise Stuck(_("Nobody offers the part any more."))
    order = parts.create_purchase_order(
        supplier_id=offer.supplier_id,
        site_id=story.site.pk,
        currency=offer.currency,
        lines=[
            parts.Ordered(
                part_id=part_id,
                quantity=ORDERED,
                unit_price=offer.price,
                due_on=story.began_at.date() + timedelta(days=offer.lead_days),
            )
        ],
        key=story.journal.key("purchase"),
        at=timezone.now(),
        actor_id=story.manager.pk,
    )
    parts.send_purchase_order(
        order_id=order.pk, at=timezone.now(), actor_id=story.manager.pk
    )
    order.refresh_from_db()
    return order


def stocktake(story: Story) -> None:
    """A blind count finds one piece fewer; a second person agrees to the difference."""
    tell = story.tell
    tell.step(_("A stocktake with a difference"))
    part_id = story.journal.known["back-order"]
    counter = User.objects.filter(role=Role.PARTS, is_active=True).order_by("pk")
    who = counter.exclude(pk=story.manager.pk).first()
    if who is None:
        raise Stuck(_("The store has nobody who counts."))
    count = parts.open_count(
        site_id=story.site.pk,
        kind=Count.Kind.CYCLE,
        reason="The story counts",
        bin_id=_receiving(story).pk,
        approval_limit=Decimal(0),
        key=story.journal.key("count"),
        at=timezone.now(),
        actor_id=who.pk,
    )
    for line in count.lines.select_related("level").order_by("pk"):
        is_ours = line.level.part_id == part_id
        parts.enter_find(
            count_id=count.pk,
            level_id=line.level_id,
            counted=FOUND if is_ours else line.level.on_hand,
            key=story.journal.key(f"find-{line.pk}"),
            at=timezone.now(),
            actor_id=who.pk,
        )
    parts.submit_count(count_id=count.pk, at=timezone.now(), actor_id=who.pk)
    _refused_alone(story, count, who)
    parts.post_count(
        count_id=count.pk,
        key=story.journal.key("written"),
        at=timezone.now(),
        actor_id=story.manager.pk,
    )
    level = StockLevel.objects.get(part=part_id, bin=_receiving(story))
    tell.say(
        _("%(number)s: %(who)s found %(found)s of %(part)s, not %(expected)s;"
          " %(manager)s agreed. %(left)s lie there.")
        % {
            "number": count.number, "who": who, "found": grouped(FOUND),
            "part": level.part.name, "expected": grouped(ORDERED),
            "manager": story.manager, "left": grouped(level.on_hand),
        }
    )  # fmt: skip
    tell.took()


def _refused_alone(story: Story, count: Count, who: User) -> None:
    """Whoever has counted does not agree to the difference."""
    try:
        parts.post_count(
            count_id=count.pk,
            key=story.journal.key("alone"),
            at=timezone.now(),
            actor_id=who.pk,
        )
    except parts.SecondPersonNeeded as refusal:
        story.tell.say(_("Refused: %(why)s") % {"why": refusal})
    except parts.WrongState:
        # Written before the story was interrupted.
        return
    else:
        raise Stuck(_("One person alone wrote a difference."))


def give_back(story: Story) -> None:
    """The order is shipped; its piece comes back and the money goes back."""
    tell = story.tell
    tell.step(_("Shipped, and returned"))
    order, wish = _order_of(story)
    shipment = parts.ship_parts_order(
        order_id=order.pk,
        carrier="Yamato",
        key=story.journal.key("parcel"),
        at=timezone.now(),
        actor_id=story.manager.pk,
    )
    wish.refresh_from_db()
    demand_that(wish.drawn == ONE, _("A parcel left without its piece."))
    agreed = parts.agree_return(
        line_id=order.lines.get().pk,
        kind=Return.Kind.RETURN,
        quantity=ONE,
        reason="It was the wrong side",
        key=story.journal.key("agreed"),
        at=timezone.now(),
        actor_id=story.manager.pk,
    )
    parts.receive_return(
        return_id=agreed.pk,
        bin_id=_receiving(story).pk,
        key=story.journal.key("came back"),
        at=timezone.now(),
        actor_id=story.manager.pk,
    )
    row = parts.refund_return(
        return_id=agreed.pk, at=timezone.now(), actor_id=story.manager.pk
    )
    story.journal.once("returned", lambda: _lies_again(story, wish.part_id))
    tell.say(
        _("%(order)s left as %(parcel)s; %(number)s: one came back, %(refund)s"
          " %(currency)s are credited.")
        % {
            "order": order.number, "parcel": shipment.number, "number": row.number,
            "refund": grouped(row.refund or 0), "currency": row.currency,
        }
    )  # fmt: skip
    tell.took()


def _lies_again(story: Story, part_id: int) -> bool:
    """See that the piece lies there; then leave the shelf as the story found it."""
    level = StockLevel.objects.get(part=part_id, bin=_receiving(story))
    demand_that(
        level.on_hand == FOUND, _("What came back does not lie where it was put.")
    )
    parts.adjust_stock(
        level_id=level.pk,
        counted=Decimal(0),
        reason="The story's pieces leave the house again",
        key=story.journal.key("cleared"),
        at=timezone.now(),
        actor_id=story.manager.pk,
    )
    return True


def _receiving(story: Story) -> Bin:
    bins = Bin.objects.filter(site=story.site, kind=Bin.Kind.RECEIVING)
    found = bins.order_by("code", "pk").first()
    if found is None:
        raise Stuck(_("The store has no bin."))
    return found


def _is(wish: Demand, *states: str) -> bool:
    return Demand.objects.filter(pk=wish.pk, state__in=states).exists()


def _number(part: Part) -> str:
    row = part.numbers.order_by("-is_primary", "pk").first()
    return f"{row.as_printed if row else part.code} {part.name}"
