from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Title
from social.custom_lists import writing
from social.models.custom_lists import LONGEST_NOTE, CustomList


class ListForm(forms.ModelForm):
    """`social.custom_lists.writing` validates."""

    class Meta:
        model = CustomList
        fields = ("name", "description", "visibility", "is_ordered")
        widgets = {"description": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "description": _("Markdown: **bold**, *italics*, lists, links. Hide spoilers with ||double bars||."),
        }

    def change(self) -> bool:
        """Save the changes; return False with form errors if invalid."""
        return self._try(lambda: writing.change_list(self.instance, **self.cleaned_data))

    def create(self, owner: User, title: Title | None) -> bool:
        """Create the list, with `title` as its first; return False with form errors if invalid."""

        def create() -> None:
            self.instance = writing.create_list(owner, **self.cleaned_data)
            if title is not None:
                writing.add_title(self.instance, title)

        return self._try(create)

    def _try(self, write: Any) -> bool:
        if not self.is_valid():
            return False
        try:
            write()
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True


class NoteForm(forms.Form):
    note = forms.CharField(max_length=LONGEST_NOTE, required=False)


class PlaceForm(forms.Form):
    """A place in a list, counted from 1."""

    place = forms.IntegerField(min_value=1, max_value=writing.MOST_TITLES)


class ListsOfTitleForm(forms.Form):
    """The owner's lists that contain a title."""

    lists = forms.ModelMultipleChoiceField(CustomList.objects.none(), required=False)

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lists"].queryset = owner.custom_lists.all()  # type: ignore[attr-defined]
