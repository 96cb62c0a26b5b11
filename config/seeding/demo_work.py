"""One demo car's past: what was agreed, who worked on it when, what came and was paid.

Times are reckoned backwards from today, so that work goes on up to the present; then
everything is done by commands in the order of time.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from config.seeding.demo_house import RUNNING_SINCE, House, work_of
from config.seeding.demo_stages import STAGES, Begun
from config.seeding.demo_supply import bring_and_draw, pay_open_invoices
from config.seeding.past import Piece
from config.seeding.sheet import Row
from restoration import commands
from restoration.models import ChecklistItem, EstimateLine, JobCard, Template, TimeEntry
from workshop.models import Customer, Variant

Act = Callable[[datetime], None]
Decision = EstimateLine.Decision


class Later(Protocol):
    """Has something done at an instant; what ends something comes first."""

    def __call__(self, at: datetime, act: Act, *, begins: bool = True) -> None: ...


class CarStory:
    """One row of the file, lived through."""

    def __init__(self, house: House, row: Row, later: Later) -> None:
        """Take what the file says.

        Args:
            house: people and time.
            row: checked.
            later: has something done at an instant.
        """
        self.house = house
        self.row = row
        self.later = later
        self.stage = STAGES[row.text("stage")]
        self.name = row.text("frame_number")
        self.customer = Customer.objects.select_related("user").get(
            email=row.text("customer_email")
        )

    def begin(self) -> None:
        """Lay out what happens until the customer has signed, or is asked to."""
        past, agreed = self.house.past, self.stage.agreed_days
        opened, sent = (agreed + 9, agreed + 6) if agreed else (8, 5)
        self.later(past.morning(opened), self._open)
        self.later(past.morning(sent), self._send)
        if agreed:
            self.later(past.morning(agreed), self._agree)

    def _key(self, *about: object) -> str:
        return ":".join(["demo-car", self.name, *map(str, about)])

    def _open(self, at: datetime) -> None:
        template = Template.objects.get(code=self.row.text("template"))
        car = commands.enter_vehicle(
            frame_number=self.name,
            model_code=self.row.text("model_code"),
            colour_code=self.row.text("colour"),
            customer_id=self.customer.pk,
            variant_id=Variant.objects.get(code=self.row.text("variant")).pk,
            built_month=self.row.month("built_month"),
            user_id=self.house.manager.pk,
            at=at,
        )
        wished = self.stage.wished_in_days
        self.project = commands.open_project(
            vehicle_id=car.pk,
            customer_id=self.customer.pk,
            site_id=self.house.site.pk,
            title_en=template.name_en,
            title_ja=template.name_ja,
            template_code=template.code,
            wished_on=self.house.now.date() + timedelta(wished) if wished else None,
            user_id=self.house.manager.pk,
            key=self._key("open"),
            at=at,
        )

    def _send(self, at: datetime) -> None:
        draft = commands.draft_estimate(
            project_id=self.project.pk,
            template_code=self.row.text("template"),
            engine_menu=self.row.text("engine_menu") or None,
            user_id=self.house.manager.pk,
            at=at,
        )
        self.estimate = commands.send_estimate(
            estimate_id=draft.pk, user_id=self.house.manager.pk, at=at
        )

    def _agree(self, at: datetime) -> None:
        """The customer signs; what nobody can price yet is left out of a small job."""
        small = self.row.text("stage") == "READY"
        lines = self.estimate.lines.filter(is_option=False)
        commands.decide_estimate(
            estimate_id=self.estimate.pk,
            decisions={
                line.pk: Decision.DECLINED
                if small and not line.is_price_known
                else Decision.ACCEPTED
                for line in lines
            },
            signed_name=self.customer.name,
            content_hash=self.estimate.content_hash,
            user_id=_login(self.customer),
            key=self._key("sign"),
            at=at,
        )
        commands.record_arrival(
            project_id=self.project.pk, user_id=self.house.manager.pk, at=at
        )
        self._lay_out_work(at)

    def _lay_out_work(self, agreed_at: datetime) -> None:
        for card, pieces, begun in work_of(self.house, self.project, self.stage):
            if pieces[0].starts_at <= agreed_at:
                raise ValueError(f"{self.name}: work would begin before it was agreed")
            first, last = pieces[0], pieces[-1]
            self.later(first.starts_at, partial(self._start, card, first))
            finish = partial(self._finish, card, last)
            rest = partial(self._rest, card, pieces[1:], begun)
            if card.is_outside:
                back = last.ends_at + timedelta(days=card.outside_days)
                self.later(back, finish, begins=False)
            elif begun is None:
                self.later(last.ends_at, finish, begins=False)
            if card.is_outside or begun is not None or first is not last:
                self.later(
                    first.ends_at, partial(self._pause, card, first), begins=False
                )
                self.later(last.ends_at, rest, begins=False)

    def _start(self, card: JobCard, piece: Piece, at: datetime) -> None:
        bring_and_draw(self.house, card, key=self._key("draw"), at=at)
        commands.start_card(
            card_id=card.pk,
            technician_id=piece.technician_id,
            user_id=self._who(piece),
            key=self._key("start", card.number, at.isoformat()),
            at=at,
        )

    def _pause(self, card: JobCard, piece: Piece, at: datetime) -> None:
        commands.pause_card(
            card_id=card.pk,
            technician_id=piece.technician_id,
            reason="OUTSIDE" if card.is_outside else "BREAK",
            user_id=self._who(piece),
            key=self._key("pause", card.number, at.isoformat()),
            at=at,
        )

    def _rest(
        self, card: JobCard, pieces: list[Piece], begun: Begun | None, at: datetime
    ) -> None:
        """Write down the stretches after the first pause, all at once.

        Each by its own pair of commands would take most of the demo's first start.
        """
        TimeEntry.objects.bulk_create(
            TimeEntry(
                card=card,
                technician_id=piece.technician_id,
                started_at=piece.starts_at,
                ended_at=piece.ends_at,
            )
            for piece in pieces
        )
        if begun is None:
            return
        piece = pieces[-1]
        if begun.finding:
            self._find(card, piece, begun.finding, at)
        if begun.runs:
            again = self.house.now - RUNNING_SINCE
            self.later(again, partial(self._start, card, piece))

    def _find(self, card: JobCard, piece: Piece, text: str, at: datetime) -> None:
        commands.raise_finding(
            card_id=card.pk,
            severity="MUST",
            text=text,
            language="ja",
            minutes_low=480,
            minutes_high=960,
            user_id=self._who(piece),
            key=self._key("finding", card.number),
            at=at,
        )

    def _finish(self, card: JobCard, piece: Piece, at: datetime) -> None:
        who = self._who(piece)
        ChecklistItem.objects.filter(card=card).update(
            result=ChecklistItem.Result.GOOD,
            checked_by=piece.technician_id,
            checked_at=at,
        )
        commands.finish_card(
            card_id=card.pk, user_id=who, key=self._key("finish", card.number), at=at
        )
        pays_at = at + timedelta(days=self.stage.pays_after_days)
        if pays_at < self.house.now:
            self.later(
                pays_at,
                lambda later: pay_open_invoices(self.house, self.project, at, later),
            )

    def _who(self, piece: Piece) -> int:
        person = self.house.person(piece.technician_id)
        return person.user_id or self.house.manager.pk


def _login(customer: Customer) -> int:
    if customer.user_id is None:
        raise ValueError(f"{customer} has no login and signs nothing")
    return customer.user_id
