"""Projects: one agreed piece of work on one car."""

from datetime import date, datetime
from typing import TypeVar

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import DomainError, InvalidInput, NotFound
from restoration.commands.running import once
from restoration.models import Project, ProjectEvent, Template, Vehicle
from workshop.models import Customer, Site

T = TypeVar("T")

OPEN_STATES = (
    Project.State.ENQUIRY,
    Project.State.ESTIMATING,
    Project.State.AWAITING_APPROVAL,
    Project.State.IN_WORK,
    Project.State.READY,
)

# State, command → state. What is not here is refused.
TRANSITIONS: dict[tuple[str, str], str] = {
    (Project.State.ENQUIRY, "draft_estimate"): Project.State.ESTIMATING,
    (Project.State.ESTIMATING, "draft_estimate"): Project.State.ESTIMATING,
    (Project.State.IN_WORK, "draft_estimate"): Project.State.IN_WORK,
    (Project.State.ESTIMATING, "send_estimate"): Project.State.AWAITING_APPROVAL,
    (Project.State.IN_WORK, "send_estimate"): Project.State.IN_WORK,
    (Project.State.AWAITING_APPROVAL, "approve_estimate"): Project.State.IN_WORK,
    (Project.State.IN_WORK, "approve_estimate"): Project.State.IN_WORK,
    (Project.State.AWAITING_APPROVAL, "decline_estimate"): Project.State.ESTIMATING,
    (Project.State.AWAITING_APPROVAL, "withdraw_estimate"): Project.State.ESTIMATING,
    (Project.State.IN_WORK, "decline_estimate"): Project.State.IN_WORK,
    (Project.State.IN_WORK, "finish_work"): Project.State.READY,
    (Project.State.READY, "hand_over"): Project.State.HANDED_OVER,
    **{(state, "cancel"): Project.State.CANCELLED for state in OPEN_STATES},
}


class WrongState(DomainError):
    """The thing is not in a state in which this can be done."""


# What takes a project in a state on towards its hand-over.
NEXT_STEPS: dict[str, Promise] = {
    Project.State.ENQUIRY: _("Draft an estimate and send it to the customer."),
    Project.State.ESTIMATING: _("Send the estimate to the customer."),
    Project.State.AWAITING_APPROVAL: _("The customer decides on the estimate next."),
    Project.State.IN_WORK: _("Finish its job cards."),
}


def wrong_state(project: Project, command: str) -> WrongState:
    """Say in which state a project is, and which one the command needs.

    Before a hand-over it is said what comes next on the way there.

    Args:
        project: it is in none of the states that allow the command.
        command: as `TRANSITIONS` has it.
    """
    state = Project.State(project.state)
    needed = [Project.State(s).label for s, name in TRANSITIONS if name == command]
    told: Promise | str = NEXT_STEPS.get(state, "")
    if command == "hand_over" and told:
        text = _("Project %(number)s is “%(state)s”; this needs %(needed)s. %(next)s")
    else:
        text = _("Project %(number)s is “%(state)s”; this needs %(needed)s.")
    return WrongState(
        text,
        number=project.number,
        state=state.label,
        needed=" / ".join(_("“%(state)s”") % {"state": label} for label in needed),
        next=told,
        command=command,
    )


def move_project(
    project: Project,
    command: str,
    *,
    at: datetime,
    actor_id: int | None,
    detail: dict[str, object] | None = None,
    is_for_customer: bool = True,
) -> None:
    """Take a project one step on and write the step down, inside a command.

    Raises:
        WrongState: the project's state does not allow the command.
    """
    became = TRANSITIONS.get((project.state, command))
    if became is None:
        raise wrong_state(project, command)
    if became != project.state:
        project.state = became
        project.save(update_fields=["state"])
    ProjectEvent.objects.create(
        project=project,
        kind=command.upper(),
        detail=detail or {},
        is_for_customer=is_for_customer,
        actor_id=actor_id,
        happened_at=at,
    )


def open_project(
    *,
    vehicle_id: int,
    customer_id: int,
    site_id: int,
    title_en: str,
    user_id: int | None,
    key: str,
    at: datetime,
    title_ja: str = "",
    template_code: str = "",
    wished_on: date | None = None,
    weight: int = 1,
) -> Project:
    """Open a project on a car. Asking again with the same key finds the first.

    Args:
        vehicle_id: the car.
        customer_id: whom the work is for; the car's owner.
        site_id: the workshop that does it; its currency is the project's.
        title_en: what the work is called.
        user_id: who opens it.
        key: idempotency key.
        at: now, aware.
        title_ja: the title in Japanese.
        template_code: what the estimate will start from.
        wished_on: the customer's wish.
        weight: of a day's delay, 1 or more.

    Raises:
        NotFound: no such car, customer or site.
        InvalidInput: the template is unknown, or the weight is below 1.
        KeyReused: the key belongs to another request.
    """
    template = _template(template_code)
    if weight < 1:
        raise InvalidInput(_("A weight is 1 or more."), field="weight")
    body = {
        "vehicle": vehicle_id, "customer": customer_id, "site": site_id,
        "title": title_en, "template": template_code, "wished_on": wished_on,
        "weight": weight,
    }  # fmt: skip

    def work() -> int:
        car = existing(Vehicle.objects.filter(pk=vehicle_id).first())
        owner = existing(Customer.objects.filter(pk=customer_id).first())
        site = existing(Site.objects.filter(pk=site_id).first())
        project = Project.objects.create(
            number=_next_number(at),
            vehicle=car,
            customer=owner,
            site=site,
            template=template,
            title_en=title_en.strip()[:200] or car.frame_number,
            title_ja=title_ja.strip()[:200],
            currency=site.currency,
            weight=weight,
            wished_on=wished_on,
            opened_at=at,
            is_demo=owner.is_demo,
        )
        ProjectEvent.objects.create(
            project=project, kind="OPENED", actor_id=user_id, happened_at=at
        )
        audit.record(
            subject=project.subject_key,
            command="open_project",
            actor_id=user_id,
            at=at,
            detail={"vehicle": car.pk, "customer": owner.pk, "site": site.pk},
        )
        return project.pk

    answer = once(
        key=key, user_id=user_id, command="open_project", body=body, work=work
    )
    return Project.objects.get(pk=answer)


@transaction.atomic
def record_arrival(*, project_id: int, user_id: int | None, at: datetime) -> Project:
    """Note that the car stands in the house. A second call changes nothing.

    Raises:
        NotFound: no such project.
    """
    project = existing(Project.objects.locked().filter(pk=project_id).first())
    if project.arrived_at is not None:
        return project
    project.arrived_at = at
    project.save(update_fields=["arrived_at"])
    ProjectEvent.objects.create(
        project=project, kind="ARRIVED", actor_id=user_id, happened_at=at
    )
    audit.record(
        subject=project.subject_key,
        command="record_arrival",
        actor_id=user_id,
        at=at,
        detail={},
    )
    return project


def _next_number(at: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('restoration_project_number')")
        return f"P-{at:%y}-{cursor.fetchone()[0]:04d}"


def _template(code: str) -> Template | None:
    if not code:
        return None
    template = Template.objects.filter(code__iexact=code).first()
    if template is None:
        known = Template.objects.order_by("code").values_list("code", flat=True)
        raise InvalidInput(
            _("There is no template “%(code)s”; there are %(known)s."),
            field="template",
            code=code[:40],
            known=", ".join(known) or "–",
        )
    return template


def existing(row: T | None) -> T:
    """Return the row that a lookup found.

    Raises:
        NotFound: it found none.
    """
    if row is None:
        raise NotFound
    return row
