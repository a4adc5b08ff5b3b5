from __future__ import annotations

from django import forms


class ScoreForm(forms.Form):
    score = forms.IntegerField(min_value=1, max_value=10, required=False)


class PageForm(forms.Form):
    page = forms.IntegerField(min_value=1, max_value=100, required=False)

    def number(self) -> int:
        """Return the page number, or 1 if it is missing or invalid."""
        return (self.is_valid() and self.cleaned_data["page"]) or 1
