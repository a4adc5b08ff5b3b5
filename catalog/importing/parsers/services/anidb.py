"""AniDB's file of titles, in its two layouts: lines of "aid|type|language|title", or XML. Both may be gzipped."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import groupby
from typing import BinaryIO, NamedTuple

from defusedxml.ElementTree import iterparse

from catalog.importing.parsers import normalise
from catalog.importing.parsers.base import RejectedRow, SourceTitle
from catalog.importing.parsers.services.answers import AnswerError, Fields
from catalog.importing.parsers.services.streams import beginning, decompressed, unreadable

SERVICE = "AniDB"
MAIN, OFFICIAL = "main", "official"
TYPES = {"1": MAIN, "2": "syn", "3": "short", "4": OFFICIAL}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class Name(NamedTuple):
    aid: str
    kind: str
    language: str
    text: str


def parse_titles(stream: BinaryIO) -> Iterator[SourceTitle | RejectedRow]:
    """Yield a row for each title, while the file is read. Raise AnswerError if it isn't AniDB's or is truncated."""
    with unreadable(SERVICE), decompressed(stream) as content:
        is_xml = beginning(content).lstrip(b"\xef\xbb\xbf \n").startswith(b"<")
        names = xml_names(content) if is_xml else line_names(content)
        number = 0
        for number, (aid, group) in enumerate(groupby(names, key=lambda name: name.aid), start=1):
            yield parse(number, aid, list(group))
        if not number:
            raise AnswerError(f"{SERVICE}'s file holds no titles")


def xml_names(content: BinaryIO) -> Iterator[Name]:
    for _, anime in iterparse(content):
        if anime.tag == "anime":
            for title in anime.iter("title"):
                yield Name(anime.get("aid", ""), title.get("type", ""), title.get(LANGUAGE, ""), title.text or "")
            anime.clear()


def line_names(content: BinaryIO) -> Iterator[Name]:
    """Yield the names. Raise AnswerError if the first line isn't one; later odd lines have no language and no kind."""
    lines = (line.rstrip("\r\n") for line in io.TextIOWrapper(content, encoding="utf-8-sig"))
    names = (split(line) for line in lines if line and not line.startswith("#"))
    for number, name in enumerate(names):
        if not (number or name.kind):
            raise AnswerError(f"{SERVICE}'s file doesn't hold lines of aid|type|language|title")
        yield name


def split(line: str) -> Name:
    aid, *rest = line.split("|", 3)
    if len(rest) != 3 or rest[0] not in TYPES:
        return Name(line[:40], "", "", "")
    return Name(aid, TYPES[rest[0]], rest[1], rest[2])


def parse(number: int, aid: str, names: list[Name]) -> SourceTitle | RejectedRow:
    """Return the row of one title: its main name, the official English and Japanese ones, and all others."""
    row = Fields(number, {"aid": aid}, [])
    if not names[0].kind:
        return RejectedRow(number, f"{aid!r} is not aid|type|language|title")
    try:
        return row.title(
            "anidb",
            {"anidb": row.identifier("aid")},
            name=first(names, MAIN),
            name_english=first(names, OFFICIAL, "en"),
            name_native=first(names, OFFICIAL, "ja"),
            synonyms=normalise.synonyms(name.text for name in names if name.kind != "short"),
        )
    except ValueError as error:
        return RejectedRow(number, str(error))


def first(names: list[Name], kind: str, language: str | None = None) -> str | None:
    texts = (name.text for name in names if name.kind == kind and language in (None, name.language))
    return normalise.name(next(texts, None))
