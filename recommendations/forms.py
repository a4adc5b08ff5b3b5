from __future__ import annotations

from typing import Any

from django import forms

from recommendations.engine.ranking import RankingOptions


class ScoreForm(forms.Form):
    score = forms.IntegerField(min_value=1, max_value=10, required=False)


class OptionsForm(forms.Form):
    """What a viewer may ask of their suggestions, with two sliders; nothing is what is published."""

    niche = forms.FloatField(required=False)
    diversity = forms.FloatField(required=False)

    def clean(self) -> dict[str, Any]:
        given = {name: value for name, value in self.cleaned_data.items() if value is not None}
        try:
            return {"options": RankingOptions(**given)}
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    @property
    def options(self) -> RankingOptions:
        return self.cleaned_data["options"]
