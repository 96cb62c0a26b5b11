"""The lines of the board's tables, and what they are narrowed by."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from restoration.board.words import (
    Mark,
    days_words,
    project_mark,
    risk_mark,
    since_first,
)
from restoration.models import Project
from restoration.queries import (
    BoardProject,
    Risk,
    cause_words,
)
from restoration.queries.board import BROKEN, TIGHT_DAYS

OPEN_STATES = [
    Project.State.ENQUIRY,
    Project.State.ESTIMATING,
    Project.State.AWAITING_APPROVAL,
    Project.State.IN_WORK,
    Project.State.READY,
]


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project of the risk table."""

    row: BoardProject

    @property
    def project(self) -> Project:
        return self.row.project

    @property
    def mark(self) -> Mark:
        return project_mark(self.project)

    @property
    def risk(self) -> Mark:
        return risk_mark(self.row.risk)

    @property
    def days_late(self) -> int | None:
        """Against the wish; without one, against the first promise."""
        if self.project.wished_on is None:
            return self.row.days_after_first
        return self.row.days_after_wish

    @property
    def lateness(self) -> str:
        """How far the promise is from the wish; without one, from the first promise."""
        if self.project.wished_on is None:
            return since_first(self.days_late)
        return days_words(self.days_late)

    @property
    def date_before(self) -> date | None:
        """The date before the last change; None where there was none."""
        chip = self.row.chip
        if chip is None or not chip.promise.moved_days:
            return None
        return chip.promised_on - timedelta(days=chip.promise.moved_days)

    @property
    def cause(self) -> str:
        """What moved the date last, as a clause."""
        chip = self.row.chip
        if chip is None or self.date_before is None:
            return ""
        return cause_words(chip.promise.cause, chip.promise.cause_detail)

    @property
    def why(self) -> str:
        """What makes it a risk, in a few words."""
        chip, wished = self.row.chip, self.project.wished_on
        if chip is None or self.row.risk == Risk.ON_TRACK:
            return ""
        if self.row.risk in BROKEN:
            return ""
        if wished and (wished - chip.promised_on).days < TIGHT_DAYS:
            return _("less than a week before the wish")
        return _("the date is rough")

    @property
    def words(self) -> str:
        """All that a search looks at."""
        project = self.project
        car = project.vehicle
        names = (
            project.number,
            project.title_en,
            project.title_ja,
            car.frame_number,
            project.customer.name,
            project.customer.name_kana,
            *((car.variant.name_en, car.variant.name_ja) if car.variant else ()),
        )
        return plain(" ".join(names))


class FilterForm(forms.Form):
    """Narrows the table of projects; what it does not know narrows nothing."""

    q = forms.CharField(required=False, max_length=100)
    risk = forms.ChoiceField(
        label=gettext_lazy("Risk"),
        required=False,
        widget=forms.Select(attrs={"data-submits": ""}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        widget=forms.Select(attrs={"data-submits": ""}),
    )

    def __init__(self, data: Mapping[str, str]) -> None:
        super().__init__(data)
        everything = [("", _("All"))]
        risk, state = self.fields["risk"], self.fields["state"]
        risk.choices = everything + [(r.value, risk_mark(r).word) for r in Risk]  # type: ignore[attr-defined]  # a ChoiceField
        state.choices = everything + [(s.value, s.label) for s in OPEN_STATES]  # type: ignore[attr-defined]  # a ChoiceField
        self.is_valid()

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values())

    def kept(self, rows: Iterable[ProjectRow]) -> list[ProjectRow]:
        """Return the rows that match every filter."""
        wanted = self.cleaned_data
        words = plain(wanted.get("q", "")).split()
        return [
            r
            for r in rows
            if wanted.get("risk") in (None, "", r.row.risk.value)
            and wanted.get("state") in (None, "", r.project.state)
            and all(word in r.words for word in words)
        ]


def plain(text: str) -> str:
    """Return a text as it is searched: width and case do not count."""
    return unicodedata.normalize("NFKC", text).casefold()
