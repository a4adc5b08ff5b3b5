from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recommendations.experiments.results import planned_units
from recommendations.models import Experiment, ExperimentChange, Variant
from recommendations.widgets import WIDGETS


class VariantFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        forms = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        if len(forms) < 2:
            raise ValidationError(gettext("Add at least two variants."))


class VariantInline(admin.TabularInline):
    model = Variant
    formset = VariantFormSet
    extra = 2
    fields = ("position", "name", "weight", "parameters")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_delete_permission(request, obj)


class ChangeInline(admin.TabularInline):
    model = ExperimentChange
    fields = readonly_fields = ("at", "state", "by", "remark")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Experiment)
class ExperimentAdmin(admin.ModelAdmin):
    """Admin of drafts. An experiment's own page starts, stops and ships it."""

    list_display = ("name", "widget", "state", "allocation", "primary_metric", "started_at", "page")
    list_filter = ("state", "widget")
    readonly_fields = ("state", "available_parameters", "needed", "page")
    inlines = (VariantInline, ChangeInline)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_delete_permission(request, obj)

    @admin.display(description=_("available parameters"))
    def available_parameters(self, experiment: Experiment) -> str:
        return "; ".join(f"{widget.slug}: {widget.default}" for widget in WIDGETS.values())

    @admin.display(description=_("required sample size"))
    def needed(self, experiment: Experiment) -> str:
        variants = list(experiment.variants.all()) if experiment.pk else []
        return f"{planned_units(experiment, variants):,}" if len(variants) > 1 else ""

    @admin.display(description=_("page"))
    def page(self, experiment: Experiment) -> SafeString | str:
        if not experiment.pk:
            return ""
        return format_html('<a href="{}">{}</a>', experiment.get_absolute_url(), gettext("Results"))


def _is_draft(experiment: Experiment | None) -> bool:
    return experiment is None or experiment.state == Experiment.State.DRAFT
