"""Who and what the story is about, kept between its steps."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from parts.models import Demand
from restoration.models import Estimate, JobCardPart, Project, Vehicle
from restoration.story.journal import Journal
from restoration.story.telling import Teller
from restoration.story.waiting import Stuck
from workshop.models import Customer, Role, Site, User

T = TypeVar("T")


@dataclass
class Story:
    """What the steps hand on to each other."""

    frame: str
    template: str
    unlisted_reason: str
    tell: Teller
    patience: float
    site: Site
    manager: User
    began_at: datetime
    journal: Journal
    _customer: Customer | None = None
    _vehicle: Vehicle | None = None
    _project: Project | None = None
    _estimate: Estimate | None = None

    @property
    def customer(self) -> Customer:
        return _known(self._customer)

    @customer.setter
    def customer(self, value: Customer) -> None:
        self._customer = value

    @property
    def signer(self) -> User:
        """The customer's own login: nobody else signs."""
        return _known(self.customer.user)

    @property
    def vehicle(self) -> Vehicle:
        return _known(self._vehicle)

    @vehicle.setter
    def vehicle(self, value: Vehicle) -> None:
        self._vehicle = value

    @property
    def project(self) -> Project:
        return _known(self._project)

    @project.setter
    def project(self, value: Project) -> None:
        self._project = value

    @property
    def estimate(self) -> Estimate:
        return _known(self._estimate)

    @estimate.setter
    def estimate(self, value: Estimate) -> None:
        self._estimate = value


def _known(value: T | None) -> T:
    if value is None:
        raise Stuck("a step of the story came before the one it rests on")
    return value


def begin(
    *,
    frame: str,
    template: str,
    unlisted_reason: str,
    tell: Teller,
    patience: float,
    journal: Journal,
) -> Story:
    """Find the house and who speaks for it.

    Raises:
        Stuck: the house is empty.
    """
    site = Site.objects.order_by("pk").first()
    managers = User.objects.filter(role=Role.MANAGER, is_active=True)
    manager = managers.order_by("pk").first()
    if site is None or manager is None:
        raise Stuck(
            _("There is no house yet: run `manage.py seed` and `manage.py seed_demo`.")
        )
    return Story(
        frame=frame,
        template=template,
        unlisted_reason=unlisted_reason,
        tell=tell,
        patience=patience,
        site=site,
        manager=manager,
        began_at=timezone.now(),
        journal=journal,
    )


def owner_for(frame_number: str) -> Customer:
    """Return the car's owner if it is known, else a customer of the story's own."""
    car = Vehicle.objects.filter(frame_number=frame_number).first()
    if car is not None:
        held = car.ownerships.filter(period__endswith__isnull=True)
        ownership = held.select_related("customer__user").first()
        if ownership is not None and ownership.customer.user is not None:
            return ownership.customer
    email = f"story-{frame_number.lower()}@example.com"
    person = User.objects.filter(email=email).first()
    if person is None:
        person = User.objects.create_user(
            email, full_name=f"Story {frame_number}", role=Role.CUSTOMER, is_demo=True
        )
    customer, _new = Customer.objects.get_or_create(
        user=person,
        defaults={"name": f"Story {frame_number}", "email": email, "is_demo": True},
    )
    return customer


def wish_of(row: JobCardPart) -> Demand:
    """Return the wish of a card's part as it stands now."""
    return _known(Demand.objects.filter(card_part=row).first())
