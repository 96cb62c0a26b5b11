"""Buttons of a part's page: its life, what takes its place, who watches it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parts import commands
from parts.admin.acts import Act, ActForm, Given, ReasonForm
from parts.admin.days import DayInput
from parts.admin.kits import ASSEMBLE
from parts.admin.numbering import NUMBERING_ACTS
from parts.models import Alternate, Observation, Part, Supersession, Supplier, Watch
from workshop.models import Variant


class DayField(forms.DateField):
    widget = DayInput


class PartField(forms.ModelChoiceField):  # type: ignore[type-arg]  # of parts
    """A part, found as it is typed, in any spelling of its number."""

    def __init__(self, column: Any, **kwargs: Any) -> None:
        widget = AutocompleteSelect(column.field, admin.site)
        super().__init__(Part.objects.all(), widget=widget, **kwargs)


class SuccessorForm(ActForm):
    new = PartField(Supersession.new, label=_("New part"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Supersession.Kind)
    source = forms.CharField(label=_("Source"), max_length=200)
    starts_on = DayField(label=_("From"), required=False)
    ends_on = DayField(label=_("Until"), required=False)
    condition = forms.CharField(
        label=_("Only when, in English"), max_length=200, required=False
    )
    condition_ja = forms.CharField(
        label=_("Only when, in Japanese"), max_length=200, required=False
    )
    variant = forms.ModelChoiceField(
        Variant.objects.order_by("generation", "code"),
        label=_("Only for variant"),
        required=False,
    )
    first_frame = forms.IntegerField(
        label=_("First frame"), min_value=0, max_value=999_999, required=False
    )
    last_frame = forms.IntegerField(
        label=_("Last frame"), min_value=0, max_value=999_999, required=False
    )
    built_from = DayField(label=_("Built from month"), required=False)
    built_to = DayField(label=_("Built to month"), required=False)
    only_with = PartField(
        Supersession.only_with, label=_("Only together with"), required=False
    )


def add_successor(given: Given) -> object:
    values = dict(given.values)
    variant, only_with = values.pop("variant"), values.pop("only_with")
    new, kind, source = (values.pop(name) for name in ("new", "kind", "source"))
    return commands.add_supersession(
        old_id=given.row.pk,
        new_id=new.pk,
        kind=kind,
        source=source,
        terms=commands.SuccessionTerms(
            variant_id=variant.pk if variant else None,
            only_with_id=only_with.pk if only_with else None,
            **values,
        ),
        **given.once,
    )


class StandInForm(ActForm):
    alternate = PartField(Alternate.alternate, label=_("May stand in"))
    source = forms.CharField(label=_("Source"), max_length=200)
    note = forms.CharField(label=_("To be checked"), max_length=300, required=False)
    needs_consent = forms.BooleanField(
        label=_("The customer must agree"), required=False, initial=True
    )


def add_stand_in(given: Given) -> object:
    values = dict(given.values)
    return commands.add_alternate(
        part_id=given.row.pk,
        alternate_id=values.pop("alternate").pk,
        **values,
        **given.who,
    )


class LifeForm(ActForm):
    life = forms.ChoiceField(label=_("Became"), choices=Part.Life)
    changed_on = DayField(label=_("As of"), initial=timezone.localdate)
    source = forms.CharField(label=_("Source"), max_length=200)


class SeenForm(ActForm):
    kind = forms.ChoiceField(label=_("What was seen"), choices=Observation.Kind)
    seen_on = DayField(label=_("Seen on"), initial=timezone.localdate)
    supplier = forms.ModelChoiceField(
        Supplier.objects.order_by("code"), label=_("Supplier"), required=False
    )
    price = forms.DecimalField(
        label=_("Price"), max_digits=14, decimal_places=2, min_value=0, required=False
    )
    was_price = forms.DecimalField(
        label=_("Price before"),
        max_digits=14,
        decimal_places=2,
        min_value=0,
        required=False,
    )
    currency = forms.RegexField(r"^[A-Z]{3}$", label=_("Currency"), initial="JPY")
    source = forms.CharField(label=_("Where"), max_length=200, required=False)


def note_seen(given: Given) -> object:
    values = dict(given.values)
    supplier = values.pop("supplier")
    return commands.note_observation(
        seen=commands.Seen(
            part_id=given.row.pk,
            supplier_id=supplier.pk if supplier else None,
            **values,
        ),
        **given.who,
    )


class EndForm(ReasonForm):
    ends_on = DayField(label=_("Last day"), initial=timezone.localdate)


PART_ACTS = (
    ASSEMBLE,
    *NUMBERING_ACTS,
    Act(
        name="successor",
        label=_("Enter a successor"),
        form=SuccessorForm,
        run=add_successor,
        done=_("Entered; its wishes are answered again."),
        is_rare=True,
    ),
    Act(
        name="stand-in",
        label=_("Enter a stand-in"),
        form=StandInForm,
        run=add_stand_in,
        done=_("Entered; its wishes are answered again."),
        is_rare=True,
    ),
    Act(
        name="life",
        label=_("Change its life"),
        form=LifeForm,
        run=lambda given: commands.change_life(
            part_id=given.row.pk, **given.values, **given.once
        ),
        done=_("Noted with its source."),
        is_rare=True,
    ),
    Act(
        name="watch",
        label=_("Watch"),
        form=ReasonForm,
        run=lambda given: commands.watch_part(
            part_id=given.row.pk, **given.values, **given.who
        ),
        done=_("The number is watched."),
    ),
    Act(
        name="seen",
        label=_("Note what was seen"),
        form=SeenForm,
        run=note_seen,
        done=_("Noted; who waits for it is told."),
    ),
)
WATCH_ACTS = (
    Act(
        name="look",
        label=_("Looked at"),
        form=ActForm,
        run=lambda given: commands.look_at_watches(
            watch_ids=[given.row.pk], **given.who
        ),
        done=_("The alert is over."),
        suits=lambda row: row.seen_at is None and row.last_seen != Watch.Seen.QUIET,
    ),
    Act(
        name="unwatch",
        label=_("Let it be"),
        form=ReasonForm,
        run=lambda given: commands.unwatch_part(
            part_id=given.row.part_id, **given.values, **given.who
        ),
        done=_("The number is no longer watched."),
        is_danger=True,
    ),
)
END_SUCCESSION = Act(
    name="end",
    label=_("End"),
    form=EndForm,
    run=lambda given: commands.end_supersession(
        supersession_id=given.row.pk, **given.values, **given.who
    ),
    done=_("It holds until this day."),
    is_danger=True,
)
REMOVE_STAND_IN = Act(
    name="remove",
    label=_("Take back"),
    form=ReasonForm,
    run=lambda given: commands.remove_alternate(
        alternate_id=given.row.pk, **given.values, **given.who
    ),
    done=_("It no longer stands in."),
    is_danger=True,
)
