from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Title
from social.models.tips import LONGEST_NOTE, Tip
from social.tips import recommending as tips


class TipForm(forms.Form):
    """`social.tips.recommending` decides on the recipients, and validates."""

    recipient = forms.ModelChoiceField(
        User.objects.none(), label=_("Recipient"), to_field_name="username", empty_label=_("Choose a person")
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Why they’ll like it. Hide spoilers with ||double bars||."),
    )

    def __init__(self, *args: Any, author: User, title: Title, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.author, self.title = author, title
        takers = self.fields["recipient"]
        assert isinstance(takers, forms.ModelChoiceField)
        takers.queryset = tips.takers_for(author).exclude(pk__in=tips.recipients_of(author, title))

    def save(self) -> Tip | None:
        """Save the recommendation; return None with form errors if invalid."""
        if not self.is_valid():
            return None
        try:
            return tips.recommend(self.author, title=self.title, **self.cleaned_data)
        except ValidationError as error:
            self.add_error(None, error.messages)
            return None
