"""Read the answers of live services: shared by their parsers. Odd values and rows don't cost the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from anirec.lib.partial_dates import PartialDate
from catalog.importing.parsers import normalise
from catalog.importing.parsers.base import RejectedRow, SourceRelation, SourceTitle, UnreadRow, parse_rows

T = TypeVar("T")
MANGA = "a manga: this source's manga aren't read"
MEMBERS_LIST = "a member's list: it is imported from the list page"
LONGEST_MESSAGE = 300


class AnswerError(ValueError):
    """An answer that holds no titles at all. The message says why, in a sentence for the site's owner.

    It may quote the service, so it is cleaned: one line without control characters, of limited length.
    """

    def __init__(self, sentence: str) -> None:
        clean = "".join(character if character.isprintable() else " " for character in sentence)
        super().__init__(" ".join(clean.split())[:LONGEST_MESSAGE])


@dataclass(frozen=True)
class Answer:
    """The rows of an answer, the address of the next page, and remarks on values that were left out.

    The rows of a file are a stream, whose reading may raise AnswerError. as_of: the date of its values, if it says so.
    """

    rows: Iterable[SourceTitle | RejectedRow | UnreadRow]
    next_url: str | None = None
    remarks: tuple[str, ...] = ()
    as_of: datetime | None = None


def decode(body: bytes, service: str) -> dict[str, Any]:
    """Return the JSON object of an answer. Raise AnswerError for anything else."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise AnswerError(f"{service} answered with {describe(body)} instead of JSON") from None
    if not isinstance(document, dict):
        raise AnswerError(f"{service} answered with {kind_of(document)} instead of an object")
    return document


def describe(body: bytes) -> str:
    if not body.strip():
        return "an empty page"
    if not body.lstrip().startswith(b"<"):
        return "broken or truncated data"
    from catalog.importing.parsers.html import Page  # only the workers have its library

    return f"the web page “{Page(body).title[:100]}”, perhaps of a firewall,"


def kind_of(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number")


def refuse(service: str, message: Any) -> AnswerError:
    """Return the error that a service reported, in its own words."""
    return AnswerError(f"{service} answered with an error: {str(message).rstrip('.')}")


def at(value: Any, *path: str) -> Any:
    """Return what lies at `path` in nested objects; None if it isn't there."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def items_at(value: Any, *path: str) -> list[Any]:
    """Return the list at `path`; an empty one if there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def collect(service: str, rows: Iterable[Any], parse: Callable[[Fields], SourceTitle], next_url: Any = None) -> Answer:
    """Parse each row. Raise AnswerError if all are manga."""
    remarks: list[str] = []
    parsed = tuple(parse_rows(enumerate(rows, start=1), lambda number, row: parse(Fields(number, row, remarks))))
    if parsed and all(isinstance(row, RejectedRow) and row.reason == MANGA for row in parsed):
        raise AnswerError(f"{service} answered with manga: those of this source aren't read")
    return Answer(parsed, next_url if isinstance(next_url, str) else None, tuple(remarks))


class Fields:
    """A row, read field by field. A value that isn't understood is left out, with a remark."""

    def __init__(self, number: int, row: Any, remarks: list[str]) -> None:
        if not isinstance(row, dict):
            raise ValueError(f"a title was expected, found {kind_of(row)}")
        self.number, self.row, self.remarks = number, row, remarks

    def read(self, parse: Callable[[Any], T], *path: str) -> T | None:
        """Return the parsed value at `path`."""
        value = at(self.row, *path)
        if isinstance(value, (dict, list, bool)):
            self.leave_out(".".join(path), f"{kind_of(value)} was not expected")
            return None
        return self.attempt(parse, value, ".".join(path))

    def attempt(self, parse: Callable[[Any], T], value: Any, label: str) -> T | None:
        try:
            return parse(value)
        except ValueError as error:
            self.leave_out(label, str(error))
            return None

    def leave_out(self, label: str, reason: str) -> None:
        self.remarks.append(f"row {self.number}, {label}: {reason}")

    def name(self, *path: str) -> str | None:
        return self.read(normalise.name, *path)

    def names(self, *paths: tuple[str, ...]) -> tuple[str, ...]:
        """Return unique names from `paths`, each of which leads to a name or to a list of names."""
        lists = [self.texts(*path) if isinstance(at(self.row, *path), list) else [self.name(*path)] for path in paths]
        return normalise.synonyms(text for texts in lists for text in texts if text)

    def count(self, *path: str) -> int | None:
        return self.read(partial(normalise.count, label="number"), *path)

    def seconds(self, unit: int, *path: str) -> int | None:
        """Return a length that the service gives in units of so many seconds."""
        number = self.count(*path)
        return number * unit if number else None

    def identifier(self, *path: str) -> str | None:
        return self.read(partial(normalise.identifier, label="id"), *path)

    def date(self, *path: str) -> PartialDate | None:
        """Return a date written as "2016-07-03", "2016-07" or "2016"."""
        return self.read(lambda value: PartialDate.parse(str(value or "")), *path)

    def dated(self, *path: str) -> PartialDate | None:
        """Return a date given as an object of year, month and day, as precise as it is valid."""
        year, month, day = (self.count(*path, part) for part in ("year", "month", "day"))
        if year is None:
            return None
        choices = ((year, month, day if month else None), (year, month, None), (year, None, None))
        dates = (self.attempt(lambda parts: PartialDate(*parts), parts, ".".join(path)) for parts in choices)
        return next((date for date in dates if date), None)

    def score(self, out_of: int, *path: str) -> float | None:
        return self.read(partial(normalise.score, out_of=out_of), *path)

    def flag(self, *path: str) -> bool | None:
        value = at(self.row, *path)
        return value if isinstance(value, bool) else None

    def items(self, *path: str) -> list[Any]:
        return items_at(self.row, *path)

    def texts(self, *path: str, key: str | None = None) -> list[str]:
        """Return the texts of a list, or those at `key` of its objects. Others are left out."""
        return known_texts(at(item, key) if key else item for item in self.items(*path))

    def title(self, source: str, external_ids: dict[str, str | None], **fields: Any) -> SourceTitle:
        """Return the row, without fields that don't fit. Raise ValueError without an id."""
        known = {provider: value for provider, value in external_ids.items() if value}
        if not known:
            raise ValueError("the id is missing")
        own = [fields.get(name) for name in ("name", "name_english", "name_native")]
        fields |= {"name": own[0], "synonyms": tuple(name for name in fields.get("synonyms", ()) if name not in own)}
        problems: list[str] = []
        title = SourceTitle.without_odd_fields(problems, source=source, row=self.number, external_ids=known, **fields)
        self.remarks += [f"row {self.number}, {problem}" for problem in problems]
        return title


def known_texts(values: Iterable[Any]) -> list[str]:
    """Return the texts among the values, without placeholders such as "Unknown"."""
    return [text for value in values if isinstance(value, str) and (text := normalise.known_text(value))]


def relations_to(provider: str, pairs: Iterable[tuple[Any, Any]]) -> tuple[SourceRelation, ...]:
    """Return a relation for each pair of the other title's id and the kind. Pairs without a valid id are left out."""
    known = ((identifier_or_none(value), kind if isinstance(kind, str) else None) for value, kind in pairs)
    return tuple(SourceRelation(provider, value, normalise.relation(kind)) for value, kind in known if value)


def identifier_or_none(value: Any) -> str | None:
    try:
        return None if isinstance(value, (dict, list, bool)) else normalise.identifier(value, "id")
    except ValueError:
        return None
