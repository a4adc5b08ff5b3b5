from __future__ import annotations

from typing import Any, TypedDict

from django import forms
from django.core.exceptions import ValidationError

from accounts import lists
from accounts.models import EntryStatus, ListEntry, User, Visibility
from accounts.queries import SORT_CHOICES
from catalog.models import Title
from catalog.partial_dates import PartialDate


class ListOptions(TypedDict):
    """As `accounts.queries.list_page` takes them."""

    status: str
    sort: str
    q: str


class ListForm(forms.Form):
    """Which part of a list to show. Anything that makes no sense is left out rather than refused."""

    status = forms.ChoiceField(choices=[("", "All"), *EntryStatus.choices], required=False)
    sort = forms.ChoiceField(choices=SORT_CHOICES, required=False)
    q = forms.CharField(max_length=120, required=False, strip=True)

    def options(self) -> ListOptions:
        self.full_clean()
        chosen = self.cleaned_data.get
        return {"status": chosen("status") or "", "sort": chosen("sort") or "updated", "q": chosen("q") or ""}


class PartialDateInput(forms.Field):
    widget = forms.TextInput(attrs={"placeholder": "2019, 2019-04 or 2019-04-21", "autocomplete": "off"})

    def to_python(self, value: Any) -> PartialDate | None:
        try:
            return PartialDate.parse(str(value or ""))
        except ValueError as error:
            raise ValidationError(str(error)) from error


class EntryForm(forms.Form):
    """Any part of a list entry: what is not sent stays. `accounts.lists` decides what is valid, and what follows."""

    status = forms.ChoiceField(choices=EntryStatus, required=False)
    score = forms.IntegerField(required=False)
    progress = forms.IntegerField(required=False, min_value=0, label="Episodes watched")
    started_on = PartialDateInput(required=False, label="Started")
    finished_on = PartialDateInput(required=False, label="Finished")
    rewatches = forms.IntegerField(required=False, min_value=0, label="Times rewatched")
    visibility = forms.ChoiceField(choices=Visibility, required=False, label="Who may see it")
    notes = forms.CharField(required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    step = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, title: Title, entry: ListEntry | None, **kwargs: Any) -> None:
        self.user, self.title, self.entry = user, title, entry
        current = entry or ListEntry(title=title)
        kwargs["initial"] = {name: getattr(current, name) for name in lists.EDITABLE}
        super().__init__(*args, **kwargs)

    def save(self) -> bool:
        """Write what was changed; False, with the errors on the form, when it cannot be."""
        if not self.is_valid():
            return False
        try:
            lists.update_entry(self.user, self.title, **self._changes())
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True

    def _changes(self) -> dict[str, Any]:
        if self.cleaned_data["step"]:
            return {"progress": self.initial["progress"] + self.cleaned_data["step"]}
        sent = {name: self.cleaned_data[name] for name in lists.EDITABLE if name in self.data}
        for name in ("progress", "rewatches"):
            if name in sent:
                sent[name] = sent[name] or 0
        return {name: value for name, value in sent.items() if value != self.initial[name]}


class PreferencesForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["title_language", "theme"]
        labels = {"title_language": "Names of titles"}


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=User.Theme)


class AdultForm(forms.Form):
    shows_adult = forms.BooleanField(required=False, label="I am 18 or older, and want to see adult titles.")


class DeleteAccountForm(forms.Form):
    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), label="Your password"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        if not self.user.check_password(self.cleaned_data["password"]):
            raise ValidationError("That is not your password.")
        return self.cleaned_data["password"]
