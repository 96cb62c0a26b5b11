"""A small house for tests: three operations, a template, people, a car, a customer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from parts.models import Part, SupplierOffer
from restoration import commands
from restoration.models import (
    Estimate,
    EstimateLine,
    InspectionItem,
    JobCard,
    Milestone,
    Operation,
    OperationLink,
    OperationPart,
    OperationSkill,
    Project,
    Template,
    TemplateOperation,
    Vehicle,
)
from tests import build
from workshop.models import Bay, Customer, Role, Site, Technician, User

_keys = count(1)
AT = build.NOW
HOUR = timedelta(hours=1)


def key() -> str:
    return f"test-key-{next(_keys)}"


@dataclass
class Shop:
    """What a test has at hand."""

    site: Site
    manager: User
    customer: Customer
    car: Vehicle
    mechanic: Technician
    painter: Technician
    lift: Bay
    template: Template
    strip: Operation
    paint: Operation
    finish: Operation
    belt: Part

    @property
    def signer(self) -> User:
        assert self.customer.user is not None
        return self.customer.user

    def project(self) -> Project:
        return commands.open_project(
            vehicle_id=self.car.pk,
            customer_id=self.customer.pk,
            site_id=self.site.pk,
            title_en="Belt",
            template_code=self.template.code,
            user_id=self.manager.pk,
            key=key(),
            at=AT,
        )

    def draft(self, project: Project | None = None) -> Estimate:
        project = project or self.project()
        return commands.draft_estimate(
            project_id=project.pk,
            template_code=self.template.code,
            user_id=self.manager.pk,
            at=AT,
        )

    def sent(self, project: Project | None = None, at: datetime = AT) -> Estimate:
        return commands.send_estimate(
            estimate_id=self.draft(project).pk, user_id=self.manager.pk, at=at
        )

    def approved(
        self, declined: tuple[Operation, ...] = (), project: Project | None = None
    ) -> Project:
        """A project whose estimate was signed, all lines but the declined accepted."""
        estimate = self.sent(project)
        commands.decide_estimate(
            estimate_id=estimate.pk,
            decisions=self.decisions(estimate, declined),
            signed_name="A. Customer",
            content_hash=estimate.content_hash,
            user_id=self.signer.pk,
            key=key(),
            at=AT,
        )
        return Project.objects.get(pk=estimate.project_id)

    def decisions(
        self, estimate: Estimate, declined: tuple[Operation, ...] = ()
    ) -> dict[int, str]:
        gone = {o.pk for o in declined}
        return {
            line.pk: "DECLINED"
            if line.operation_id in gone and line.kind != EstimateLine.Kind.PART
            else "ACCEPTED"
            for line in estimate.lines.all()
        }

    def card(self, project: Project, operation: Operation) -> JobCard:
        return JobCard.objects.get(project=project, operation=operation)

    def start(
        self, card: JobCard, who: Technician | None = None, **more: Any
    ) -> JobCard:
        who = who or self.mechanic
        given: dict[str, Any] = {"key": key(), "at": AT, "user_id": who.user_id} | more
        return commands.start_card(card_id=card.pk, technician_id=who.pk, **given)

    def finish_all(self, project: Project) -> None:
        """Every card of the project, in order, an hour each."""
        at = AT
        for card in project.job_cards.order_by("number"):
            at += 48 * HOUR
            skills = {need.skill.code for need in card.needs.all()}
            who = self.painter if "paint" in skills else self.mechanic
            commands.start_card(
                card_id=card.pk,
                technician_id=who.pk,
                user_id=who.user_id or 0,
                key=key(),
                at=at,
                without_parts_because="test",
            )
            commands.finish_card(
                card_id=card.pk, user_id=self.manager.pk, key=key(), at=at + HOUR
            )


def shop(*, with_part: bool = True) -> Shop:
    """Strip (lift, 2 h, a belt) → paint (8 h, cures 24 h) → finish (1 h)."""
    site = build.site(labour_rate=Decimal(10000))
    customer = build.customer()
    operations = _operations()
    strip, paint, finish = operations
    template = Template.objects.create(code="BELT", name_en="Belt")
    TemplateOperation.objects.bulk_create(
        TemplateOperation(template=template, operation=o) for o in operations
    )
    belt = build.part("13028-20P25", name_en="Timing belt")
    if with_part:
        OperationPart.objects.create(operation=strip, part=belt, quantity=1)
    SupplierOffer.objects.create(
        supplier=build.supplier(),
        part=belt,
        price=5000,
        currency="JPY",
        lead_days=10,
        seen_on=AT.date(),
    )
    Milestone.objects.create(
        code="START", name_en="Start", position=1, percent=30, operation=strip
    )
    Milestone.objects.create(
        code="END", name_en="End", position=2, percent=70, operation=finish
    )
    InspectionItem.objects.create(
        code="tension", name_en="Tension", area="ENGINE", operation=finish
    )
    return Shop(
        site=site,
        manager=build.user(Role.MANAGER),
        customer=customer,
        car=build.vehicle(customer),
        mechanic=build.technician(site, "general"),
        painter=build.technician(site, "paint"),
        lift=build.bay(site, "lift"),
        template=template,
        strip=strip,
        paint=paint,
        finish=finish,
        belt=belt,
    )


def _operations() -> tuple[Operation, Operation, Operation]:
    general, paint_skill = build.skill("general"), build.skill("paint")
    lift = build.bay(build.site(), "lift").kind
    strip = build.operation(
        "OP1", name_en="Strip", bay_kind=lift, minutes_likely=120, minutes_high=240
    )
    paint = build.operation(
        "OP2", name_en="Paint", minutes_likely=480, minutes_high=600
    )
    finish = build.operation("OP3", name_en="Finish", minutes_likely=60)
    for operation, skill in ((strip, general), (paint, paint_skill), (finish, general)):
        OperationSkill.objects.create(operation=operation, skill=skill)
    OperationLink.objects.create(before=strip, after=paint)
    OperationLink.objects.create(before=paint, after=finish, min_lag_minutes=24 * 60)
    return strip, paint, finish
