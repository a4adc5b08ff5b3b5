from __future__ import annotations

from typing import Any, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.entries import writing as lists
from accounts.entries.wording import status_choices
from accounts.lists import score_formats as scores
from accounts.lists.queries import SORT_CHOICES
from accounts.models import EntryStatus, ListEntry, User, Visibility
from accounts.models.entries import TAG_LENGTH, clean_tags
from anirec.lib.partial_dates import PartialDate
from catalog.models import Title
from catalog.models.titles import Format, Medium


class ListOptions(TypedDict):
    """Filters for `accounts.lists.queries.list_page`."""

    medium: str
    status: str
    sort: str
    q: str
    format: str
    scored: str
    tag: str


class ListForm(forms.Form):
    """The filters of a list. Invalid values are ignored."""

    medium = forms.ChoiceField(choices=[("", _("All")), *Medium.choices], required=False)
    status = forms.ChoiceField(choices=[("", _("All")), *EntryStatus.choices], required=False)
    sort = forms.ChoiceField(choices=SORT_CHOICES, required=False)
    q = forms.CharField(max_length=120, required=False, strip=True)
    format = forms.ChoiceField(choices=[("", _("Any")), *Format.choices[:-1]], required=False)
    scored = forms.ChoiceField(
        choices=[("", _("Any")), ("yes", _("With a score")), ("no", _("Without a score"))], required=False
    )
    tag = forms.CharField(max_length=TAG_LENGTH, required=False)
    view = forms.ChoiceField(choices=[("table", _("Rows")), ("grid", _("Posters"))], required=False)

    def options(self) -> ListOptions:
        self.full_clean()
        chosen = self.cleaned_data
        return ListOptions(
            medium=chosen.get("medium", ""),
            status=chosen.get("status", ""),
            sort=chosen.get("sort") or "updated",
            q=chosen.get("q", ""),
            format=chosen.get("format", ""),
            scored=chosen.get("scored", ""),
            tag=chosen.get("tag", ""),
        )

    @property
    def layout(self) -> str:
        return self.cleaned_data.get("view") or "table"


class PartialDateInput(forms.Field):
    widget = forms.TextInput(attrs={"placeholder": _("2019, 2019-04 or 2019-04-21"), "autocomplete": "off"})

    def to_python(self, value: Any) -> PartialDate | None:
        try:
            return PartialDate.parse(str(value or ""))
        except ValueError as error:
            raise ValidationError(str(error)) from error


class PartialDatesInput(PartialDateInput):
    """Partial dates, separated by commas."""

    def to_python(self, value: Any) -> list[PartialDate]:  # type: ignore[override]
        dates = (super(PartialDatesInput, self).to_python(part.strip()) for part in str(value or "").split(","))
        return sorted(date for date in dates if date)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value


class TagsInput(forms.CharField):
    """Tags, separated by commas."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return clean_tags((super().to_python(value) or "").split(","))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class EntryForm(forms.Form):
    """Form for any part of a list entry; omitted fields are unchanged. `accounts.entries.writing` validates."""

    status = forms.ChoiceField(choices=EntryStatus, required=False, label=_("Status"), show_hidden_initial=True)
    score = forms.IntegerField(required=False, label=_("Score"), widget=forms.Select, show_hidden_initial=True)
    progress = forms.IntegerField(required=False, min_value=0, label=_("Episodes watched"), show_hidden_initial=True)
    volumes = forms.IntegerField(required=False, min_value=0, label=_("Volumes read"), show_hidden_initial=True)
    started_on = PartialDateInput(required=False, label=_("Started"))
    finished_on = PartialDateInput(required=False, label=_("Finished"))
    rewatches = forms.IntegerField(required=False, min_value=0, label=_("Rewatches"))
    rewatched_on = PartialDatesInput(required=False, label=_("Rewatched on"))
    visibility = forms.ChoiceField(choices=Visibility, required=False, label=_("Visibility"))
    tags = TagsInput(
        required=False, label=_("My tags"), widget=forms.TextInput(attrs={"placeholder": _("separated by commas")})
    )
    notes = forms.CharField(required=False, max_length=5000, label=_("Notes"), widget=forms.Textarea(attrs={"rows": 3}))
    episode = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the next one, as the page knew it
    saved: ListEntry | None = None

    def __init__(self, *args: Any, user: User, title: Title, entry: ListEntry | None, **kwargs: Any) -> None:
        self.user, self.title, self.entry = user, title, entry
        current = entry or ListEntry(title=title)
        kwargs["initial"] = {name: getattr(current, name) for name in lists.EDITABLE}
        super().__init__(*args, **kwargs)
        score, progress = self.fields["score"].widget, self.fields["progress"].widget
        score.choices = [("", "–"), *scores.choices(user.score_format, current.score)]  # type: ignore[attr-defined]
        progress.attrs |= {"max": max(title.parts, current.progress)} if title.parts else {}
        self._suit(title)

    def _suit(self, title: Title) -> None:
        """Word the fields for the title's medium."""
        if title.is_read:
            self.fields["progress"].label = gettext("Chapters read")
            self.fields["rewatches"].label, self.fields["rewatched_on"].label = gettext("Rereads"), gettext("Reread on")
        else:
            del self.fields["volumes"]
        if title.is_game:
            self.fields["rewatches"].label = gettext("Times played again")
            self.fields["rewatched_on"].label = gettext("Played again on")
        if title.medium != Medium.ANIME:
            self.fields["status"].choices = status_choices(title.medium)  # type: ignore[attr-defined]

    def save(self) -> bool:
        """Save the changes; return False with form errors if invalid. `saved` is None if the page was out of date."""
        if not self.is_valid():
            return False
        try:
            self._write()
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True

    def _write(self) -> None:
        if episode := self.cleaned_data["episode"]:
            self.saved = lists.watch_episode(self.user, self.title, episode)
        else:
            self.saved = lists.update_entry(self.user, self.title, **self._changes())

    def _changes(self) -> dict[str, Any]:
        editable = lists.EDITABLE & self.fields.keys()
        names = [name for name in editable if name in self.data and not self._is_as_loaded(name)]
        sent = {name: self.cleaned_data[name] for name in names}
        for name in ("progress", "volumes", "rewatches"):
            if name in sent:
                sent[name] = sent[name] or 0
        return {name: value for name, value in sent.items() if value != self.initial[name]}

    def _is_as_loaded(self, name: str) -> bool:
        """Return whether the page sent a value as it had loaded it: another page may have changed it since."""
        return self.add_initial_prefix(name) in self.data and name not in self.changed_data


class BulkForm(forms.Form):
    """One change to many entries: "status:completed", "score:9", "visibility:private", "tag", "untag" or "remove"."""

    change = forms.ChoiceField()
    tags = TagsInput(required=False)
    everything = forms.BooleanField(required=False)
    title = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, score_format: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["change"].choices = bulk_choices(score_format)  # type: ignore[attr-defined]
        self.fields["title"].valid_value = lambda value: str(value).isdecimal() and len(str(value)) < 10  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("change") in ("tag", "untag") and not data.get("tags") and "tags" not in self.errors:
            self.add_error("tags", gettext("Enter a tag."))
        if not data.get("everything") and not data.get("title") and "title" not in self.errors:
            self.add_error("title", gettext("Choose at least one title."))
        return data

    def apply(self, user: User, title_ids: list[int]) -> lists.WriteResult:
        """Apply the change. Raises ValidationError without changing anything."""
        kind, _colon, value = self.cleaned_data["change"].partition(":")
        tags = self.cleaned_data["tags"]
        if kind == "remove":
            return lists.remove_entries(user, title_ids)
        if kind in ("tag", "untag"):
            return lists.update_entries(user, title_ids, **{"add_tags" if kind == "tag" else "remove_tags": tags})
        if kind == "score":
            return lists.update_entries(user, title_ids, score=int(value) if value else None)
        return lists.update_entries(user, title_ids, **{kind: value})


def bulk_choices(score_format: str) -> list[tuple[Any, Any]]:
    """Return the choices, grouped for a select."""
    return [
        (gettext("Status"), [(f"status:{value}", label) for value, label in EntryStatus.choices]),
        (
            gettext("Score"),
            [
                *((f"score:{value}", label) for value, label in scores.choices(score_format)),
                ("score:", gettext("No score")),
            ],
        ),
        (gettext("Visibility"), [(f"visibility:{value}", label) for value, label in Visibility.choices]),
        (gettext("My tags"), [("tag", gettext("Add tags")), ("untag", gettext("Remove tags"))]),
        (gettext("My list"), [("remove", gettext("Remove from my list"))]),
    ]
