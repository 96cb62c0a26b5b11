"""Buttons, fields and forms."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from django import forms, template
from django.forms import BoundField
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.templatetags.house_values import icon as icon_svg

register = template.Library()

# A browser's own pickers read and write ISO dates, whatever the language.
NATIVE = {
    forms.DateTimeInput: ("datetime-local", "%Y-%m-%dT%H:%M"),
    forms.DateInput: ("date", "%Y-%m-%d"),
    forms.TimeInput: ("time", "%H:%M"),
}


def attributes(given: Mapping[str, Any]) -> SafeString:
    """``hx_post="/x"`` → ``hx-post="/x"``; a trailing underscore is dropped."""
    return flatatt(
        {
            name.rstrip("_").replace("_", "-"): value
            for name, value in given.items()
            if value not in (None, "")
        }
    )


def button_class(kind: str, size: str) -> str:
    words = [f"button--{word}" for word in f"{kind} {size}".split()]
    return " ".join(["button", *words])


def button_inside(label: str, icon: str) -> SafeString:
    if not icon:
        return format_html("<span>{}</span>", label)
    return format_html("{}<span>{}</span>", icon_svg(icon), label)


@register.simple_tag
def button(
    label: str,
    *,
    kind: str = "",
    size: str = "",
    icon: str = "",
    opens: str = "",
    type: str = "submit",
    **more: Any,
) -> SafeString:
    """A button. Verbs on it: "Approve 3 lines".

    Args:
        label: what it does.
        kind: primary, quiet or danger; empty is the ordinary one.
        size: small, big, block; several by a space.
        icon: a name of the sprite.
        opens: id of a dialog it opens.
        type: submit, button or reset.
        more: further attributes, ``hx_post=…`` becomes ``hx-post="…"``.
    """
    if opens:
        more |= {"data_open": opens, "aria_haspopup": "dialog"}
        type = "button"
    return format_html(
        '<button type="{}" class="{}"{}>{}</button>',
        type,
        button_class(kind, size),
        attributes(more),
        button_inside(label, icon),
    )


@register.simple_tag
def link_button(
    url: str, label: str, *, kind: str = "", size: str = "", icon: str = "", **more: Any
) -> SafeString:
    """A link that looks like a button: for going somewhere, never for changing."""
    return format_html(
        '<a href="{}" class="{}"{}>{}</a>',
        url,
        button_class(kind, size),
        attributes(more),
        button_inside(label, icon),
    )


@register.simple_tag
def once() -> SafeString:
    """A fresh key in a hidden input: the form's command runs once."""
    return format_html(
        '<input type="hidden" name="idempotency_key" value="{}">', uuid4()
    )


def native_widget(widget: forms.Widget) -> forms.Widget | None:
    for kind, (input_type, pattern) in NATIVE.items():
        if type(widget) is kind:
            return kind(attrs={**widget.attrs, "type": input_type}, format=pattern)
    return None


def described_by(bound: BoundField, has_help: bool) -> str:
    ids = [f"{bound.auto_id}_error"] if bound.errors else []
    if has_help:
        ids.append(f"{bound.auto_id}_help")
    return " ".join(ids)


def field_shape(widget: forms.Widget) -> str:
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "check" if isinstance(widget, forms.CheckboxInput) else "line"


@register.inclusion_tag("common/c/field.html")
def field(
    bound: BoundField,
    *,
    label: str = "",
    help: str = "",
    unit: str = "",
    kind: str = "",
    **more: Any,
) -> dict[str, Any]:
    """A bound form field with label, help and error.

    Args:
        bound: ``form.x``.
        label: instead of the form's own.
        help: instead of the form's own.
        unit: shown behind the input: mm, h, JPY.
        kind: money or number aligns digits to the right.
        more: attributes of the input, ``inputmode="decimal"`` and the like.
    """
    help_text = help or bound.help_text
    widget = bound.field.widget
    attrs = {name.rstrip("_").replace("_", "-"): value for name, value in more.items()}
    attrs["aria-describedby"] = described_by(bound, bool(help_text)) or None
    if bound.errors:
        attrs["aria-invalid"] = "true"
    shape = field_shape(widget)
    return {
        "bound": bound,
        "shape": shape,
        "options": list(bound) if shape == "choices" else [],
        "control": bound.as_widget(widget=native_widget(widget), attrs=attrs),
        "label": label or bound.label,
        "help": help_text,
        "unit": unit,
        "kind": kind,
        "optional": not bound.field.required and shape == "line",
    }


@register.inclusion_tag("common/c/problems.html")
def problems(form: forms.BaseForm) -> dict[str, Any]:
    """What keeps a form from being taken, above it; nothing when all is well."""
    return {"form": form}


@register.inclusion_tag("common/c/checks.html")
def checks(name: str, items: Iterable[Any], *, legend: str = "") -> dict[str, Any]:
    """A list of lines to tick.

    Args:
        name: the inputs' name.
        items: each with ``value`` and ``label`` (or ``name_en`` and ``name_ja``), and
            if wanted ``note``, ``amount`` and ``currency``, ``checked``, ``disabled``.
        legend: what is being ticked.
    """
    return {"name": name, "items": items, "legend": legend}


@register.inclusion_tag("common/c/stepper.html")
def stepper(
    name: str,
    value: Any,
    label: str,
    *,
    min: Any = 0,
    max: Any = "",
    step: Any = 1,
    unit: str = "",
) -> dict[str, Any]:
    """A number with minus and plus, for gloves."""
    return {
        "name": name,
        "value": value,
        "label": label,
        "min": min,
        "max": max,
        "step": step,
        "unit": unit,
    }


@register.inclusion_tag("common/c/keypad.html")
def keypad(target: str) -> dict[str, Any]:
    """A number pad that types into the input with this id."""
    return {"target": target, "keys": ["7", "8", "9", "4", "5", "6", "1", "2", "3"]}


@register.inclusion_tag("common/c/search.html", takes_context=True)
def search(
    context: template.Context,
    label: str,
    *,
    name: str = "q",
    value: str = "",
    focus: bool = False,
) -> dict[str, Any]:
    """The search field of a filter bar; keeps what was searched."""
    request = context.get("request")
    kept = request.GET.get(name, "") if request else ""
    return {"label": label, "name": name, "value": value or kept, "focus": focus}


@register.inclusion_tag("common/c/reason.html", takes_context=True)
def reason_form(
    context: template.Context,
    id: str,
    title: str,
    *,
    action: str,
    label: str,
    text: str = "",
    reasons: Iterable[Any] = (),
    kind: str = "primary",
) -> dict[str, Any]:
    """A dialog that asks for a reason before it acts; open it with ``opens=id``.

    It posts ``reason`` (text, or the value of the chosen button) and
    ``idempotency_key``.

    Args:
        context: the page's.
        id: the dialog's id.
        title: the question.
        action: where it posts.
        label: the verb on the button.
        text: what will happen, in one sentence.
        reasons: pairs of value and label; without them the reason is typed.
        kind: the button's kind.
    """
    return {
        "csrf_token": context.get("csrf_token", ""),
        "id": id,
        "title": title,
        "action": action,
        "label": label,
        "text": text,
        "reasons": reasons,
        "kind": kind,
    }
