from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.lists import score_formats as scores
from accounts.models import User
from catalog.models import Title
from social.models import Review
from social.models.reviews import ASPECTS, LONGEST, SHORTEST
from social.reviews import writing as reviews


class ReviewForm(forms.Form):
    """`social.reviews.writing` validates."""

    text = forms.CharField(
        label=_("Your review"),
        min_length=SHORTEST,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("Markdown: **bold**, *italics*, lists, > quotes, links. Hide spoilers with ||double bars||."),
    )
    has_spoilers = forms.BooleanField(required=False, label=_("Contains spoilers"))

    def __init__(self, *args: Any, author: User, title: Title, review: Review | None, **kwargs: Any) -> None:
        self.author, self.title = author, title
        current = {} if review is None else review.aspects
        if review is not None:
            kwargs["initial"] = {"text": review.text, "has_spoilers": review.has_spoilers, **current}
        super().__init__(*args, **kwargs)
        for name, label in ASPECTS.items():
            choices = [("", "–"), *scores.choices(author.score_format, current.get(name))]
            self.fields[name] = forms.TypedChoiceField(
                label=label, choices=choices, coerce=int, empty_value=None, required=False
            )

    @property
    def aspects(self) -> list[forms.BoundField]:
        return [self[name] for name in ASPECTS]

    def save(self) -> bool:
        """Save the review; return False with form errors if invalid."""
        if not self.is_valid():
            return False
        text, has_spoilers = self.cleaned_data["text"], self.cleaned_data["has_spoilers"]
        given = {name: self.cleaned_data[name] for name in ASPECTS}
        try:
            reviews.write_review(self.author, self.title, text, has_spoilers=has_spoilers, aspects=given)
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True
