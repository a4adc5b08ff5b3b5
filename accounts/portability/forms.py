from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Conflict, ListImport
from accounts.portability.formats.csv_files import HEADERS, SCALES, Table
from accounts.portability.formats.detection import ListFormat
from accounts.portability.formats.rows import MAX_UPLOAD

FIELD_LABELS = {
    "title": gettext_lazy("Title"), "year": gettext_lazy("Year"), "format": gettext_lazy("Type (TV, movie …)"),
    "mal": gettext_lazy("MyAnimeList ID"), "anilist": gettext_lazy("AniList ID"), "kitsu": gettext_lazy("Kitsu ID"),
    "status": gettext_lazy("Status"), "score": gettext_lazy("Score"), "progress": gettext_lazy("Episodes watched"),
    "started_on": gettext_lazy("Started"), "finished_on": gettext_lazy("Finished"),
    "rewatches": gettext_lazy("Rewatches"), "notes": gettext_lazy("Notes"), "tags": gettext_lazy("Tags"),
    "updated_at": gettext_lazy("Recently updated"),
}  # fmt: skip
SERVICES = [(ListFormat.ANILIST.value, "AniList"), (ListFormat.KITSU.value, "Kitsu")]


class FileImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("MyAnimeList (.xml, .xml.gz), AniList or Kitsu (.json), CSV, or an anirec export."),
        widget=forms.FileInput(attrs={"accept": ".xml,.gz,.json,.csv,.tsv,.txt"}),
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
    service = forms.ChoiceField(label=gettext_lazy("Site"), choices=SERVICES)
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

    scale = forms.TypedChoiceField(
        label=gettext_lazy("Highest possible score"), choices=[(scale, scale) for scale in SCALES], coerce=int
    )

    def __init__(self, data: QueryDict | None = None, *, table: Table, opened: ListImport) -> None:
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
        if not any(data.get(name) for name in ("title", "mal", "anilist", "kitsu")):
            raise ValidationError(_("Choose the column with the title or an ID."))
        return data

    @property
    def columns(self) -> dict[str, int]:
        return {name: int(self.cleaned_data[name]) for name in HEADERS if self.cleaned_data.get(name)}


class RuleForm(forms.Form):
    rule = forms.ChoiceField(label=gettext_lazy("If a title is already on your list, keep"), choices=Conflict)

    def __init__(self, *args: Any, has_times: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_times:  # the file has no change dates
            self.fields["rule"].choices = [  # type: ignore[attr-defined]
                choice for choice in Conflict.choices if choice[0] != Conflict.NEWER
            ]
