"""Dates as list files write them, to partial dates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache

from babel.dates import get_month_names
from django.utils.translation import gettext as _

from accounts.portability.values.vocabulary import is_blank
from anirec.lib.partial_dates import PartialDate

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "ru")
ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:[T ]+\d{1,2}:.*|Z)?")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
UNIX = re.compile(r"(\d{10})(\d{3})?")
NUMBERS = re.compile(r"(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?:,?[T ]+\d{1,2}:.*)?")
EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(?:(\d{1,2})\s*[月월]\s*)?(?:(\d{1,2})\s*[日일])?")
RANGE = re.compile(r"\s*(?:→|–|—|\bto\b|\bbis\b|\s-\s)\s*")
WORDS = re.compile(r"[^\W\d_]+\.?|\d+")


def parse_date(value: object, is_month_first: bool = False, is_end: bool = False) -> PartialDate | None:
    """Return the date, or None if the value is blank. Raises ValueError. is_end: take the end of a range."""
    if is_blank(value):
        return None
    text = str(value).strip()[:60]
    try:
        return _one_date(text, is_month_first)
    except ValueError:
        ends = RANGE.split(text)
        if len(ends) != 2:
            raise
        return _one_date(ends[1 if is_end else 0].strip(), is_month_first)


def _one_date(text: str, is_month_first: bool) -> PartialDate | None:
    if match := ISO.fullmatch(text) or COMPACT.fullmatch(text) or EAST_ASIAN.fullmatch(text):
        return _date(*(int(part or 0) for part in match.groups()))
    if match := NUMBERS.fullmatch(text):
        first, second = int(match[1]), int(match[3])
        month, day = (first, second) if is_month_first and match[2] != "." else (second, first)
        return _date(_four_digits(match[4]), month, day)
    if match := UNIX.fullmatch(text):
        day_of = datetime.fromtimestamp(int(match[1]), UTC)
        return PartialDate(day_of.year, day_of.month, day_of.day)
    return _named(text)


def _date(year: int, month: int, day: int) -> PartialDate | None:
    """Return the date; zeros are unknown parts."""
    return PartialDate(year, month or None, (day or None) if month else None) if year else None


def _four_digits(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year) if int(year) < 70 else 1900 + int(year)


def _named(text: str) -> PartialDate | None:
    """Return a date with the month's name: "May 3, 2019", "3. Mai 2019", "März 2020"."""
    words = WORDS.findall(text)
    months = [month for word in words if (month := _months().get(word.casefold().rstrip(".")))]
    numbers = [int(word) for word in words if word.isdecimal()]
    years = [number for number in numbers if 1900 <= number <= 2200]
    days = [number for number in numbers if number <= 31]
    if len(months) != 1 or len(years) != 1 or (len(days) > 1 and ":" not in text):
        raise ValueError(_("not a date"))
    return _date(years[0], months[0], days[0] if days else 0)


@cache
def _months() -> dict[str, int]:
    """Return {name: month}, with whole and short names of several languages."""
    widths = ("wide", "abbreviated")
    names = {
        name.casefold().rstrip("."): month
        for language in LANGUAGES
        for width in widths
        for context in ("format", "stand-alone")
        for month, name in get_month_names(width, context=context, locale=language).items()  # type: ignore[arg-type]
    }
    return names | {"sept": 9, "mär": 3, "mrz": 3, "maerz": 3}


def month_first(cells: Iterable[object]) -> bool | None:
    """Return whether a column's dates put the month first: decided by any number above 12; None if none has slashes."""
    pairs = [(int(match[1]), int(match[3])) for cell in cells if (match := _slashed(cell))]
    if not pairs:
        return None
    return not any(first > 12 for first, _second in pairs)


def _slashed(cell: object) -> re.Match[str] | None:
    for part in RANGE.split(str(cell or "").strip()[:60]):
        if (match := NUMBERS.fullmatch(part)) and match[2] != ".":
            return match
    return None


def parse_moment(value: object, is_month_first: bool = False) -> datetime | None:
    """Return the time of an ISO 8601 text, a Unix timestamp or a date; None if blank. Raises ValueError."""
    if is_blank(value) or str(value) == "0":
        return None
    text = str(value).strip()[:60]
    try:
        if match := UNIX.fullmatch(text):
            return datetime.fromtimestamp(int(match[1]), UTC)
        if text.isdigit() and len(text) != 8:
            return datetime.fromtimestamp(int(text), UTC)
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        day = parse_date(text, is_month_first)
        return datetime(day.year, day.month or 1, day.day or 1, tzinfo=UTC) if day else None
