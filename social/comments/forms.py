from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from social.comments import writing as comments
from social.models import Activity, Comment, Review
from social.models.activities import LONGEST_COMMENT


class CommentForm(forms.Form):
    """`social.comments.writing` validates."""

    text = forms.CharField(
        label=_("Your comment"), max_length=LONGEST_COMMENT, widget=forms.Textarea(attrs={"rows": 3})
    )

    def save(self, author: User, about: Activity | Review) -> Comment | None:
        """Save the comment; return None with form errors if invalid."""
        if not self.is_valid():
            return None
        try:
            return comments.write_comment(author, about, self.cleaned_data["text"])
        except ValidationError as error:
            self.add_error(None, error)
            return None
