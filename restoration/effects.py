"""What commits set off: mail to customers and to the desk."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation

from common.outbox_task import outbox_task
from common.reading import money_text
from parts.models import Observation
from restoration.models import Estimate, Finding, Project, ProjectEvent
from restoration.queries import promise_sentence, shown_date
from workshop.models import Promise, Role, User


@outbox_task("restoration.mail_estimate")
def mail_estimate(*, estimate_id: int) -> None:
    """Tell the customer that an estimate waits. One that was answered is not sent.

    Args:
        estimate_id: the version that was sent.
    """
    rows = Estimate.objects.select_related("project__customer__user")
    estimate = rows.get(pk=estimate_id)
    if estimate.state != Estimate.State.SENT:
        return
    with translation.override(estimate.project.customer.language):
        until = shown_date(estimate.valid_until) if estimate.valid_until else ""
    values = {"estimate": estimate, "until": until}
    _mail_customer(estimate.project, "estimate", values)


@outbox_task("restoration.mail_promise")
def mail_promise(*, promise_id: int) -> None:
    """Tell the customer a date that was given or moved; only the newest is sent.

    Args:
        promise_id: the line of the ledger.
    """
    promise = Promise.objects.get(pk=promise_id)
    newest = Promise.objects.history_of(promise.subject_key).first()
    if newest is None or newest.pk != promise.pk:
        return
    project_id = int(promise.subject_key.removeprefix("project:"))
    project = Project.objects.select_related("customer__user").get(pk=project_id)
    with translation.override(project.customer.language):
        values = {
            "promised_on": shown_date(promise.promised_on),
            "cause": promise_sentence(promise),
            "is_first": promise.sequence == 1,
        }
        _mail_customer(project, "promise", values)


@outbox_task("restoration.mail_hand_over")
def mail_hand_over(*, project_id: int) -> None:
    """Thank the customer whose car was handed over.

    Args:
        project_id: the project.
    """
    project = Project.objects.select_related("customer__user").get(pk=project_id)
    _mail_customer(project, "hand_over", {})


@outbox_task("restoration.mail_finding")
def mail_finding(*, finding_id: int) -> None:
    """Tell the managers of something found in the work.

    Args:
        finding_id: the finding.
    """
    finding = Finding.objects.select_related("project", "card").get(pk=finding_id)
    desk = User.objects.filter(role=Role.MANAGER, is_active=True).order_by("pk")
    for person in desk:
        with translation.override(person.language):
            _send(
                person.email,
                "finding",
                {"finding": finding, "project": finding.project},
            )


@outbox_task("restoration.mail_part_seen")
def mail_part_seen(*, event_id: int) -> None:
    """Tell the managers what was seen of a part that a project waits for.

    Args:
        event_id: the line of the project's history.
    """
    event = ProjectEvent.objects.select_related("project__vehicle").get(pk=event_id)
    seen = Observation.objects.select_related("part", "supplier").get(
        pk=event.detail["observation"]
    )
    desk = User.objects.filter(role=Role.MANAGER, is_active=True).order_by("pk")
    for person in desk:
        with translation.override(person.language):
            values = {
                "project": event.project,
                "seen": seen,
                "part": seen.part,
                "number": event.detail["number"],
                "supplier": seen.supplier.name if seen.supplier else seen.source,
                "price": _price(seen.price, seen.currency),
                "was_price": _price(seen.was_price, seen.currency),
            }
            _send(person.email, "part_seen", values)


def _price(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else money_text(amount, currency)


def _mail_customer(project: Project, name: str, values: Mapping[str, Any]) -> None:
    customer = project.customer
    to = customer.email or (customer.user.email if customer.user else "")
    if not to:
        return
    with translation.override(customer.language):
        _send(to, name, {"project": project, "customer": customer, **values})


def _send(to: str, name: str, values: Mapping[str, Any]) -> None:
    """Render and send one mail; its first line is the subject."""
    text = render_to_string(
        f"restoration/mail/{name}.txt", {**values, "base_url": settings.BASE_URL}
    )
    subject, _gap, body = text.strip().partition("\n")
    send_mail(subject.strip(), body.strip(), None, [to])
