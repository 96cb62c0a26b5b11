"""Estimates: drafted from a template, sealed when sent."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.canonical import JSON, canonical_json, digest
from common.errors import DomainError, InvalidInput
from common.money import quantise
from restoration import queries
from restoration.commands.projects import WrongState, existing, move_project
from restoration.models import (
    EngineMenu,
    Estimate,
    EstimateLine,
    Project,
    Template,
)

State = Estimate.State
Kind = EstimateLine.Kind
VALID_DAYS = 30
NOTHING = Decimal(0)


class EmptyEstimate(DomainError):
    """An estimate without lines cannot be sent."""


@transaction.atomic
def draft_estimate(
    *,
    project_id: int,
    template_code: str,
    user_id: int | None,
    at: datetime,
    engine_menu: str | None = None,
) -> Estimate:
    """Draft the next version of a project's estimate from a template.

    A draft that is there already is drafted anew; a version that was sent and not
    answered is replaced.

    Args:
        project_id: the project.
        template_code: what the lines come from.
        user_id: who drafts it.
        at: now, aware.
        engine_menu: code of an engine menu; None takes the template's own.

    Raises:
        NotFound: no such project.
        InvalidInput: the template or the engine menu is unknown.
        WrongState: the project takes no estimates any more.

    Source: docs/domain/estimate.md, rules E1 to E6.
    """
    template = _template(template_code)
    menu = _menu(template, engine_menu)
    project = existing(Project.objects.locked().filter(pk=project_id).first())
    _clear_the_way(project, at=at, user_id=user_id)
    move_project(
        project, "draft_estimate", at=at, actor_id=user_id, is_for_customer=False
    )
    newest = project.estimates.aggregate(newest=Max("version"))["newest"] or 0
    estimate = Estimate.objects.create(
        project=project,
        version=newest + 1,
        currency=project.currency,
        tax_percent=project.site.tax_percent,
        template=template,
        engine_menu=menu,
    )
    lines = _lines(estimate, template, menu)
    EstimateLine.objects.bulk_create(lines)
    audit.record(
        subject=project.subject_key,
        command="draft_estimate",
        actor_id=user_id,
        at=at,
        detail={"estimate": estimate.pk, "lines": len(lines)},
    )
    return estimate


@transaction.atomic
def send_estimate(*, estimate_id: int, user_id: int | None, at: datetime) -> Estimate:
    """Seal a draft and send it to the customer. Sending twice sends once.

    Args:
        estimate_id: the draft.
        user_id: who sends it.
        at: now, aware; it stays open for 30 days of the site.

    Raises:
        NotFound: no such estimate.
        EmptyEstimate: it has no lines.
        WrongState: it was answered or replaced.
    """
    estimate = locked_estimate(estimate_id)
    if estimate.state == State.SENT:
        return estimate
    if estimate.state != State.DRAFT:
        raise WrongState(
            _("Version %(version)s is “%(state)s” and cannot be sent."),
            version=estimate.version,
            state=estimate.get_state_display(),
        )
    content = sealed_content(estimate)
    if not content["lines"]:
        raise EmptyEstimate(_("An estimate without lines cannot be sent."))
    estimate.content_hash = digest(canonical_json(content))
    estimate.state = State.SENT
    estimate.sent_at = at
    today = queries.day_at(estimate.project.site, at)
    estimate.valid_until = today + timedelta(days=VALID_DAYS)
    estimate.save(update_fields=["content_hash", "state", "sent_at", "valid_until"])
    detail: dict[str, object] = {"estimate": estimate.pk, "version": estimate.version}
    project = estimate.project
    move_project(project, "send_estimate", at=at, actor_id=user_id, detail=detail)
    outbox.write(
        "restoration.mail_estimate",
        subject=project.subject_key,
        estimate_id=estimate.pk,
    )
    audit.record(
        subject=project.subject_key,
        command="send_estimate",
        actor_id=user_id,
        at=at,
        detail={"estimate": estimate.pk, "content_hash": estimate.content_hash},
    )
    return estimate


def sealed_content(estimate: Estimate) -> dict[str, JSON]:
    """Return all that a signature under this version stands for."""
    lines: list[JSON] = [
        {
            "id": line.pk,
            "kind": line.kind,
            "operation": line.operation_id,
            "part": line.part_id,
            "text_en": line.text_en,
            "text_ja": line.text_ja,
            "quantity": f"{line.quantity.normalize():f}",
            "minutes": [line.minutes_low, line.minutes_likely, line.minutes_high],
            "amount": [
                f"{a.normalize():f}"
                for a in (line.amount_low, line.amount_likely, line.amount_high)
            ],
            "currency": line.currency,
            "is_price_known": line.is_price_known,
            "is_option": line.is_option,
            "is_contingent": line.is_contingent,
        }
        for line in estimate.lines.order_by("position")
    ]
    return {
        "project": estimate.project_id,
        "version": estimate.version,
        "currency": estimate.currency,
        "tax_percent": f"{estimate.tax_percent.normalize():f}",
        "lines": lines,
    }


def locked_estimate(estimate_id: int) -> Estimate:
    """Return the estimate with its project locked, and read after the lock."""
    found = existing(Estimate.objects.filter(pk=estimate_id).first())
    project = Project.objects.locked().get(pk=found.project_id)
    estimate = Estimate.objects.select_related("template").get(pk=estimate_id)
    estimate.project = project
    return estimate


def _clear_the_way(project: Project, *, at: datetime, user_id: int | None) -> None:
    """Only one version is open at a time: a draft goes, a sent one is replaced."""
    project.estimates.filter(state=State.DRAFT).delete()
    replaced = project.estimates.filter(state=State.SENT).update(state=State.REPLACED)
    if replaced and project.state == Project.State.AWAITING_APPROVAL:
        move_project(project, "withdraw_estimate", at=at, actor_id=user_id)


def _template(code: str) -> Template:
    found = Template.objects.filter(code__iexact=code.strip())
    template = found.select_related("engine_menu").first()
    if template is None:
        known = Template.objects.order_by("code").values_list("code", flat=True)
        raise InvalidInput(
            _("There is no template “%(code)s”; there are %(known)s."),
            field="template",
            code=code[:40],
            known=", ".join(known) or "–",
        )
    return template


def _menu(template: Template, code: str | None) -> EngineMenu | None:
    if code is None:
        return template.engine_menu
    menu = EngineMenu.objects.filter(code__iexact=code.strip()).first()
    if menu is None:
        raise InvalidInput(
            _("There is no engine menu “%(code)s”."),
            field="engine_menu",
            code=code[:40],
        )
    return menu


def _lines(
    estimate: Estimate, template: Template, menu: EngineMenu | None
) -> list[EstimateLine]:
    """Lines in the house's order: each operation, then the parts it takes."""
    work = queries.work_of(template, menu)
    car = estimate.project.vehicle
    parts = queries.parts_of(
        [w.operation.pk for w in work],
        template=template,
        menu=menu,
        generation=queries.generation_of_car(car),
        variant=car.variant,
    )
    prices = queries.unit_prices([p.part for p in parts], estimate.currency)
    taken = defaultdict(list)
    for part in parts:
        taken[part.operation_id].append(part)
    lines: list[EstimateLine] = []
    for each in work:
        lines.append(_work_line(estimate, each))
        lines += [
            _part_line(estimate, part, prices.get(part.part.pk), each.is_option)
            for part in taken[each.operation.pk]
        ]
    for position, line in enumerate(lines, start=1):
        line.position = position
    return lines


def _work_line(estimate: Estimate, work: queries.WantedWork) -> EstimateLine:
    operation = work.operation
    rate = estimate.project.site.labour_rate
    spans = (
        operation.minutes_low,
        operation.minutes_likely,
        operation.minutes_high,
    )
    if operation.is_outside or not work.people:
        # Nobody of ours works on it, and what it costs is the other house's to say.
        amounts = [NOTHING] * 3
    else:
        amounts = [
            queries.labour_amount(
                minutes, people=work.people, rate=rate, currency=estimate.currency
            )
            for minutes in spans
        ]
    return EstimateLine(
        estimate=estimate,
        kind=Kind.OUTSIDE if operation.is_outside else Kind.LABOUR,
        operation=operation,
        text_en=operation.name_en,
        text_ja=operation.name_ja,
        minutes_low=spans[0],
        minutes_likely=spans[1],
        minutes_high=spans[2],
        amount_low=amounts[0],
        amount_likely=amounts[1],
        amount_high=amounts[2],
        currency=estimate.currency,
        is_price_known=not operation.is_outside,
        is_option=work.is_option,
    )


def _part_line(
    estimate: Estimate,
    wanted: queries.WantedPart,
    price: Decimal | None,
    is_option: bool,
) -> EstimateLine:
    amount = NOTHING
    if price is not None:
        amount = quantise(price * wanted.quantity, estimate.currency)
    return EstimateLine(
        estimate=estimate,
        kind=Kind.PART,
        operation_id=wanted.operation_id,
        part=wanted.part,
        text_en=wanted.part.name_en,
        text_ja=wanted.part.name_ja,
        quantity=wanted.quantity,
        # What may not be wanted at all only widens the range.
        amount_low=NOTHING if wanted.is_contingent else amount,
        amount_likely=NOTHING if wanted.is_contingent else amount,
        amount_high=amount,
        currency=estimate.currency,
        is_price_known=price is not None,
        is_option=is_option,
        is_contingent=wanted.is_contingent,
    )
