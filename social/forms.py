from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Title
from social import comments, reviews, tips
from social.models import Activity, Comment, Decision, Notification, NotificationChoice, Report, Review, Tip
from social.models.activities import LONGEST_COMMENT
from social.models.reviews import LONGEST, SHORTEST
from social.models.tips import LONGEST_NOTE
from social.queries import KINDS


class DirectoryForm(forms.Form):
    kind = forms.ChoiceField(choices=list(KINDS.items()), required=False)
    q = forms.CharField(max_length=150, required=False)

    def options(self) -> dict[str, str]:
        self.full_clean()
        return {"kind": self.cleaned_data.get("kind", ""), "q": self.cleaned_data.get("q", "")}


class ReviewForm(forms.Form):
    """`social.reviews` decides what is valid."""

    text = forms.CharField(
        label=_("Your review"),
        min_length=SHORTEST,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_(
            "Markdown works: **bold**, *italics*, lists, > quotes, links. Put ||what gives something away|| between double bars."
        ),
    )
    has_spoilers = forms.BooleanField(required=False, label=_("It gives away what happens"))

    def __init__(self, *args: Any, author: User, title: Title, review: Review | None, **kwargs: Any) -> None:
        self.author, self.title = author, title
        if review is not None:
            kwargs["initial"] = {"text": review.text, "has_spoilers": review.has_spoilers}
        super().__init__(*args, **kwargs)

    def save(self) -> bool:
        """False, with the errors on the form, when it cannot be."""
        if not self.is_valid():
            return False
        try:
            reviews.write_review(self.author, self.title, **self.cleaned_data)
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True


class CommentForm(forms.Form):
    """`social.comments` decides what is valid."""

    text = forms.CharField(
        label=_("Your comment"), max_length=LONGEST_COMMENT, widget=forms.Textarea(attrs={"rows": 3})
    )

    def save(self, author: User, about: Activity | Review) -> Comment | None:
        """None, with the errors on the form, when it cannot be."""
        if not self.is_valid():
            return None
        try:
            return comments.write_comment(author, about, self.cleaned_data["text"])
        except ValidationError as error:
            self.add_error(None, error)
            return None


class TipForm(forms.Form):
    """`social.tips` decides who can be chosen, and what is valid."""

    recipient = forms.ModelChoiceField(
        User.objects.none(), label=_("To whom"), to_field_name="username", empty_label=_("Choose somebody")
    )
    note = forms.CharField(
        label=_("A note"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Why it is for them. Put ||what gives something away|| between double bars."),
    )

    def __init__(self, *args: Any, author: User, title: Title, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.author, self.title = author, title
        takers = self.fields["recipient"]
        assert isinstance(takers, forms.ModelChoiceField)
        takers.queryset = tips.takers_for(author).exclude(pk__in=tips.told_already(author, title))

    def save(self) -> Tip | None:
        """None, with the errors on the form, when it cannot be."""
        if not self.is_valid():
            return None
        try:
            return tips.recommend(self.author, title=self.title, **self.cleaned_data)
        except ValidationError as error:
            self.add_error(None, error.messages)
            return None


class NotificationForm(forms.Form):
    """A choice for each kind of notification."""

    def __init__(self, *args: Any, channels: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, label in Notification.Kind.choices:
            self.fields[kind] = forms.ChoiceField(
                label=label, choices=NotificationChoice.Channel, initial=channels[kind]
            )


class ReportForm(forms.Form):
    reason = forms.ChoiceField(label=_("What is wrong with it?"), choices=Report.Reason)
    remark = forms.CharField(
        label=_("Anything to add?"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class DecisionForm(forms.Form):
    """`social.moderation` decides what can be done with what."""

    act = forms.ChoiceField(label=_("What to do"), choices=Decision.Act)
    reason = forms.CharField(label=_("Why (the member reads it)"), max_length=500)
