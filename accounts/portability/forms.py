from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Conflict, ListImport
from accounts.portability.formats.csv_files import Table
from accounts.portability.formats.rows import MAX_UPLOAD
from accounts.portability.remote.sites import offered
from accounts.portability.values.vocabulary import COLUMNS, FIELD_LABELS

HEADERS = [name for name in COLUMNS if name in FIELD_LABELS]  # the fields that members can match
SCALE_CHOICES = [
    (10, gettext_lazy("10 points")), (100, gettext_lazy("100 points")), (20, gettext_lazy("20 points")),
    (5, gettext_lazy("5 stars")), (3, gettext_lazy("3 faces")),
]  # fmt: skip


class FileImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "A list from MyAnimeList, AniList, Kitsu, Anime-Planet, Shikimori and others: XML, JSON or CSV, or a zip."
        ),
        widget=forms.FileInput(attrs={"accept": ".xml,.gz,.zip,.json,.csv,.tsv,.txt"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD:
            raise ValidationError(
                _("The file is too large for an anime list. The limit is %(most)s MB.")
                % {"most": MAX_UPLOAD // 1_000_000}
            )
        return file


class AccountImportForm(forms.Form):
    service = forms.ChoiceField(label=gettext_lazy("Site"), choices=offered)
    account = forms.RegexField(
        r"^[\w.-]+$",
        label=gettext_lazy("Username"),
        max_length=60,
        error_messages={
            "invalid": gettext_lazy("User names can only contain letters, digits, dots, dashes and underscores.")
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    own = forms.BooleanField(
        label=gettext_lazy("This is my own account on that site"),
        error_messages={"required": gettext_lazy("You can only import your own list.")},
    )


class ColumnsForm(forms.Form):
    """Match the columns of a CSV file to fields."""

    scale = forms.TypedChoiceField(label=gettext_lazy("Score scale"), choices=SCALE_CHOICES, coerce=int)

    def __init__(self, data: QueryDict | None = None, *, table: Table, opened: ListImport) -> None:
        self.guessed = opened.columns
        guessed = {name: str(at) for name, at in opened.columns.items()}
        super().__init__(data, initial={**guessed, "scale": opened.scale})
        names = [(str(at), name or _("Column %(n)s") % {"n": at + 1}) for at, name in enumerate(table.header)]
        for field in HEADERS:
            self.fields[field] = forms.ChoiceField(
                label=FIELD_LABELS[field], choices=[("", _("not included")), *names], required=False
            )
        self.order_fields([*HEADERS, "scale"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any(data.get(name) for name in ("title", "link", "mal", "anilist", "kitsu", "anidb")):
            raise ValidationError(_("Choose the column with the title or an ID."))
        return data

    @property
    def columns(self) -> dict[str, int]:
        """Return the chosen columns, and the guessed ones that the form doesn't offer."""
        unasked = {name: at for name, at in self.guessed.items() if name not in HEADERS}
        return unasked | {name: int(self.cleaned_data[name]) for name in HEADERS if self.cleaned_data.get(name)}


class ScaleForm(forms.Form):
    scale = forms.TypedChoiceField(label=gettext_lazy("Score scale"), choices=SCALE_CHOICES, coerce=int)


class RuleForm(forms.Form):
    rule = forms.ChoiceField(label=gettext_lazy("If a title is already on your list, keep"), choices=Conflict)

    def __init__(self, *args: Any, has_times: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_times:  # the file has no change dates
            self.fields["rule"].choices = [  # type: ignore[attr-defined]
                choice for choice in Conflict.choices if choice[0] != Conflict.NEWER
            ]
