"""Convert other catalogues' values to ours. Pure functions: None if missing, ValueError if invalid."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any

from anirec.lib.partial_dates import MONTHS, PartialDate
from catalog.importing.parsers import vocabulary
from catalog.importing.parsers.base import MAX_INTEGER, MAX_NAME, SourceTag
from catalog.importing.parsers.vocabulary import compact
from catalog.models.relations import Relation
from catalog.models.tags import Tag
from catalog.models.titles import AgeRating, Medium

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
MARKUP = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
DURATION_PART = re.compile(r"(\d+)\s*(?:(h)r|(m)in|(s)ec|([hms])\b)")
DURATION = re.compile(r"(\s*\d+\s*((hr|min|sec)\w*\.?|[hms]\b))+(\s*per ep\.?)?\s*")
SECONDS = {"h": 3600, "m": 60, "s": 1}
AIRED_DATE = re.compile(r"(?:([A-Z][a-z]{2})(?: (\d{1,2}))?,? )?(\d{4})")
NOTHING = {"", "unknown", "none", "nan", "null", "n/a", "?", "not available"}


def plain_text(value: Any) -> str | None:
    """Return text without control characters and surrounding space; None if empty."""
    if value is None:
        return None
    return CONTROL.sub("", str(value)).strip() or None


def known_text(value: Any) -> str | None:
    """Return `plain_text`, or None for placeholders such as "Unknown" and "None"."""
    text = plain_text(value)
    return None if text is None or text.casefold() in NOTHING else text


def name(value: Any) -> str | None:
    """Return a name on one line."""
    text = plain_text(value)
    return " ".join(text.split()) or None if text else None


def synonyms(values: Iterable[Any]) -> tuple[str, ...]:
    """Return unique names, without those longer than MAX_NAME."""
    names = (name(value) for value in values)
    return tuple(dict.fromkeys(text for text in names if text and len(text) <= MAX_NAME))


def markup_to_text(value: Any) -> str | None:
    """Return a synopsis without HTML, with line breaks kept and entities decoded."""
    text = plain_text(value)
    if text is None:
        return None
    text = html.unescape(MARKUP.sub("", LINE_BREAK.sub("\n", text)))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return plain_text(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)))


def whole_number(value: Any, label: str) -> int | None:
    """Parse an integer: 12, 12.0, "12.0" or "1,234"."""
    text = known_text(value)
    if text is None:
        return None
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        raise ValueError(f"{label}: {text!r} is not a number") from None
    if not number.is_integer():
        raise ValueError(f"{label}: {text!r} is not a whole number")
    return int(number)


def count(value: Any, label: str) -> int | None:
    """Parse an integer; 0 means unknown."""
    return whole_number(value, label) or None


def identifier(value: Any, label: str) -> str | None:
    """Return a positive integer as text."""
    number = whole_number(value, label)
    if number is not None and number <= 0:
        raise ValueError(f"{label}: {number} is not a positive number")
    if number is not None and number > MAX_INTEGER:
        raise ValueError(f"{label}: {known_text(value)!r:.40} is too large")
    return None if number is None else str(number)


def score(value: Any, out_of: int = 10) -> float | None:
    """Convert a mean score to our scale of 1–10, to two decimals; 0 means none."""
    text = known_text(value)
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"score: {text!r} is not a number") from None
    if not number:
        return None
    if not 0 < number <= out_of:
        raise ValueError(f"score: {number:g} is not between 0 and {out_of}")
    return max(1.0, round(number * 10 / out_of, 2))


def term(value: Any, spellings: dict[str, str], label: str) -> str | None:
    """Translate a value with a mapping of `vocabulary`."""
    text = plain_text(value)
    if text is None or compact(text) in ("", "none", "nan"):
        return None
    try:
        return spellings[compact(text)] or None
    except KeyError:
        article = "an" if label.startswith("a") else "a"
        raise ValueError(f"{label}: {text[:100]!r} is not {article} {label} we know") from None


def title_format(value: Any) -> str | None:
    return term(value, vocabulary.FORMATS, "type")


def read_medium(value: Any) -> str:
    """Return the medium of what is read, such as of a one-shot or a novel; manga if the source doesn't say."""
    return term(value, vocabulary.READ_MEDIA, "type") or Medium.MANGA


def person(value: Any) -> str | None:
    """Return a person's name with the family name last, as most sources write it: "Miura, Kentarou" is turned round."""
    text = name(value)
    family, comma, given = (text or "").partition(", ")
    return f"{given} {family}" if comma and given and "," not in given else text


def status(value: Any) -> str | None:
    return term(value, vocabulary.STATUSES, "status")


def source_material(value: Any) -> str | None:
    return term(value, vocabulary.SOURCE_MATERIALS, "source material")


def age_rating(value: Any) -> str | None:
    """Parse "PG-13 - Teens 13 or older". "R+" is a special case, because `compact` turns it into "R"."""
    if str(value or "").strip().upper() == "R+":
        return AgeRating.R_PLUS
    return term(value, vocabulary.AGE_RATINGS, "age rating")


def season(value: Any) -> tuple[str | None, int | None]:
    """Parse a season and year: "Spring 1998", "WINTER 2025", "fall" or "None None"."""
    text = known_text(value)
    if text is None:
        return None, None
    words = [word for word in text.split() if word.casefold() not in NOTHING and word.casefold() != "undefined"]
    year = int(words.pop()) if words and re.fullmatch(r"[12]\d{3}", words[-1]) else None
    if len(words) > 1 or any(compact(word) not in vocabulary.SEASONS for word in words):
        raise ValueError(f"season: {text!r} is not a season and a year")
    return (vocabulary.SEASONS[compact(words[0])] if words else None), year


def duration(value: Any) -> int | None:
    """Return seconds from "24 min. per ep.", "1 hr. 55 min.", "1h 22m" or "30 sec."."""
    text = known_text(value)
    if text is None:
        return None
    if not DURATION.fullmatch(text):
        raise ValueError(f"duration: {text!r} is not a length of time")
    return sum(int(number) * SECONDS["".join(units)] for number, *units in DURATION_PART.findall(text)) or None


def iso_date(value: Any) -> PartialDate | None:
    """Parse "2016-07-01" or "2016-07-01T00:00:00+00:00".

    Sources fill unknown parts with 1, so the first of January counts as the year alone.
    """
    text = known_text(value)
    date = PartialDate.parse(text[:10]) if text else None
    return PartialDate(date.year) if date and (date.month, date.day) == (1, 1) else date


def aired(value: Any) -> tuple[PartialDate | None, PartialDate | None]:
    """Return the first and last day from "Oct 20, 1999 to ?", "Apr, 2013", "Apr 2013" or "2005". One date is both."""
    text = known_text(value)
    if text is None:
        return None, None
    first, separator, last = text.partition(" to ")
    start = _aired_date(first)
    return start, (_aired_date(last) if separator else start)


def _aired_date(text: str) -> PartialDate | None:
    if known_text(text) is None:
        return None
    match = AIRED_DATE.fullmatch(text.strip())
    if match is None or (match[1] and match[1] not in MONTHS):
        raise ValueError(f"aired: {text.strip()!r} is not a date")
    month = MONTHS.index(match[1]) + 1 if match[1] else None
    return PartialDate(int(match[3]), month, int(match[2]) if match[2] else None)


def weekday(value: Any) -> int | None:
    """Parse "Fridays" or "Friday" to the ISO weekday."""
    text = term(value, vocabulary.WEEKDAYS, "weekday")
    return int(text) if text else None


def time_of_day(value: Any) -> time | None:
    """Parse "23:30"."""
    text = known_text(value)
    if text is None:
        return None
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise ValueError(f"time: {text!r} is not a time of day") from None


def moment(value: Any, label: str) -> datetime | None:
    """Convert a Unix timestamp in seconds."""
    seconds = count(value, label)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{label}: {seconds} is not a point in time") from None


def iso_moment(value: Any) -> datetime | None:
    """Parse "2026-07-01T15:30:00+09:00". Without a time zone, it is UTC."""
    text = known_text(value)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a point in time") from None
    return found.replace(tzinfo=found.tzinfo or UTC)


def relation(value: Any) -> str:
    """Return the kind of a relation: "related" if the source doesn't say, or says what we have no kind for."""
    try:
        return term(known_text(value), vocabulary.RELATIONS, "relation") or Relation.Kind.RELATED
    except ValueError:
        return Relation.Kind.RELATED


def web_address(value: Any) -> str | None:
    """Return an address that starts with http:// or https://."""
    text = known_text(value)
    if text is not None and not text.startswith(("http://", "https://")):
        raise ValueError(f"{text[:40]!r} is not a web address")
    return text


def parts(value: Any, separator: str) -> list[str]:
    """Split a joined list, without empty and unknown parts."""
    return [text for piece in str(value or "").split(separator) if (text := known_text(piece))]


def studios(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if len(name) <= 200))


def tags(names: Iterable[str]) -> tuple[SourceTag, ...]:
    """Return unique tags, with our name and kind if we know the word, else as free tags."""
    return tuple(dict.fromkeys(tag(name) for name in names if compact(name) and len(name) <= 100))


def tag(name: str) -> SourceTag:
    if entry := vocabulary.KNOWN_TAGS.get(compact(name)):
        return SourceTag(*entry)
    return SourceTag(name.title() if name.islower() else name, Tag.Kind.TAG)


def is_adult(rating: str | None, tags: Iterable[SourceTag]) -> bool | None:
    """Return whether the age rating or a genre is adult; None without a rating and tags."""
    tags = tuple(tags)
    if rating == AgeRating.RX or any(tag.is_adult and tag.kind == Tag.Kind.GENRE for tag in tags):
        return True
    return False if rating or tags else None
