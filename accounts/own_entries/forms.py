from __future__ import annotations

from typing import Any, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.lists import score_formats as scores
from accounts.lists.forms import PartialDateInput, PartialDatesInput, TagsInput
from accounts.models import EntryStatus, OwnEntry, User, Visibility
from accounts.models.own_entries import MAX_NAME
from accounts.own_entries import writing
from catalog.models.titles import Format

MAX_SMALL = 32_767  # what the columns hold


class OwnOptions(TypedDict):
    """Filters for `accounts.own_entries.queries.own_page`."""

    kind: str
    status: str
    q: str


class OwnListForm(forms.Form):
    """The filters of own entries. Invalid values are ignored."""

    kind = forms.ChoiceField(choices=OwnEntry.Kind, required=False)
    status = forms.ChoiceField(choices=EntryStatus, required=False)
    q = forms.CharField(max_length=120, required=False, strip=True)

    def options(self) -> OwnOptions:
        self.full_clean()
        chosen = self.cleaned_data
        return OwnOptions(kind=chosen.get("kind", ""), status=chosen.get("status", ""), q=chosen.get("q", ""))


class OwnEntryForm(forms.Form):
    """Form for an own entry, a new one or one that exists."""

    name = forms.CharField(max_length=MAX_NAME, label=_("Title"))
    kind = forms.ChoiceField(choices=OwnEntry.Kind, label=_("Kind"))
    status = forms.ChoiceField(choices=EntryStatus, label=_("Status"))
    score = forms.IntegerField(required=False, label=_("Score"), widget=forms.Select)
    progress = forms.IntegerField(
        required=False, min_value=0, max_value=MAX_SMALL, label=_("Episodes watched or chapters read")
    )
    parts = forms.IntegerField(
        required=False, min_value=1, max_value=MAX_SMALL, label=_("Number of episodes or chapters")
    )
    volumes = forms.IntegerField(required=False, min_value=0, max_value=MAX_SMALL, label=_("Volumes read"))
    year = forms.IntegerField(required=False, min_value=1900, max_value=2199, label=_("Year"))
    format = forms.ChoiceField(choices=Format, required=False, label=_("Format"))
    started_on = PartialDateInput(required=False, label=_("Started"))
    finished_on = PartialDateInput(required=False, label=_("Finished"))
    rewatches = forms.IntegerField(required=False, min_value=0, max_value=MAX_SMALL, label=_("Rewatches"))
    rewatched_on = PartialDatesInput(required=False, label=_("Rewatched on"))
    visibility = forms.ChoiceField(choices=Visibility, label=_("Visibility"))
    tags = TagsInput(
        required=False, label=_("My tags"), widget=forms.TextInput(attrs={"placeholder": _("separated by commas")})
    )
    notes = forms.CharField(required=False, max_length=5000, label=_("Notes"), widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, user: User, entry: OwnEntry | None, **kwargs: Any) -> None:
        self.user, self.entry = user, entry
        current = entry or OwnEntry()
        kwargs["initial"] = {name: getattr(current, name) for name in self.base_fields} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        choices = [("", "–"), *scores.choices(user.score_format, current.score)]
        self.fields["score"].widget.choices = choices  # type: ignore[attr-defined]

    def save(self) -> bool:
        """Save the entry; return False with form errors if it is invalid."""
        if not self.is_valid():
            return False
        try:
            self._write()
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True

    def _write(self) -> None:
        sent = {name: value for name, value in self.cleaned_data.items() if name in self.data}
        for name in ("progress", "rewatches", "volumes"):
            if name in sent:
                sent[name] = sent[name] or 0
        if self.entry is None:
            self.entry = writing.add_entry(self.user, **sent)
        else:
            changes = {name: value for name, value in sent.items() if value != self.initial[name]}
            self.entry = writing.update_entry(self.entry, **changes)
