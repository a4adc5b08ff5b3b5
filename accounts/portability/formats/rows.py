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

MAX_UPLOAD = 10_000_000  # bytes, as the file is sent
MAX_BYTES = 50_000_000  # decompressed; 30,000 entries of MyAnimeList's XML are about 30 MB
MAX_ROWS = 30_000
MAX_NOTES = 5_000
MAX_NAME = 300
MAX_SMALL = 32_767  # what a smallint holds: episodes, rewatches
MAX_IDS = 12
MAX_ID = 120


class PortabilityError(ValueError):
    """An unreadable list file; the message says where and why."""


@dataclass(frozen=True)
class ListRow:
    """One title of a list. What is empty was not said by the file, and leaves an entry as it is."""

    row: int
    name: str
    ids: Mapping[str, str] = field(default_factory=dict)  # provider → its id
    year: int | None = None
    format: str = ""
    is_hidden: bool = False  # not an entry, but a title that is never to be suggested
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
    remark: str = ""  # what was not taken over, and why


@dataclass(frozen=True)
class InvalidRow:
    """An invalid row: reported while the others are read."""

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
    """A row of what a parser found; values that cannot be stored make an InvalidRow."""
    shown = _printable(str(name or ""))[:MAX_NAME]
    try:
        row = ListRow(number, shown, **fields)
        if len(row.notes) > MAX_NOTES:
            raise ValueError(_("notes longer than %(most)s characters") % {"most": MAX_NOTES})
        return _with_fitting_tags(_in_order(row))
    except ValueError as error:
        return InvalidRow(number, shown, str(error))


def _in_order(row: ListRow) -> ListRow:
    """A title finished before it was started keeps everything but these two dates."""
    started, finished = str(row.started_on or ""), str(row.finished_on or "")
    known = min(len(started), len(finished))
    if started[:known] <= finished[:known]:
        return row
    remark = _("Dates skipped: finish date (%(finished)s) before start date (%(started)s).") % {
        "finished": finished, "started": started,
    }  # fmt: skip
    return replace(row, started_on=None, finished_on=None, remark=remark)


def _with_fitting_tags(row: ListRow) -> ListRow:
    """Elsewhere tags may be whole sentences: what is too long or too much is left out, and said."""
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
    """Return text that PostgreSQL can store. Raises ValueError."""
    found = "" if value is None else str(value).strip()
    if not is_text(found):
        raise ValueError(_("%(field)s contains invalid characters") % {"field": field})
    return found


def number(value: object, field: str, high: int = MAX_SMALL) -> int:
    """A whole number from 0; nothing counts as 0."""
    found = str(value if value is not None else "").strip() or "0"
    if not (found.isascii() and found.isdigit() and len(found) <= 10 and int(found) <= high):
        raise ValueError(
            _("%(field)s must be a whole number from 0 to %(high)s, not %(value)r")
            % {"field": field, "value": found[:40], "high": high}
        )
    return int(found)


def score(value: object, field: str, out_of: int = 10) -> int | None:
    """Return a score from 1 to 10, halves rounded up; None for 0 or empty."""
    found = str(value if value is not None else "").strip().replace(",", ".")
    if found in ("", "-", "None"):
        return None
    try:
        given = Decimal(found) if len(found) <= 12 else Decimal("NaN")
    except InvalidOperation:
        given = Decimal("NaN")
    if not given.is_finite() or not 0 <= given <= out_of:
        raise ValueError(
            _("%(field)s must be a number from 0 to %(high)s, not %(value)r")
            % {"field": field, "value": found[:40], "high": out_of}
        )
    return max(1, int(given * 10 / out_of + Decimal("0.5"))) if given else None


def date(value: object, field: str) -> PartialDate | None:
    try:
        return PartialDate.parse(str(value or "")[:40])
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from error


def moment(value: object, field: str) -> datetime | None:
    """Parse ISO 8601 or a Unix timestamp; None for 0 or empty."""
    if not value:
        return None
    found = str(value).strip()
    try:
        if found.isdigit():
            return datetime.fromtimestamp(int(found), UTC)
        parsed = datetime.fromisoformat(found)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(
            _("%(field)s must be a date and time, not %(value)r") % {"field": field, "value": found[:40]}
        ) from error


def choice(value: object, field: str, known: Mapping[str, Any]) -> Any:
    """Look up the value in `known`, ignoring case; None if empty."""
    found = str(value or "").strip()
    if not found:
        return None
    try:
        return known[found.lower()]
    except KeyError:
        raise ValueError(_("unknown %(field)s: %(value)r") % {"field": field, "value": found[:40]}) from None


def year(value: object) -> int | None:
    """The year at the start of a value; what is none is left out, since it only helps to find the title."""
    found = str(value or "")[:4]
    return int(found) if found.isascii() and found.isdigit() and int(found) else None


def tags(value: object, field: str) -> tuple[str, ...]:
    """Return the distinct, non-empty tags of a list or comma-separated text."""
    pieces = value if isinstance(value, list) else [value or ""]
    words = (text(word, field) for piece in pieces for word in str(piece).split(","))
    return tuple(dict.fromkeys(" ".join(word.split()) for word in words if word))


def dates(values: object, field: str) -> tuple[PartialDate, ...]:
    found = (date(value, field) for value in (values if isinstance(values, list) else []))
    return tuple(sorted(day for day in found if day is not None))


def identifiers(found: Mapping[str, object]) -> dict[str, str]:
    """Provider → id, without the unknown ones."""
    given = {provider: text(value, provider) for provider, value in list(found.items())[:MAX_IDS] if value}
    return {provider: value for provider, value in given.items() if value != "0" and len(value) <= MAX_ID}
