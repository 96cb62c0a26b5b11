"""Pages of the catalogue beside Django's own: replace, kit, what fits, files."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from common.handing_out import handed_out
from common.row_keys import row_key
from parts import commands, queries
from parts.admin.acts import ActForm, ActsAdmin, ReasonForm, given
from parts.admin.finding import number_of
from parts.admin.lines import lines_of
from parts.admin.part_acts import PartField
from parts.admin.part_words import PartBeside, about_part, fit_state, verdict_rows
from parts.models import KitLine, Part, PartFile, Replacement
from parts.names import category_name


class ChooseForm(forms.Form):
    new = PartField(Replacement.new, label=gettext_lazy("New part"))


class ReplaceForm(ReasonForm):
    everywhere = forms.BooleanField(
        label=gettext_lazy("Also in kits and reorder rules"), required=False
    )


class ComponentForm(forms.Form):
    component = PartField(
        KitLine.component, label=gettext_lazy("Component"), required=False
    )
    quantity = forms.DecimalField(
        label=gettext_lazy("Quantity"),
        max_digits=12,
        decimal_places=3,
        min_value=0,
        required=False,
    )


ComponentSet = forms.formset_factory(ComponentForm, extra=4, max_num=200)


class FileForm(ActForm):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("A JPEG, PNG or WebP picture, or a PDF; at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.webp,.pdf"}),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)


class PartPages(ActsAdmin[Part]):
    """The catalogue's further pages."""

    change_form_template = "admin/parts/part.html"

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("fits/", self.fits_view, "fits"),
            ("<int:pk>/replace/", self.replace_view, "replace"),
            ("<int:pk>/kit/", self.kit_view, "kit"),
            ("<int:pk>/files/", self.files_view, "files"),
            ("file/<int:pk>/", self.file_view, "file"),
            ("file/<int:pk>/remove/", self.remove_file_view, "remove_file"),
        )
        return [
            *(
                path(
                    route,
                    self.admin_site.admin_view(view),
                    name=self.page_name(name).removeprefix("admin:"),
                )
                for route, view, name in pages
            ),
            *super().get_urls(),
        ]

    def read_beside(self, request: HttpRequest, row: Part) -> tuple[Any, ...]:
        beside = PartBeside(row)
        request.__dict__["_beside_part"] = beside
        return beside.lists

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *how: Any, **kw: Any
    ) -> HttpResponse:
        part = kw.get("obj")
        if part is not None:
            beside = request.__dict__.get("_beside_part") or PartBeside(part)
            context["about"] = about_part(beside)
        return super().render_change_form(request, context, *how, **kw)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say what replaced the number that was looked for."""
        text = request.GET.get("q", "").replace("\x00", "")[:100]
        found = queries.look_up_number(text) if text else None
        if found is not None and found.chain and request.method == "GET":
            says = _("%(old)s was replaced by %(new)s.") % {
                "old": number_of(found.part) or found.part.code,
                "new": number_of(found.newest) or found.newest.code,
            }
            self.message_user(request, says, messages.INFO)
        return super().changelist_view(request, extra_context)

    def part_or_404(self, request: HttpRequest, pk: int) -> Part:
        part: Part | None = self.get_queryset(request).filter(pk=pk).first()
        if part is None or not self.has_act_permission(request):
            raise Http404
        return part

    def fits_view(self, request: HttpRequest) -> HttpResponse:
        """What fits a car: by its frame number, and what else is known of it."""
        frame = request.GET.get("frame", "").replace("\x00", "")[:40]
        context: dict[str, Any] = {"frame": frame, "title": _("What fits this car")}
        status = 200
        if frame.strip():
            variant = request.GET.get("variant", "")
            try:
                car = queries.car_of(
                    frame,
                    variant_id=int(variant[:12]) if variant.isdecimal() else None,
                    built_month=_day(request.GET.get("month", "")),
                )
            except DomainError as refusal:
                context["refusal"] = refusal.sentence
                status = refusal.status
            else:
                context |= {"car": car, "groups": self._fitting(car)}
        return self._page(request, "fits", context, status)

    def _fitting(self, car: queries.FittedCar) -> list[dict[str, Any]]:
        return [
            {
                "name": category_name(group.category) or _("Without a category"),
                "rows": [
                    {
                        "part": row.part,
                        "number": number_of(row.part),
                        "fitment": row.row,
                        "state": fit_state(row.known),
                    }
                    for row in group.rows
                ],
            }
            for group in queries.what_fits(car)
        ]

    def replace_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what a replacement would touch; on POST do it once."""
        part = self.part_or_404(request, pk)
        choose = ChooseForm(request.GET or None)
        context: dict[str, Any] = {
            "part": part,
            "number": number_of(part) or part.code,
            "choose": choose,
            "title": _("Replace everywhere"),
            "media": self.media + choose.media,
        }
        if not choose.is_valid():
            return self._page(request, "replace", context)
        new = choose.cleaned_data["new"]
        form = ReplaceForm(request.POST or None, row=part)
        status = 200
        if request.method == "POST" and form.is_valid():
            asked = map(row_key, request.POST.getlist("demands"))
            chosen = [key for key in asked if key]
            try:
                rows = commands.replace_part(
                    old_id=part.pk,
                    new_id=new.pk,
                    demand_ids=chosen,
                    **form.cleaned_data,
                    **given(request, part, form).once,
                )
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                text = _("Replaced in %(count)s wishes.") % {"count": len(rows)}
                self.message_user(request, text, messages.SUCCESS)
                return redirect(self.page_name("change"), new.pk)
        preview = queries.replace_preview(
            old_id=part.pk, new_id=new.pk, at=timezone.now()
        )
        context |= {
            "new": new,
            "new_number": number_of(new) or new.code,
            "form": form,
            "preview": preview,
            "rows": verdict_rows(preview.demands, request.user),
        }
        return self._page(request, "replace", context, status)

    def kit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Edit what a kit is put together from."""
        part = self.part_or_404(request, pk)
        form = ActForm(request.POST or None, row=part)
        now = [
            {"component": row.component_id, "quantity": row.quantity.normalize()}
            for row in part.kit_lines.order_by("pk")
        ]
        lines = ComponentSet(request.POST or None, initial=now)
        status = 200
        if request.method == "POST" and form.is_valid() and lines.is_valid():
            try:
                commands.set_kit(
                    kit_id=part.pk,
                    lines=[
                        commands.Component(
                            part_id=row["component"].pk,
                            quantity=row["quantity"] or Decimal(0),
                        )
                        for row in lines_of(lines)
                        if row["component"]
                    ],
                    **given(request, part, form).once,
                )
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                self.message_user(request, _("What the kit holds is written down."))
                return redirect(self.page_name("change"), part.pk)
        return self.ask(
            request,
            form,
            _("What the kit holds"),
            row=self.describe(part),
            back=self.page_url("change", part.pk),
            status=status,
            lines=lines,
            media=self.media + lines.media,
        )

    def files_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand in a photo or a paper."""
        part = self.part_or_404(request, pk)
        form = FileForm(request.POST or None, request.FILES or None, row=part)
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                commands.attach_part_file(
                    part_id=part.pk,
                    content=form.cleaned_data["file"].read(),
                    title=form.cleaned_data["title"],
                    **given(request, part, form).once,
                )
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                self.message_user(request, _("Kept with the part."))
                return redirect(self.page_name("change"), part.pk)
        return self.ask(
            request,
            form,
            _("Add a photo or document"),
            row=self.describe(part),
            back=self.page_url("change", part.pk),
            status=status,
            multipart=True,
        )

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand out a file to who may see its part, as what we know it to be."""
        visible = PartFile.objects.visible_to(request.user)
        row = visible.select_related("attachment").filter(pk=pk).first()
        if row is None:
            raise Http404
        return handed_out(row.attachment, f"part-{row.part_id}-{row.pk}")

    def remove_file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a file off its part, with a reason."""
        row = PartFile.objects.select_related("part").filter(pk=pk).first()
        if row is None or not self.has_act_permission(request):
            raise Http404
        form = ReasonForm(request.POST or None, row=row)
        back = self.page_url("change", row.part_id)
        if request.method == "POST" and form.is_valid():
            commands.remove_part_file(
                file_id=row.pk, **form.cleaned_data, **given(request, row, form).who
            )
            self.message_user(request, _("Removed."), messages.SUCCESS)
            return redirect(back)
        label = _("Remove a photo or document")
        return self.ask(
            request, form, label, row=self.describe(row.part), back=back, kind="danger"
        )

    def _page(
        self,
        request: HttpRequest,
        name: str,
        context: dict[str, Any],
        status: int = 200,
    ) -> TemplateResponse:
        frame = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
        }
        return TemplateResponse(
            request, f"admin/parts/{name}.html", {**frame, **context}, status=status
        )


def _day(text: str) -> Any:
    """Return the day of a link of ours; what is none is not known."""
    try:
        return parse_date(text[:10])
    except ValueError:
        return None
