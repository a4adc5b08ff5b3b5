"""The common row format of all list files, and their limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import EntryStatus, Visibility
from accounts.models.entries import MOST_TAGS, TAG_LENGTH
from anirec.lib.partial_dates import PartialDate
from anirec.lib.text import is_text

MAX_UPLOAD = 10_000_000  # bytes, as uploaded
MAX_BYTES = 50_000_000  # decompressed; 30,000 entries of MyAnimeList's XML are about 30 MB
MAX_ROWS = 30_000
MAX_NOTES = 5_000
MAX_NAME = 300
MAX_SMALL = 32_767  # limit of a smallint: episodes, rewatches
MAX_IDS = 12
MAX_ID = 120


class PortabilityError(ValueError):
    """A list can't be read or fetched; the message says where and why."""


@dataclass(frozen=True)
class ListRow:
    """One title of a list. Empty fields weren't in the file and leave an existing entry unchanged."""

    row: int
    name: str
    ids: Mapping[str, str] = field(default_factory=dict)  # provider → ID
    year: int | None = None
    format: str = ""
    is_hidden: bool = False  # a title hidden from recommendations, not an entry
    status: EntryStatus | None = None
    score: int | None = None
    progress: int = 0
    started_on: PartialDate | None = None
    finished_on: PartialDate | None = None
    rewatches: int = 0
    rewatched_on: tuple[PartialDate, ...] = ()
    notes: str = ""
    tags: tuple[str, ...] = ()
    visibility: Visibility | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    remark: str = ""  # skipped values, with the reason


@dataclass(frozen=True)
class InvalidRow:
    """An invalid row, reported while the other rows are imported."""

    row: int
    name: str
    reason: str


@dataclass(frozen=True)
class ExtraItem:
    """An item of a section that another app reads (`accounts.portability.sections`)."""

    section: str
    value: Any


Row = ListRow | InvalidRow
Rows = Iterator[Row | ExtraItem]


def make_row(number: int, name: object, **fields: Any) -> Row:
    """Return a row with the parsed fields, or an InvalidRow if a value can't be stored."""
    printable_name = _printable(str(name or ""))[:MAX_NAME]
    try:
        row = ListRow(number, printable_name, **fields)
        if len(row.notes) > MAX_NOTES:
            raise ValueError(_("notes longer than %(most)s characters") % {"most": MAX_NOTES})
        return _with_fitting_tags(_in_order(row))
    except ValueError as error:
        return InvalidRow(number, printable_name, str(error))


def _in_order(row: ListRow) -> ListRow:
    """Drop both dates, with a remark, if the finish date is before the start date."""
    started, finished = str(row.started_on or ""), str(row.finished_on or "")
    precision = min(len(started), len(finished))
    if started[:precision] <= finished[:precision]:
        return row
    remark = _("Dates skipped: finish date (%(finished)s) before start date (%(started)s).") % {
        "finished": finished, "started": started,
    }  # fmt: skip
    return replace(row, started_on=None, finished_on=None, remark=remark)


def _with_fitting_tags(row: ListRow) -> ListRow:
    """Drop duplicate, overlong and surplus tags, with a remark: other sites allow whole sentences as tags."""
    once = {tag.casefold(): tag for tag in reversed(row.tags) if len(tag) <= TAG_LENGTH}
    fitting = tuple(reversed(once.values()))[:MOST_TAGS]
    if fitting == row.tags:
        return row
    remark = _("Some tags skipped: up to %(most)s different tags of %(length)s characters are allowed.") % {
        "most": MOST_TAGS, "length": TAG_LENGTH,
    }  # fmt: skip
    return replace(row, tags=fitting, remark=f"{row.remark} {remark}".strip())


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()


# --- Values ----------------------------------------------------------------------------------------------------------


def text(value: object, field: str) -> str:
    """Return the value as stripped text. Raises ValueError if PostgreSQL can't store it."""
    stripped = "" if value is None else str(value).strip()
    if not is_text(stripped):
        raise ValueError(_("%(field)s contains invalid characters") % {"field": field})
    return stripped


def number(value: object, field: str, high: int = MAX_SMALL) -> int:
    """Return a whole number from 0 to `high`; 0 if empty. Raises ValueError."""
    digits = str(value if value is not None else "").strip() or "0"
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10 and int(digits) <= high):
        raise ValueError(
            _("%(field)s must be a whole number from 0 to %(high)s, not %(value)r")
            % {"field": field, "value": digits[:40], "high": high}
        )
    return int(digits)


def score(value: object, field: str, out_of: int = 10) -> int | None:
    """Return a score from 1 to 10, halves rounded up; None for 0 or empty. Raises ValueError."""
    raw = str(value if value is not None else "").strip().replace(",", ".")
    if raw in ("", "-", "None"):
        return None
    try:
        points = Decimal(raw) if len(raw) <= 12 else Decimal("NaN")
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite() or not 0 <= points <= out_of:
        raise ValueError(
            _("%(field)s must be a number from 0 to %(high)s, not %(value)r")
            % {"field": field, "value": raw[:40], "high": out_of}
        )
    return max(1, int(points * 10 / out_of + Decimal("0.5"))) if points else None


def date(value: object, field: str) -> PartialDate | None:
    try:
        return PartialDate.parse(str(value or "")[:40])
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from error


def moment(value: object, field: str) -> datetime | None:
    """Parse ISO 8601 or a Unix timestamp; return None for 0 or empty. Raises ValueError."""
    if not value:
        return None
    raw = str(value).strip()
    try:
        if raw.isdigit():
            return datetime.fromtimestamp(int(raw), UTC)
        parsed = datetime.fromisoformat(raw)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(
            _("%(field)s must be a date and time, not %(value)r") % {"field": field, "value": raw[:40]}
        ) from error


def choice(value: object, field: str, choices: Mapping[str, Any]) -> Any:
    """Look up the value in `choices`, ignoring case; return None if empty. Raises ValueError."""
    key = str(value or "").strip()
    if not key:
        return None
    try:
        return choices[key.lower()]
    except KeyError:
        raise ValueError(_("unknown %(field)s: %(value)r") % {"field": field, "value": key[:40]}) from None


def year(value: object) -> int | None:
    """Return the year at the start of a value, or None. Invalid years are ignored: a year only helps matching."""
    digits = str(value or "")[:4]
    return int(digits) if digits.isascii() and digits.isdigit() and int(digits) else None


def tags(value: object, field: str) -> tuple[str, ...]:
    """Return the distinct, non-empty tags of a list or comma-separated text."""
    pieces = value if isinstance(value, list) else [value or ""]
    words = (text(word, field) for piece in pieces for word in str(piece).split(","))
    return tuple(dict.fromkeys(" ".join(word.split()) for word in words if word))


def dates(values: object, field: str) -> tuple[PartialDate, ...]:
    parsed = (date(value, field) for value in (values if isinstance(values, list) else []))
    return tuple(sorted(day for day in parsed if day is not None))


def identifiers(ids: Mapping[str, object]) -> dict[str, str]:
    """Return {provider: ID}, without empty, zero and overlong IDs. Raises ValueError."""
    texts = {provider: text(value, provider) for provider, value in list(ids.items())[:MAX_IDS] if value}
    return {provider: value for provider, value in texts.items() if value != "0" and len(value) <= MAX_ID}
