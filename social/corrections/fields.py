"""The fields of a title that members can correct. Their values are text here, in forms, the API and the database."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anirec.lib.partial_dates import PartialDate, PartialDateField
from anirec.lib.text import require_text
from catalog.models import Title
from catalog.templatetags.titles import minutes

FIELDS: dict[str, Promise] = {
    "name": _("Main name"),
    "name_english": _("English name"),
    "name_native": _("Native name"),
    "synopsis": _("Synopsis"),
    "format": _("Format"),
    "status": _("Status"),
    "episodes": _("Episodes"),
    "episode_seconds": _("Episode length"),
    "started_on": _("First aired"),
    "ended_on": _("Last aired"),
    "broadcast_day": _("Broadcast day in Japan"),
    "broadcast_time": _("Broadcast time in Japan"),
    "season": _("Season"),
    "season_year": _("Year of the season"),
    "source_material": _("Source material"),
    "age_rating": _("Age rating"),
    "is_adult": _("Adult title"),
}
NAMES = frozenset({"name", "name_english", "name_native"})
YEARS = (1900, 2100)
BOUNDS = {"episodes": (1, 5_000), "episode_seconds": (10, 36_000), "season_year": YEARS}
LONGEST = 10_000
YES_NO = [("True", _("Yes")), ("False", _("No"))]


class MinutesInput(forms.NumberInput):
    """An input of whole minutes for a value in seconds."""

    def format_value(self, value: Any) -> str | None:
        return str(round(int(value) / 60)) if str(value).isdecimal() else value

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        text = str(data.get(name, "")).strip()
        return str(int(text[:6]) * 60) if text.isdecimal() else text


def model_field(name: str) -> models.Field[Any, Any]:
    field = Title._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


def parse(name: str, text: str) -> str:
    """Return the text in its normal form. Raise ValidationError if the field can't have this value."""
    require_text(text)
    if len(text) > LONGEST:
        raise ValidationError(
            gettext("Texts can be up to %(n)d characters (this one has %(given)d).")
            % {"n": LONGEST, "given": len(text)}
        )
    field, text = model_field(name), text.strip()
    value = field.clean(text.capitalize() if isinstance(field, models.BooleanField) else text, None)
    if value in (None, ""):
        raise ValidationError(gettext("Enter the correct value."))
    _check_bounds(name, value)
    return to_text(value)


def _check_bounds(name: str, value: Any) -> None:
    is_date = isinstance(value, PartialDate)
    low, high = YEARS if is_date else BOUNDS.get(name, (None, None))
    number = value.year if is_date else value
    if low is not None and high is not None and not low <= number <= high:
        message = gettext("%(value)s is out of range: the lowest possible is %(low)d, the highest %(high)d.")
        raise ValidationError(message % {"value": number, "low": low, "high": high})


def to_text(value: Any) -> str:
    """Return a field's value as text; empty if it isn't known."""
    return "" if value is None else str(value)


def from_text(name: str, text: str) -> Any:
    """Return the field's value, from its text."""
    field = model_field(name)
    return field.to_python(text) if text or isinstance(field, models.CharField) else None if field.null else ""


def text_of(title: Title, name: str) -> str:
    return to_text(getattr(title, name))


def display(name: str, text: str) -> str:
    """Return the value as pages show it.

    >>> display("episode_seconds", "1440"), display("started_on", "2004-04"), display("format", "tv")
    ('24 min', 'Apr 2004', 'TV')
    """
    field = model_field(name)
    if not text:
        return gettext("Unknown")
    if name == "episode_seconds":
        return minutes(int(text))
    if isinstance(field, PartialDateField):
        date = PartialDate.parse(text)
        return date.label if date else text
    return str({str(value): label for value, label in choices(name)}.get(text, text))


def choices(name: str) -> list[tuple[Any, Any]]:
    """Return the values and labels to choose from, without "unknown"; none for a field with free values."""
    field = model_field(name)
    if isinstance(field, models.BooleanField):
        return list(YES_NO)
    return [(value, label) for value, label in field.flatchoices if value != ""]


def widget(name: str) -> forms.Widget:
    """Return the input for a value of the field."""
    if options := choices(name):
        return forms.Select(choices=options)
    if name == "episode_seconds":
        return MinutesInput(attrs={"min": 1})
    if name in BOUNDS:
        low, high = BOUNDS[name]
        return forms.NumberInput(attrs={"min": low, "max": high})
    if name == "synopsis":
        return forms.Textarea(attrs={"rows": 8, "maxlength": LONGEST})
    return forms.TimeInput() if name == "broadcast_time" else forms.TextInput(attrs={"maxlength": 300})


def help_text(name: str) -> str:
    """Return how to write a value of the field, if that isn't clear from its input."""
    if name == "episode_seconds":
        return gettext("In minutes.")
    if name == "broadcast_time":
        return gettext("Hours and minutes, such as 23:30.")
    if isinstance(model_field(name), PartialDateField):
        return gettext("As YYYY-MM-DD. If you don’t know the day, YYYY-MM or YYYY.")
    return ""
