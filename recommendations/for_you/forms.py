from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext

from recommendations.engine.ranking import RankingOptions


class TitleIdsField(forms.CharField):
    """Comma-separated title ids."""

    def clean(self, value: Any) -> tuple[int, ...]:
        parts = [part.strip() for part in super().clean(value).split(",")]
        try:
            ids = tuple(int(part) for part in parts if part)
        except ValueError:
            raise forms.ValidationError(
                gettext("Enter title IDs as whole numbers separated by commas."), code="invalid"
            ) from None
        if any(not 0 < pk < 2**31 for pk in ids):
            raise forms.ValidationError(gettext("Unknown title ID."), code="invalid")
        return ids


class OptionsForm(forms.Form):
    """Form of the recommendation options: two sliders, a switch and titles to ignore. Empty means the defaults."""

    niche = forms.FloatField(required=False)
    diversity = forms.FloatField(required=False)
    recent = forms.BooleanField(required=False)
    without_reason = TitleIdsField(required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        values = {name: self.cleaned_data.get(name) for name in ("niche", "diversity", "recent")}
        try:
            options = RankingOptions(**{name: value for name, value in values.items() if value is not None})
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        return {**self.cleaned_data, "options": options}
