"""The floor: clocks, parts drawn, refusals in words; and a small job to its end."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from parts import commands as parts
from parts.models import Bin, Demand
from restoration import commands, queries
from restoration.models import (
    EstimateLine,
    JobCard,
    JobCardPart,
    Project,
    RemovedPart,
)
from restoration.story.agreement import sent_estimate
from restoration.story.cast import Story, wish_of
from restoration.story.waiting import Stuck, demand_that
from workshop import commands as house
from workshop.models import Invoice, Payment, Technician

CARDS = 3
SMALL_JOB = "SERVICE"
Decision = EstimateLine.Decision


def floor(story: Story) -> None:
    """A technician starts, pauses and finishes cards and draws parts."""
    tell = story.tell
    tell.step(_("Floor: start, pause, finish, draw parts"))
    story.journal.once("refused", lambda: _show_refusal(story))
    for number in range(CARDS):
        card = _chosen_card(story, number)
        if card is None:
            break
        _work_on(story, card, with_pause=number == 0)
    _draw_something(story)
    tell.took()


def _show_refusal(story: Story) -> None:
    """A card that waits cannot be started, and says for what."""
    last = story.project.job_cards.unfinished().filter(is_after_hand_over=False)
    card = last.exclude(waits_for=None).order_by("-number").first()
    if card is None:
        return
    technician = _technician_for(card)
    try:
        commands.start_card(
            card_id=card.pk,
            technician_id=technician.pk,
            user_id=technician.user_id or story.manager.pk,
            key=story.journal.key("refusal"),
            at=timezone.now(),
        )
    except commands.NotReady as refusal:
        story.tell.say(_("Refused: %(why)s") % {"why": refusal})
        return
    raise Stuck(_("A card was started although it waits for others."))


def _chosen_card(story: Story, number: int) -> JobCard | None:
    """A card that may start; chosen once, for a finished card leaves the list."""
    chosen = story.journal.once(
        f"card {number}", lambda: _key_of(_startable(story.project))
    )
    return JobCard.objects.filter(pk=chosen or 0).first()


def _key_of(card: JobCard | None) -> int | None:
    return card.pk if card else None


def _startable(project: Project) -> JobCard | None:
    cards = project.job_cards.unfinished().filter(is_outside=False)
    ids = list(cards.order_by("number").values_list("pk", flat=True))
    waits = queries.blockers_of(ids, at=timezone.now())
    free = [pk for pk in ids if not waits.get(pk)]
    return JobCard.objects.get(pk=free[0]) if free else None


def _technician_for(card: JobCard) -> Technician:
    """Somebody with the skill whose clock stands still."""
    skills = [need.skill_id for need in card.needs.all()]
    people = Technician.objects.employed().filter(site=card.project.site_id)
    if skills:
        people = people.filter(skills__in=skills)
    idle = people.exclude(time_entries__ended_at__isnull=True, time_entries__pk__gt=0)
    found = idle.order_by("pk").first()
    if found is None:
        raise Stuck(_("Nobody is free for “%(card)s”.") % {"card": card.title})
    return found


def _work_on(story: Story, card: JobCard, *, with_pause: bool = False) -> JobCard:
    """Start a card, perhaps with a break, and finish it."""
    once, key = story.journal.once, story.journal.key
    technician = Technician.objects.get(
        pk=once(f"technician {card.pk}", lambda: _technician_for(card).pk)
    )
    user_id = technician.user_id or story.manager.pk
    clock: Any = {
        "card_id": card.pk,
        "technician_id": technician.pk,
        "user_id": user_id,
    }
    started = commands.start_card(
        **clock,
        key=key(f"start-{card.pk}"),
        at=timezone.now(),
        version=once(f"version {card.pk}", lambda: card.version),
    )
    if with_pause:
        pause, resume = key(f"pause-{card.pk}"), key(f"resume-{card.pk}")
        commands.pause_card(**clock, reason="BREAK", key=pause, at=timezone.now())
        started = commands.start_card(**clock, key=resume, at=timezone.now())
    for row in card.parts.filter(demand__isnull=False):
        _draw(story, row, user_id)
    for item in card.checklist.all():
        commands.check_item(
            item_id=item.pk,
            result="GOOD",
            technician_id=technician.pk,
            user_id=user_id,
            key=key(f"check-{item.pk}"),
            at=timezone.now(),
        )
    finished = commands.finish_card(
        card_id=card.pk,
        user_id=user_id,
        key=key(f"finish-{card.pk}"),
        at=timezone.now(),
        version=once(f"version begun {card.pk}", lambda: started.version),
    )
    said = (
        _("%(name)s: “%(card)s” started, paused, finished")
        if with_pause
        else _("%(name)s: “%(card)s” started, finished")
    )
    story.tell.say(said % {"name": technician.name, "card": finished.title})
    return finished


def _draw_something(story: Story) -> None:
    """Draw a part that lies ready; if none does, one comes over the counter first."""
    chosen = story.journal.once("drawn", lambda: _drawable(story))
    rows = queries.with_parts_state(JobCardPart.objects.filter(pk=chosen or 0))
    row = rows.first()
    if row is None:
        return
    if not queries.is_here(row):
        _bring(story, row)
    _draw(story, row, story.manager.pk)


def _drawable(story: Story) -> int | None:
    """A part that lies ready, else any; chosen once, for a drawn one is no choice."""
    rows = queries.with_parts_state(
        JobCardPart.objects.filter(card__project=story.project, demand__drawn=0)
    )
    ready = [row.pk for row in rows if queries.is_here(row)]
    return ready[0] if ready else rows.values_list("pk", flat=True).first()


def _bring(story: Story, row: JobCardPart) -> None:
    """Bring what a card still wants into the store and hold it for the card."""
    demand = wish_of(row)
    bins = Bin.objects.filter(site=story.site, kind=Bin.Kind.STORE)
    place = bins.order_by("code", "pk").first()
    if place is None:
        raise Stuck(_("The store has no bin."))
    parts.receive_stock(
        part_id=row.part_id,
        bin_id=place.pk,
        quantity=demand.quantity - demand.drawn,
        unit_cost=Decimal(1000),
        reason="Bought over the counter for the story",
        key=story.journal.key(f"bring-{row.pk}"),
        at=timezone.now(),
        actor_id=story.manager.pk,
    )
    parts.reserve_for_demand(
        demand_id=demand.pk, at=timezone.now(), actor_id=story.manager.pk
    )
    story.tell.say(
        _("%(part)s comes over the counter into %(bin)s.")
        % {"part": row.part.name, "bin": place.code}
    )


def _draw(story: Story, row: JobCardPart, user_id: int) -> None:
    """Draw all that a line still wants; the same draw sent twice draws once."""
    demand = wish_of(row)
    left = demand.quantity - demand.drawn
    if not left:
        return
    key = story.journal.key(f"draw-{row.pk}")
    for _again in range(2):
        drawn = commands.draw_parts(
            card_part_id=row.pk,
            quantity=left,
            user_id=user_id,
            key=key,
            at=timezone.now(),
        )
    demand_that(
        drawn.demand is not None and drawn.demand.drawn == demand.quantity,
        _("A draw that was sent twice did not count once."),
    )
    story.tell.say(
        _("%(quantity)s × %(part)s drawn.")
        % {"quantity": f"{left.normalize():f}", "part": row.part.name}
    )


def small_job(story: Story) -> None:
    """A small job goes all the way to its hand-over."""
    tell = story.tell
    tell.step(_("A small job is handed over"))
    project = _agreed_small_job(story)
    for row in JobCardPart.objects.filter(card__project=project):
        demand = wish_of(row)
        if demand.state == Demand.State.OPEN:
            _bring(story, row)
    original = RemovedPart.objects.filter(project=project).first()
    while (card := _startable(project)) is not None:
        if original is None and card.parts.exists():
            original = commands.tag_removed_part(
                card_id=card.pk,
                text_en="Old timing belt",
                text_ja="古いタイミングベルト",
                user_id=story.manager.pk,
                key=story.journal.key("original"),
                at=timezone.now(),
            )
        _work_on(story, card)
    story.journal.once("open shown", lambda: _show_open(story, project))
    _pay(story, project)
    if original is not None:
        commands.settle_removed_part(
            removed_id=original.pk,
            fate="SCRAPPED",
            consent="The owner agreed by mail",
            user_id=story.manager.pk,
            at=timezone.now(),
        )
        tell.say(_("The original %(tag)s is settled.") % {"tag": original.tag})
    done = commands.hand_over(
        project_id=project.pk, user_id=story.manager.pk, at=timezone.now()
    )
    tell.say(
        _("%(number)s is handed over; its dossier is sealed with %(lines)s lines.")
        % {"number": done.number, "lines": done.dossier.count()}
    )
    tell.took()


def _agreed_small_job(story: Story) -> Project:
    """A service on the same car; parts that nobody can name are left out of it."""
    project = commands.open_project(
        vehicle_id=story.vehicle.pk,
        customer_id=story.customer.pk,
        site_id=story.site.pk,
        title_en="Timing belt service",
        title_ja="タイミングベルト交換",
        template_code=SMALL_JOB,
        user_id=story.manager.pk,
        key=story.journal.key("small job"),
        at=timezone.now(),
    )
    sent = sent_estimate(story, project, SMALL_JOB)
    commands.decide_estimate(
        estimate_id=sent.pk,
        decisions={
            line.pk: Decision.ACCEPTED if line.is_price_known else Decision.DECLINED
            for line in sent.lines.all()
        },
        signed_name=story.customer.name,
        content_hash=sent.content_hash,
        user_id=story.signer.pk,
        key=story.journal.key("small decision"),
        at=timezone.now(),
    )
    story.tell.say(
        _("%(number)s: %(cards)s cards, %(parts)s parts.")
        % {
            "number": project.number,
            "cards": project.job_cards.count(),
            "parts": JobCardPart.objects.filter(card__project=project).count(),
        }
    )
    return project


def _show_open(story: Story, project: Project) -> None:
    """Nothing closes while something is open."""
    try:
        commands.hand_over(
            project_id=project.pk, user_id=story.manager.pk, at=timezone.now()
        )
    except DomainError as refusal:
        story.tell.say(_("Refused: %(why)s") % {"why": refusal})
        return
    raise Stuck(_("A car was handed over although something was open."))


def _pay(story: Story, project: Project) -> None:
    invoices = Invoice.objects.filter(
        subject_key=project.subject_key, state=Invoice.State.ISSUED
    )
    for invoice in invoices.order_by("pk"):
        house.record_payment(
            invoice_id=invoice.pk,
            amount=invoice.total,
            currency=invoice.currency,
            method=Payment.Method.BANK_TRANSFER,
            external_id=story.journal.key(f"invoice-{invoice.pk}"),
            at=timezone.now(),
            actor_id=story.manager.pk,
        )
        story.tell.say(_("Invoice %(number)s is paid.") % {"number": invoice.number})
