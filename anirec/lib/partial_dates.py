"""Dates that may be known only to the year or month.

Stored as ISO 8601 text without the unknown parts ("2004", "2004-04", "2004-04-09"), which sorts chronologically and
never implies an unknown day. An unknown date is the empty string.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import total_ordering
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _

FORMAT = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@total_ordering
@dataclass(frozen=True)
class PartialDate:
    """A date known to the year, month or day. Raises ValueError if it doesn't exist."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.year <= 9999:
            raise ValueError(_("%(n)s is not a valid year") % {"n": self.year})
        if self.day is not None and self.month is None:
            raise ValueError(_("a date with a day needs a month"))
        if self.month is not None and not 1 <= self.month <= 12:
            raise ValueError(_("%(n)s is not a valid month") % {"n": self.month})
        if self.day is not None and not 1 <= self.day <= monthrange(self.year, self.month or 1)[1]:
            month = f"{self.year}-{self.month:02}"
            raise ValueError(_("%(month)s has no day %(day)s") % {"month": month, "day": self.day})

    @classmethod
    def parse(cls, text: str) -> PartialDate | None:
        """Parse ISO text. MyAnimeList's zeroed parts ("2004-00-00") count as unknown. Empty or all zeros: None."""
        text = text.strip()
        if not text:
            return None
        match = FORMAT.fullmatch(text)
        if match is None:
            raise ValueError(_("%(text)s is not a date (YYYY, YYYY-MM or YYYY-MM-DD)") % {"text": repr(text)})
        year, month, day = (int(part) if part else 0 for part in match.groups())
        if not year:
            return None
        return cls(year, month or None, (day or None) if month else None)

    def __str__(self) -> str:
        return "-".join([f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part)])

    def __lt__(self, other: PartialDate) -> bool:
        return str(self) < str(other)

    @property
    def label(self) -> str:
        """Return the date for display: "9 Apr 2004", "Apr 2004", "2004"."""
        pattern = "DATE_FORMAT" if self.day else "YEAR_MONTH_FORMAT" if self.month else "Y"
        return date_format(date(self.year, self.month or 1, self.day or 1), pattern)


class PartialDateField(models.CharField):
    """A PartialDate or None in Python, ISO text in the database."""

    # Only for the type checker's Django plugin.
    _pyi_private_set_type: PartialDate | str | None  # type: ignore[assignment]
    _pyi_private_get_type: PartialDate | None  # type: ignore[assignment]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 10, "blank": True, "default": "", **kwargs})

    def from_db_value(self, value: str | None, *_: object) -> PartialDate | None:
        return PartialDate.parse(value) if value else None

    def to_python(self, value: Any) -> PartialDate | None:
        if value is None or isinstance(value, PartialDate):
            return value
        try:
            return PartialDate.parse(str(value))
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def run_validators(self, value: Any) -> None:
        """Skip CharField's validators, which need text: `to_python` has validated the date."""

    def get_prep_value(self, value: Any) -> str:
        parsed = self.to_python(value)
        return "" if parsed is None else str(parsed)

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))
