from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Title
from social.corrections.fields import help_text, text_of, widget
from social.corrections.suggesting import LONGEST_EVIDENCE, suggest
from social.models import Correction


class SuggestionForm(forms.Form):
    """`social.corrections.suggesting` validates."""

    value = forms.CharField(label=_("Correct value"))
    evidence = forms.CharField(
        label=_("Source"),
        max_length=LONGEST_EVIDENCE,
        help_text=_("A link that says so, or the name of a source such as the official site."),
    )

    def __init__(self, data: Any, *, reporter: User, title: Title, field: str) -> None:
        super().__init__(data, initial={"value": text_of(title, field)})
        self.reporter, self.title, self.field = reporter, title, field
        self.fields["value"].widget = widget(field)
        self.fields["value"].help_text = help_text(field)

    def save(self) -> Correction | None:
        """Save the suggestion; return None with form errors if invalid."""
        if not self.is_valid():
            return None
        try:
            return suggest(self.reporter, self.title, self.field, **self.cleaned_data)
        except ValidationError as error:
            self.add_error(None, error)
            return None


class AcceptForm(forms.Form):
    """The suggested value, which staff can edit. `social.corrections.settling` validates."""

    value = forms.CharField(label=_("Value"))

    def __init__(self, data: Any = None, *, correction: Correction) -> None:
        super().__init__(data, auto_id=f"id_{correction.pk}_%s", initial={"value": correction.value})
        self.fields["value"].widget = widget(correction.field)
        self.fields["value"].help_text = help_text(correction.field)


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=300)
