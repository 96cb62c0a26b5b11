"""The living page of the design system: each component in each of its states.

For staff; the policy table says who. Nothing here is stored or sent.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from common.templatetags.house_values import STATES

LONG_NAME_EN = (
    "Rear quarter panel assembly, left-hand, with wheel-house outer extension"
)
LONG_NAME_JA = (
    "リヤフェンダーパネルアッセンブリー（左）ホイールハウスアウターエクステンション付"
)


class SampleForm(forms.Form):
    """One field of each shape."""

    name = forms.CharField(
        label=gettext_lazy("Name"), help_text=gettext_lazy("As it stands on papers.")
    )
    amount = forms.DecimalField(label=gettext_lazy("Amount"), required=False)
    due_on = forms.DateField(label=gettext_lazy("Due on"))
    grade = forms.ChoiceField(
        label=gettext_lazy("Grade"),
        choices=[
            ("GENUINE", gettext_lazy("Genuine, new")),
            ("HERITAGE", gettext_lazy("Heritage")),
            ("USED", gettext_lazy("Used")),
        ],
    )
    pause = forms.ChoiceField(
        label=gettext_lazy("Why do you pause?"),
        widget=forms.RadioSelect,
        choices=[
            ("BREAK", gettext_lazy("Break")),
            ("PART", gettext_lazy("A part is missing")),
            ("HELP", gettext_lazy("I help next door")),
        ],
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), widget=forms.Textarea(), required=False
    )
    agreed = forms.BooleanField(label=gettext_lazy("I have read the estimate"))


def phase_rows() -> list[dict[str, str]]:
    names = [
        _("Intake"),
        _("Strip-down"),
        _("Body"),
        _("Paint"),
        _("Engine"),
        _("Assembly"),
        _("Road test"),
        _("Hand-over"),
    ]
    states = ["DONE", "DONE", "RUNNING", "WAITING", "READY", *["WAITING"] * 3]
    return [{"name": n, "state": s} for n, s in zip(names, states, strict=True)]


def history_rows(at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "title": _("Promise moved to 2 Apr 2027"),
            "state": "BLOCKED",
            "at": at,
            "cause": _("rear quarter panel arrives 12 Feb, not 6 Feb"),
            "url": "#timeline",
        },
        {
            "title": _("Body shell on the jig"),
            "state": "RUNNING",
            "at": at - timedelta(days=3),
            "by": "整備 太郎",
        },
        {
            "title": _("Estimate approved"),
            "state": "DONE",
            "on": (at - timedelta(days=20)).date(),
        },
    ]


def check_rows() -> list[dict[str, Any]]:
    return [
        {
            "value": 1,
            "name_en": "Bare-metal respray, Bayside Blue",
            "name_ja": "ベイサイドブルー 全剥離塗装",
            "note": _("28 to 41 hours"),
            "amount": Decimal(1480000),
            "checked": True,
        },
        {
            "value": 2,
            "name_en": LONG_NAME_EN,
            "name_ja": LONG_NAME_JA,
            "note": _("moves the hand-over by 6 days"),
            "amount": Decimal(238000),
            "checked": True,
        },
        {
            "value": 3,
            "name_en": "Refurbish brake calipers",
            "name_ja": "ブレーキキャリパー オーバーホール",
            "amount": Decimal(96000),
        },
    ]


def picture(shade: str) -> str:
    """A stand-in for a photo, as data: the page needs no files."""
    return (
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' "
        "viewBox='0 0 4 3'%3E%3Crect width='4' height='3' fill='%23"
        f"{shade}'/%3E%3C/svg%3E"
    )


def table_rows() -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "name_en": name_en,
            "name_ja": name_ja,
            "quantity": Decimal(quantity),
            "amount": Decimal(amount),
            "state": state,
        }
        for number, name_en, name_ja, quantity, amount, state in (
            ("A-1", "Timing belt", "タイミングベルト", 1, 14800, "DONE"),
            ("A-2", "Piston ring", "ピストンリング", 6, 78600, "READY"),
            ("A-3", LONG_NAME_EN, LONG_NAME_JA, 1, 99999999999999, "BLOCKED"),
            ("", "Trim clip", "クリップ", 48, 9600, "WAITING"),
        )
    ]


def bound_with_errors() -> SampleForm:
    form = SampleForm({"broken-amount": "12,ab"}, prefix="broken")
    form.is_valid()
    return form


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Render every component in its empty, loading, error, long and Japanese state."""
    now = timezone.now()
    rows = table_rows()
    photo_rows = [
        {"url": picture(shade), "alt": _("Stand-in photo"), "caption": caption}
        for shade, caption in (
            ("1b4f9c", _("Left sill, after stripping")),
            ("8a8f96", _("Strut tower, welded")),
            ("3d4249", _("Engine bay, in primer")),
        )
    ]
    return render(
        request,
        "common/styleguide.html",
        {
            "form": SampleForm(),
            "broken": bound_with_errors(),
            "states": list(STATES),
            "phases": phase_rows(),
            "history": history_rows(now),
            "checks": check_rows(),
            "photos": photo_rows,
            "rows": rows,
            "sum": sum(row["amount"] for row in rows),
            "page": Paginator(range(10_000), 50).page(3),
            "now": now,
            "sure": _("8 in 10 such promises were kept"),
            "today": date(2026, 11, 21),
            "before": date(2026, 11, 15),
            "long_en": LONG_NAME_EN,
            "long_ja": LONG_NAME_JA,
            "places": [
                {"url": "#tabs", "label": _("Timeline"), "here": True},
                {"url": "#tabs", "label": _("Parts"), "count": 12},
                {"url": "#tabs", "label": _("Money")},
            ],
            "reasons": [
                ("LATE", _("The supplier is late")),
                ("MISTAKE", _("Entered by mistake")),
            ],
        },
    )
