"""Forms of the staff charts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anirec.lib.text import validate_text
from recommendations.analytics.queries import EventFilter, Period
from recommendations.models import AudienceFigure, ModelVersion, Variant, WidgetDay
from recommendations.widgets import widget_choices

DEFAULT_DAYS, MOST_DAYS = 28, 366


class _Day(forms.DateInput):
    input_type = "date"


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=_Day(format="%Y-%m-%d"), input_formats=["%Y-%m-%d"])


class PeriodForm(forms.Form):
    first = _day(_("From"))
    last = _day(_("To"))
    synthetic = forms.BooleanField(label=_("Include synthetic members"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        last = cleaned["last"] or timezone.now().date()
        first = cleaned["first"] or last - timedelta(days=DEFAULT_DAYS - 1)
        if first.year < 2000 or last.year > 2999:
            raise ValidationError(gettext("Enter a date between 2000 and 2999."))
        if first > last:
            raise ValidationError(gettext("The start date is after the end date."))
        if (last - first).days >= MOST_DAYS:
            raise ValidationError(gettext("Select up to %(n)d days.") % {"n": MOST_DAYS})
        return {**cleaned, "first": first, "last": last}

    def period(self) -> Period:
        return Period(self.cleaned_data["first"], self.cleaned_data["last"], self.cleaned_data["synthetic"])


class WidgetForm(PeriodForm):
    """A period, and filters by widget, model, variant and segment."""

    widget = forms.ChoiceField(label=_("Widget"), required=False, choices=lambda: [("", _("All")), *widget_choices()])
    version = forms.ModelChoiceField(
        label=_("Model"), required=False, queryset=ModelVersion.objects.none(), empty_label=_("All")
    )
    variant = forms.ModelChoiceField(
        label=_("Variant"), required=False, queryset=Variant.objects.none(), empty_label=_("All")
    )
    segment = forms.CharField(label=_("Segment"), required=False, max_length=200, validators=[validate_text])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["version"].queryset = ModelVersion.objects.filter(activations__isnull=False).distinct()
        fields["variant"].queryset = Variant.objects.filter(
            experiment__state__in=("running", "stopped", "shipped", "archived")
        ).select_related("experiment")
        fields["variant"].label_from_instance = lambda variant: f"{variant.experiment.name}: {variant.name}"
        names = WidgetDay.objects.exclude(segment="").order_by("segment").values_list("segment", flat=True).distinct()
        fields["segment"].widget = forms.Select(choices=[("", _("All")), *((name, name) for name in names)])

    def event_filter(self) -> EventFilter:
        return EventFilter({name: self.cleaned_data[name] for name in ("widget", "version", "variant", "segment")})


class SourceForm(forms.Form):
    """Source of the audience statistics."""

    source = forms.ChoiceField(label=_("Source"), required=False)
    synthetic = forms.BooleanField(label=_("Include synthetic members"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        imported = (
            AudienceFigure.objects.exclude(source="").order_by("source").values_list("source", flat=True).distinct()
        )
        fields: Any = self.fields
        fields["source"].choices = [("", _("Members who opted in")), *((name, name) for name in imported)]
