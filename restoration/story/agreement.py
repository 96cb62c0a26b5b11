"""From the frame number to the signature."""

from collections import Counter
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from common.money import display
from restoration import commands, queries
from restoration.models import (
    Estimate,
    EstimateLine,
    JobCard,
    JobCardPart,
    Project,
    Template,
    TimeEntry,
)
from restoration.story.cast import Story, owner_for
from restoration.story.waiting import demand_that

SHOWN = 5
DECLINED_LINES = 2
Kind = EstimateLine.Kind
Decision = EstimateLine.Decision


def take_in(story: Story) -> None:
    """A frame number becomes a car in the books.

    Raises:
        NeverBuilt: no range holds it, and no manager says why it is taken all the same.
    """
    tell = story.tell
    tell.step(_("Intake: %(frame)s") % {"frame": story.frame})
    try:
        reading = queries.decode_frame_number(story.frame)
    except queries.NeverBuilt as refusal:
        if not story.unlisted_reason:
            raise
        tell.say(str(refusal))
        _take_in_unlisted(story)
        return
    _tell_reading(story, reading)
    plate = reading.candidates[0].variant.model_code
    decided = queries.decode_frame_number(story.frame, model_code=plate)
    story.customer = owner_for(reading.frame_number)
    story.vehicle = commands.enter_vehicle(
        frame_number=reading.frame_number,
        model_code=plate,
        colour_code=decided.colours[0].colour.code if decided.colours else "",
        customer_id=story.customer.pk,
        variant_id=decided.candidates[0].variant.pk,
        user_id=story.manager.pk,
        at=timezone.now(),
    )
    tell.say(
        _("The plate decides: %(code)s is %(variant)s. Owner: %(owner)s.")
        % {
            "code": plate or "–",
            "variant": story.vehicle.variant,
            "owner": story.customer,
        }
    )


def _tell_reading(story: Story, reading: queries.FrameReading) -> None:
    tell = story.tell
    count = len(reading.candidates)
    tell.say(
        ngettext(
            "%(count)s variant has such a number (counts as recorded, not odds):",
            "%(count)s variants have such a number (counts as recorded, not odds):",
            count,
        )
        % {"count": count}
    )
    tell.rows(
        (
            c.variant,
            c.variant.model_code or "–",
            f"{c.first:06d}–{c.last:06d}",
            _("%(units)s built") % {"units": c.units},
            f"{_month(c.built_from)} – {_month(c.built_to)}",
        )
        for c in reading.candidates
    )
    tell.say(
        _("Colours: %(colours)s.")
        % {
            "colours": ", ".join(
                f"{c.colour.code} {c.colour.name} ({c.units})"
                for c in reading.colours[:SHOWN]
            )
        }
    )
    for source in reading.evidence[:1]:
        tell.say(_("Source: %(source)s") % {"source": source})


def _month(day: object) -> str:
    return f"{day:%Y-%m}" if day else "?"


def _take_in_unlisted(story: Story) -> None:
    prefix, serial = queries.split_frame_number(story.frame)
    story.customer = owner_for(queries.frame_number_of(prefix, serial))
    story.vehicle = commands.enter_unlisted_vehicle(
        frame_number=story.frame,
        customer_id=story.customer.pk,
        reason=story.unlisted_reason,
        user_id=story.manager.pk,
        at=timezone.now(),
    )
    story.tell.say(
        _("A manager enters it all the same: “%(reason)s”.")
        % {"reason": story.vehicle.unlisted_reason}
    )


def clear_away(story: Story) -> None:
    """Give up what earlier stories left on this car; a customer's own work stays.

    Once a story: the next time its own project would be there.
    """
    if not story.customer.email.startswith("story-"):
        return
    for project in story.vehicle.projects.filter(state__in=commands.OPEN_STATES):
        # A story that was killed may have left clocks running.
        for entry in TimeEntry.objects.filter(
            card__project=project, ended_at__isnull=True
        ):
            commands.pause_card(
                card_id=entry.card_id,
                technician_id=entry.technician_id,
                reason="Left running by an earlier story",
                user_id=story.manager.pk,
                key=story.journal.key(f"stop-{entry.pk}"),
                at=timezone.now(),
            )
        commands.cancel_project(
            project_id=project.pk,
            reason="An earlier story",
            user_id=story.manager.pk,
            at=timezone.now(),
        )
        story.tell.say(
            _("%(number)s of an earlier story is given up.")
            % {"number": project.number}
        )


def estimate(story: Story) -> None:
    """A project is opened and its estimate drafted and sent."""
    tell = story.tell
    template = _template(story)
    tell.step(_("Estimate from “%(template)s”") % {"template": template})
    story.journal.once("cleared", lambda: clear_away(story))
    story.project = commands.open_project(
        vehicle_id=story.vehicle.pk,
        customer_id=story.customer.pk,
        site_id=story.site.pk,
        title_en=template.name_en,
        title_ja=template.name_ja,
        template_code=template.code,
        user_id=story.manager.pk,
        key=story.journal.key("project"),
        at=timezone.now(),
    )
    story.estimate = sent_estimate(story, story.project, template.code)
    page = queries.estimate_page(story.signer, estimate_id=story.estimate.pk)
    _tell_estimate(story, page)


def sent_estimate(story: Story, project: Project, template_code: str) -> Estimate:
    """Draft and send a project's first estimate; one that was sent stays."""
    estimate = project.estimates.order_by("-version").first()
    if estimate is None:
        estimate = commands.draft_estimate(
            project_id=project.pk,
            template_code=template_code,
            user_id=story.manager.pk,
            at=timezone.now(),
        )
    if estimate.state != Estimate.State.DRAFT:
        return estimate
    return commands.send_estimate(
        estimate_id=estimate.pk, user_id=story.manager.pk, at=timezone.now()
    )


def _template(story: Story) -> Template:
    """The command knows the templates; the title is read here for the story only."""
    found = Template.objects.filter(code__iexact=story.template).first()
    demand_that(
        found is not None,
        _("There is no template “%(code)s”.") % {"code": story.template},
    )
    return Template.objects.get(code__iexact=story.template)


def _tell_estimate(story: Story, page: queries.EstimatePage) -> None:
    tell = story.tell
    kinds = Counter(line.kind for line in page.lines)
    tell.say(
        _("Project %(number)s, version %(version)s: %(work)s lines of work, %(parts)s"
          " parts, %(outside)s outside; the hours are our estimates.")
        % {
            "number": story.project.number,
            "version": page.estimate.version,
            "work": kinds[Kind.LABOUR],
            "parts": kinds[Kind.PART],
            "outside": kinds[Kind.OUTSIDE],
        }
    )  # fmt: skip
    if page.estimate.engine_menu is not None:
        tell.say(_("Engine menu: %(menu)s.") % {"menu": page.estimate.engine_menu})
    tell.rows(
        (phase.phase or "–", len(phase.operations), money(story, phase.totals.likely))
        for phase in page.phases
    )
    totals = page.totals
    tell.say(
        _("In all %(low)s to %(high)s, likely %(likely)s; %(unpriced)s lines have no"
          " price yet and are left out of it.")
        % {
            "low": money(story, totals.low),
            "high": money(story, totals.high),
            "likely": money(story, totals.likely),
            "unpriced": totals.unpriced_lines,
        }
    )  # fmt: skip
    tell.say(
        _("Sent and sealed: %(hash)s…") % {"hash": page.estimate.content_hash[:16]}
    )


def money(story: Story, amount: Decimal) -> str:
    return display(amount, story.project.currency, get_language() or "en")


def decide(story: Story) -> None:
    """The customer declines two lines, accepts the rest and signs; twice is once."""
    tell = story.tell
    tell.step(_("The customer decides and signs"))
    lines = list(story.estimate.lines.order_by("position"))
    declined = _unwanted(lines)
    decisions = {
        line.pk: Decision.DECLINED if line in declined else Decision.ACCEPTED
        for line in lines
    }
    key = story.journal.key("decision")
    for _again in range(2):
        story.estimate = commands.decide_estimate(
            estimate_id=story.estimate.pk,
            decisions=decisions,
            signed_name=story.customer.name,
            content_hash=story.estimate.content_hash,
            user_id=story.signer.pk,
            key=key,
            at=timezone.now(),
        )
    for line in declined:
        tell.say(_("declined: %(line)s") % {"line": line.text})
    approval = story.estimate.approval
    tell.say(
        _("%(accepted)s lines accepted, %(declined)s declined, %(amount)s signed by"
          " %(name)s. The same decision sent twice counts once.")
        % {
            "accepted": approval.accepted_lines,
            "declined": approval.declined_lines,
            "amount": money(story, approval.amount_likely),
            "name": approval.signed_name,
        }
    )  # fmt: skip
    _tell_release(story)


def _unwanted(lines: list[EstimateLine]) -> list[EstimateLine]:
    """Two lines of work that take no parts, so that exactly two are declined."""
    with_parts = {line.operation_id for line in lines if line.kind == Kind.PART}
    plain = [
        line
        for line in lines
        if line.kind == Kind.LABOUR and line.operation_id not in with_parts
    ]
    return plain[len(plain) // 3 :][:DECLINED_LINES]


def _tell_release(story: Story) -> None:
    cards = JobCard.objects.filter(project=story.project)
    parts = JobCardPart.objects.filter(card__project=story.project)
    held = parts.filter(demand__reservations__state="HELD").distinct().count()
    links = sum(1 for _link in _links(story))
    story.tell.say(
        _("Released in the same moment: %(cards)s job cards, %(links)s links between"
          " them, %(wishes)s wishes for parts, %(held)s of them held at once.")
        % {
            "cards": cards.count(),
            "links": links,
            "wishes": parts.count(),
            "held": held,
        }
    )  # fmt: skip


def _links(story: Story) -> list[int]:
    rows = JobCard.objects.filter(project=story.project, waits_for__isnull=False)
    return list(rows.values_list("waits_for", flat=True))
