"""What the services do by themselves: answers about parts, a plan, a promise."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.models import OutboxEvent
from parts import commands as parts
from parts.models import (
    Availability,
    Demand,
    PurchaseOrder,
    PurchaseOrderLine,
    SupplierOffer,
)
from restoration import commands, queries
from restoration.models import Assignment, JobCardPart, PlanRun
from restoration.story.arguing import tell_changes
from restoration.story.cast import Story, wish_of
from restoration.story.waiting import Stuck, demand_that, wait_for
from workshop.models import Promise

EXAMPLES = 2
FIRST_STARTS = 6
# Past the promised day, so that no reserve can hide it.
LATER = timedelta(days=30)
# Days that the work after the part may take.
ROOM = 200
OTHER = {"en": "ja", "ja": "en"}
Kind = Availability.Kind


def availability(story: Story) -> None:
    """Celery answers every wish for a part."""
    tell = story.tell
    tell.step(_("Availability: every wish gets an answer"))
    wishes = Demand.objects.filter(subject_key=story.project.subject_key)
    if not wishes.exists():
        tell.say(_("This job takes no parts."))
        return
    wait_for(
        _("An answer to every wish"),
        lambda: not wishes.filter(availability__isnull=True).exists(),
        seconds=story.patience,
    )
    rows = wishes.select_related("availability", "part").prefetch_related(
        "part__numbers"
    )
    by_kind: dict[str, list[Demand]] = {}
    for wish in rows.order_by("availability__available_on", "pk"):
        by_kind.setdefault(wish.availability.kind, []).append(wish)
    for kind in Kind:
        found = by_kind.get(kind, [])
        if found:
            tell.say(f"{kind.label}: {len(found)}")
            tell.rows(_answer(wish) for wish in found[:EXAMPLES])
    tell.took()


def _answer(wish: Demand) -> tuple[str, str, str]:
    answer = wish.availability
    number = next((n.as_printed for n in wish.part.numbers.all()), "–")
    when = (
        queries.shown_date(answer.available_on) if answer.available_on else _("no date")
    )
    return f"{number} {wish.part.name}", when, answer.get_confidence_display()


def plan(story: Story) -> None:
    """Celery plans the cards; the plan in force gives a promise."""
    tell = story.tell
    tell.step(_("Plan: cards over people, bays, hours and part dates"))
    run = wait_for(
        _("A plan with this car in it"),
        lambda: _plan_of(story),
        seconds=story.patience,
    )
    tell.say(
        _("%(cards)s cards of all cars in the house; %(cost)s weighted days after"
          " promises, cannot be below %(bound)s; %(kept)s of %(near)s near cards"
          " kept their day.")
        % {
            "cards": run.detail.get("cards"),
            "cost": run.cost,
            "bound": run.lower_bound,
            "kept": run.near_kept,
            "near": run.near,
        }
    )  # fmt: skip
    first = Assignment.objects.filter(run=run, card__project=story.project)
    tell.say(_("First starts, each with what it waits for:"))
    tell.rows(
        (
            a.card.title,
            queries.shown_instant(a.starts_at),
            queries.start_reason(a.card, a.reason),
        )
        for a in first.select_related("card").order_by("starts_at", "pk")[:FIRST_STARTS]
    )
    promise = wait_for(_("A promise"), lambda: _promise(story), seconds=story.patience)
    tell_promise(story, promise)
    tell.took()


def _plan_of(story: Story) -> PlanRun | None:
    failed = PlanRun.objects.filter(
        site=story.site, state=PlanRun.State.FAILED, requested_at__gte=story.began_at
    ).first()
    if failed is not None:
        why = queries.refusal_sentence(failed)
        raise Stuck(_("The planner failed: %(why)s") % {"why": why})
    return PlanRun.objects.filter(
        site=story.site, is_in_force=True, assignments__card__project=story.project
    ).first()


def _promise(story: Story) -> Promise | None:
    return Promise.objects.history_of(story.project.subject_key).first()


def tell_promise(story: Story, promise: Promise) -> None:
    """Say a promise in the story's language, its cause in both."""
    story.tell.say(
        _("Promise %(number)s: %(date)s (%(confidence)s).")
        % {
            "number": promise.sequence,
            "date": queries.shown_date(promise.promised_on),
            "confidence": promise.get_confidence_display(),
        }
    )
    story.tell.say(queries.promise_sentence(promise))
    with translation.override(OTHER[(get_language() or "en")[:2]]):
        sentence = queries.promise_sentence(promise)
    story.tell.say(sentence)


def late_part(story: Story) -> None:
    """A purchase order is sent, then its date moves; the promise moves with a cause."""
    tell = story.tell
    tell.step(_("A part comes late"))
    once = story.journal.once
    first = once("promise before", lambda: _promise_id(story))
    before = Promise.objects.filter(pk=first or 0).first()
    if before is None:
        raise Stuck(_("There is no promise that could move."))
    row = _part_to_order(story)
    if row is None or row.demand_id is None:
        tell.say(_("No part of this job is on offer; nothing can come late."))
        return
    ordered_at = once("order begun", lambda: timezone.now().isoformat())
    line = _ordered(story, row)
    if line.order.state == PurchaseOrder.State.CANCELLED:
        # The step was interrupted at its very end.
        return
    once("on order", lambda: _await_order(story, row, ordered_at))
    _come_late(story, row, line, before)
    _give_up(story, line)
    tell.took()


def _come_late(
    story: Story, row: JobCardPart, line: PurchaseOrderLine, before: Promise
) -> None:
    """Move the order's date past the promised day and see the promise follow it."""
    tell = story.tell
    was = date.fromisoformat(
        story.journal.once("due first", line.due_on.isoformat),
    )
    due = before.promised_on + LATER
    parts.change_due_date(
        line_id=line.pk,
        due_on=due,
        reason="The supplier's own delivery is late",
        at=timezone.now(),
        actor_id=story.manager.pk,
    )
    tell.say(
        _("Order %(order)s: %(part)s, due %(was)s, now comes %(now)s.")
        % {
            "order": line.order.number,
            "part": row.part.name,
            "was": queries.shown_date(was),
            "now": queries.shown_date(due),
        }
    )
    moved = wait_for(
        _("A promise moved by the part"),
        lambda: _moved_by_part(story, row, before),
        seconds=_planners_patience(story, due),
    )
    tell_promise(story, moved)
    by = PlanRun.objects.filter(pk=moved.evidence.get("plan_run", 0)).first()
    if by is not None:
        tell_changes(story, by)
    demand_that(
        moved.promised_on > before.promised_on,
        _("The part comes later, but the promise did not move to a later day."),
    )


def _planners_patience(story: Story, due: date) -> float:
    """A plan far ahead takes longer, and one that is under way ends first."""
    days = (due - timezone.localdate()).days
    times = next((n for look, n in commands.LOOKS if look > days + ROOM), 1)
    return story.patience * times


def _give_up(story: Story, line: PurchaseOrderLine) -> None:
    """Cancel the order, so that the next story finds the shop as this one did.

    What stays on order is pegged to the next story's wish, whose car would then wait
    as long, and so on for years.
    """
    parts.cancel_purchase_order(
        order_id=line.order_id,
        reason="The supplier cannot say when",
        at=timezone.now(),
        actor_id=story.manager.pk,
    )
    story.tell.say(
        _("%(order)s is cancelled; the part is looked for anew.")
        % {"order": line.order.number}
    )


def _promise_id(story: Story) -> int | None:
    promise = _promise(story)
    return promise.pk if promise else None


def _await_order(story: Story, row: JobCardPart, ordered_at: str) -> bool:
    answers = Availability.objects.filter(demand=row.demand_id, kind=Kind.INCOMING)
    return wait_for(
        _("The answer that the part is on order"),
        lambda: answers.filter(answered_at__gt=ordered_at).exists(),
        seconds=story.patience,
    )


def _part_to_order(story: Story) -> JobCardPart | None:
    """The part that will come late; chosen once, for the order changes the choice."""
    chosen = story.journal.once("late part", lambda: _choice(story))
    rows = JobCardPart.objects.select_related("part", "demand__availability")
    return rows.filter(pk=chosen or 0).first()


def _choice(story: Story) -> int | None:
    """A part that is not here yet and can be ordered; best one nobody has ordered.

    A piece under way for nobody would take the place of one that comes late.
    """
    rows = JobCardPart.objects.filter(
        card__project=story.project,
        card__is_after_hand_over=False,
        demand__availability__kind__in=[Kind.SUPPLIER, Kind.INCOMING],
    )
    offered = SupplierOffer.objects.filter(is_withdrawn=False).values("part")
    coming = PurchaseOrderLine.objects.incoming().filter(part=OuterRef("part"))
    # In order of the alphabet a part on order comes before one from a supplier.
    in_order = (
        rows.filter(part__in=offered)
        .annotate(is_coming=Exists(coming))
        .order_by("is_coming", "-demand__availability__kind", "-card__number", "pk")
    )
    return in_order.values_list("pk", flat=True).first()


def _ordered(story: Story, row: JobCardPart) -> PurchaseOrderLine:
    offers = SupplierOffer.objects.filter(part=row.part, is_withdrawn=False)
    offer = offers.select_related("supplier").order_by("lead_days", "pk")[0]
    now = timezone.now()
    demand = wish_of(row)
    once = story.journal.once
    once("pegs released", lambda: _release_pegs(story, demand))
    # What is on order tomorrow would move the day asked for today.
    due = once("due", lambda: _due_on(row.part_id, offer.lead_days).isoformat())
    order = parts.create_purchase_order(
        supplier_id=offer.supplier_id,
        site_id=story.site.pk,
        lines=[
            parts.Ordered(
                part_id=row.part_id,
                quantity=demand.quantity - demand.drawn,
                unit_price=offer.price,
                due_on=date.fromisoformat(due),
            )
        ],
        currency=offer.currency,
        key=story.journal.key("order"),
        at=now,
        actor_id=story.manager.pk,
    )
    if order.state != PurchaseOrder.State.CANCELLED:
        parts.send_purchase_order(order_id=order.pk, at=now, actor_id=story.manager.pk)
        parts.reserve_for_demand(demand_id=demand.pk, at=now, actor_id=story.manager.pk)
    story.tell.say(
        _("Ordered from %(supplier)s and pegged to the card.")
        % {"supplier": offer.supplier}
    )
    return PurchaseOrderLine.objects.select_related("order").get(order=order)


def _release_pegs(story: Story, demand: Demand) -> None:
    """The story moves the date of its own order, not of one others wait for."""
    for peg in demand.reservations.filter(state="HELD", order_line__isnull=False):
        parts.release_hold(
            reservation_id=peg.pk,
            reason="Ordered by express instead",
            at=timezone.now(),
            actor_id=story.manager.pk,
        )


def _due_on(part_id: int, lead_days: int) -> date:
    """After the supplier's lead time; sooner than what is on order already.

    A wish is pegged to the soonest line, and of two on one day to the older.
    """
    today = timezone.localdate()
    by_lead = today + timedelta(days=lead_days)
    coming = PurchaseOrderLine.objects.incoming().filter(
        part=part_id, due_on__gte=today
    )
    first = coming.order_by("due_on").values_list("due_on", flat=True).first()
    if first is None:
        return by_lead
    return max(today + timedelta(days=1), min(by_lead, first - timedelta(days=1)))


def _moved_by_part(story: Story, row: JobCardPart, before: Promise) -> Promise | None:
    newer = Promise.objects.history_of(story.project.subject_key).filter(
        sequence__gt=before.sequence, cause=Promise.Cause.PART_LATE
    )
    return next((p for p in newer if p.cause_detail.get("part") == row.part_id), None)


def settle_down(story: Story) -> None:
    """Wait until the services have done all that the story set off."""
    open_states = [
        OutboxEvent.State.PENDING,
        OutboxEvent.State.PUBLISHED,
        OutboxEvent.State.RUNNING,
    ]
    wait_for(
        _("An empty outbox"),
        lambda: not OutboxEvent.objects.filter(state__in=open_states).exists(),
        seconds=story.patience,
    )
    failed = OutboxEvent.objects.filter(
        created_at__gte=story.began_at,
        state__in=[OutboxEvent.State.DEAD, OutboxEvent.State.UNKNOWN],
    )
    demand_that(
        not failed.exists(),
        _("Given up in the outbox: %(events)s")
        % {"events": ", ".join(f"{e.task}: {e.last_error[:200]}" for e in failed[:5])},
    )
