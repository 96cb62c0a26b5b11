"""A technician is ill, the plan goes around it; a pin that cannot be is refused."""

from datetime import timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from restoration import commands, queries
from restoration.models import JobCard, PlanChange, PlanRun, TechnicianBooking
from restoration.queries import shown_instant
from restoration.story.cast import Story
from restoration.story.waiting import Stuck, wait_for
from workshop import commands as house
from workshop.models import Absence, Technician

EXAMPLES = 3
AWAY = timedelta(days=3)
Kind = PlanChange.Kind


def ill(story: Story) -> None:
    """A technician falls ill: the next plan says what it changes for whom."""
    tell = story.tell
    tell.step(_("A technician is ill; the plan goes around it"))
    once = story.journal.once
    person = Technician.objects.get(pk=once("ill person", lambda: _busy(story).pk))
    asked_at = once("ill from", lambda: timezone.now().isoformat())
    absence_id = once("ill", lambda: _absent(story, person).pk)
    tell.say(_("%(name)s is away for three days.") % {"name": person.name})
    run = wait_for(
        _("A plan that knows of the absence"),
        lambda: _plan_after(story, asked_at),
        seconds=story.patience,
    )
    tell_changes(story, run, person)
    _held_in_vain(story)
    house.end_absence(
        absence_id=absence_id,
        user_id=story.manager.pk,
        key=story.journal.key("well again"),
        at=timezone.now(),
    )
    tell.took()


def _busy(story: Story) -> Technician:
    """Who is booked next, on this car if there is work of it soon."""
    now = timezone.now()
    rows = TechnicianBooking.objects.filter(
        is_binding=True,
        assignment__run__site=story.site,
        period__endswith__gt=now,
        period__startswith__lt=now + AWAY,
    ).exclude(technician__absences__period__overlap=(now, now + AWAY))
    mine = rows.filter(assignment__card__project=story.project)
    booking = mine.order_by("period").first() or rows.order_by("period").first()
    if booking is not None:
        return booking.technician
    person = Technician.objects.employed().filter(site=story.site).first()
    if person is None:
        raise Stuck(_("Nobody works at the site."))
    return person


def _absent(story: Story, person: Technician) -> Absence:
    now = timezone.now()
    return house.enter_absence(
        technician_id=person.pk,
        starts_at=now,
        ends_at=now + AWAY,
        reason="Ill",
        user_id=story.manager.pk,
        key=story.journal.key("ill"),
        at=now,
    )


def _plan_after(story: Story, asked_at: str) -> PlanRun | None:
    # The cause may have joined a run that was asked for before.
    runs = PlanRun.objects.filter(site=story.site, finished_at__gte=asked_at)
    known = runs.filter(causes__contains=[{"kind": "ABSENCE"}]).order_by("pk")
    failed = known.filter(state=PlanRun.State.FAILED).first()
    if failed is not None:
        why = queries.refusal_sentence(failed)
        raise Stuck(_("The planner failed: %(why)s") % {"why": why})
    return known.filter(state=PlanRun.State.DONE).first()


def tell_changes(story: Story, run: PlanRun, person: Technician | None = None) -> None:
    """Say what a plan changes against the one before, with some examples."""
    counted = dict(
        PlanChange.objects.filter(run=run)
        .order_by()
        .values_list("kind")
        .annotate(n=Count("pk"))
    )
    said = [f"{kind.label}: {counted[kind]}" for kind in Kind if counted.get(kind)]
    story.tell.say(
        _("Against the plan before: %(changes)s.")
        % {"changes": _(", ").join(said) or _("nothing")}
    )
    rows = PlanChange.objects.filter(run=run, kind__in=[Kind.MOVED, Kind.REASSIGNED])
    if person is not None:
        rows = rows.filter(was_technicians__contains=[person.pk])
    else:
        rows = rows.filter(card__project=story.project)
    names = dict(Technician.objects.values_list("pk", "name"))
    story.tell.rows(
        (
            row.card.title,
            f"{_place(row.was_starts_at, row.was_technicians, names)} →",
            _place(row.starts_at, row.technicians, names),
        )
        for row in rows.select_related("card").order_by("was_starts_at", "pk")[
            :EXAMPLES
        ]
    )


def _place(starts_at: object, people: list[int], names: dict[int, str]) -> str:
    who = _(", ").join(names.get(pk, "–") for pk in people)
    return f"{shown_instant(str(starts_at))} {who}".strip()


def _held_in_vain(story: Story) -> None:
    """Somebody is to do what they have not learnt: refused, with the reason."""
    once = story.journal.once
    chosen = once("pin in vain", lambda: _wrong_person(story))
    if chosen is None:
        return
    card_id, person_id = chosen
    try:
        commands.pin_card(
            card_id=card_id,
            technician_ids=[person_id],
            reason="They have time",
            user_id=story.manager.pk,
            key=story.journal.key("pin in vain"),
            at=timezone.now(),
        )
    except commands.PinRefused as refusal:
        story.tell.say(_("Pin refused: %(why)s") % {"why": refusal})
        return
    raise Stuck(_("A card was pinned to somebody without its skill."))


def _wrong_person(story: Story) -> list[int] | None:
    cards = JobCard.objects.filter(
        project=story.project, state=JobCard.State.OPEN, is_outside=False
    )
    for card in cards.prefetch_related("needs").order_by("number"):
        skills = [need.skill_id for need in card.needs.all()]
        people = Technician.objects.employed().filter(site=story.site)
        other = people.exclude(skills__in=skills).order_by("pk").first()
        if skills and other is not None:
            return [card.pk, other.pk]
    return None
