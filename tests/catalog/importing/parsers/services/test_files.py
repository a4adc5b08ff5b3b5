"""Files that are read as a stream: AniDB's titles, and the map of ids."""

from __future__ import annotations

import gzip
from io import BytesIO
from itertools import count

import pytest

from catalog.importing.parsers.base import RejectedRow, SourceTitle
from catalog.importing.parsers.services import anidb, id_map
from catalog.importing.parsers.services.answers import AnswerError
from tests.catalog.importing.parsers.samples import encoded

LINES = """# created: a day
# <aid>|<type>|<language>|<title>
1|1|x-jat|Kumo no Gakkou
1|2|de|Wolken | Schule
1|3|x-jat|KG
1|4|en|Cloud School
1|4|ja|雲の学校
2|1|x-jat|Ame
""".encode()
XML = """<?xml version="1.0" encoding="UTF-8"?>
<animetitles>
<anime aid="1"><title xml:lang="x-jat" type="main">Kumo no Gakkou</title>
<title xml:lang="de" type="syn">Wolken | Schule</title><title xml:lang="x-jat" type="short">KG</title>
<title xml:lang="en" type="official">Cloud School</title><title xml:lang="ja" type="official">雲の学校</title></anime>
<anime aid="2"><title xml:lang="x-jat" type="main">Ame</title></anime>
</animetitles>""".encode()
TITLES = [
    SourceTitle(
        source="anidb", row=1, external_ids={"anidb": "1"}, name="Kumo no Gakkou", name_english="Cloud School",
        name_native="雲の学校", synonyms=("Wolken | Schule",),
    ),
    SourceTitle(source="anidb", row=2, external_ids={"anidb": "2"}, name="Ame"),
]  # fmt: skip


@pytest.mark.parametrize("body", [LINES, gzip.compress(LINES, mtime=0), XML, gzip.compress(XML, mtime=0)])
def test_anidbs_titles_in_each_layout(body: bytes) -> None:
    assert list(anidb.parse_titles(BytesIO(body))) == TITLES


def test_an_odd_line_of_anidb_is_refused_and_the_rest_goes_on() -> None:
    rows = list(anidb.parse_titles(BytesIO(LINES + b"nonsense\nx|1|en|Kumo\n3|1|x-jat|Yuki\n")))

    assert rows[2:4] == [
        RejectedRow(3, "'nonsense' is not aid|type|language|title"),
        RejectedRow(4, "the id is missing"),
    ]
    assert rows[4].name == "Yuki"


def test_the_id_map_gives_ids_of_catalogues_we_know() -> None:
    entries = [
        {"mal_id": 5, "anidb_id": 3, "kitsu_id": 7, "anime-planet_id": "kumo-no-gakkou", "imdb_id": ["tt1"],
         "themoviedb_id": {"tv": 4}, "type": "TV"},
        {"mal_id": "unknown", "anilist_id": 9, "notify.moe_id": "a b", "anisearch_id": None, "livechart_id": 2},
        {"anidb_id": 1, "tvdb_id": 2},
        "nonsense",
    ]  # fmt: skip

    assert list(id_map.parse(BytesIO(encoded(entries)))) == [
        SourceTitle(
            source="id-map", row=1, name=None,
            external_ids={"mal": "5", "anidb": "3", "kitsu": "7", "anime-planet": "kumo-no-gakkou"},
        ),
        SourceTitle(source="id-map", row=2, name=None, external_ids={"anilist": "9", "livechart": "2"}),
        RejectedRow(3, "it names fewer than two catalogues we know"),
        RejectedRow(4, "a title was expected, found a text"),
    ]  # fmt: skip


def test_files_are_streamed() -> None:
    """The first rows come before the end of the file is read."""
    lines = (b"%d|1|x-jat|Kumo\n" % number for number in count(1))

    class Endless(BytesIO):
        def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
            line = next(lines)
            buffer[: len(line)] = line
            return len(line)

    rows = anidb.parse_titles(Endless())

    assert [next(rows).external_ids["anidb"] for _ in range(3)] == ["1", "2", "3"]


@pytest.mark.parametrize("parse", [anidb.parse_titles, id_map.parse])
@pytest.mark.parametrize(
    "body",
    [b"", b"\x00\xff", gzip.compress(LINES, mtime=0)[:-20], gzip.compress(b"[{}", mtime=0)[:-12], XML[:300], b"{}",
     b'[{"mal_id": 1', b'<!DOCTYPE x [<!ENTITY a "b">]><animetitles>&a;</animetitles>', b"<html>",
     "雲".encode("utf-16")],
)  # fmt: skip
def test_a_broken_file_is_refused_with_a_sentence(parse, body: bytes) -> None:
    with pytest.raises(AnswerError, match=r"is truncated, or of another kind|holds no|doesn't hold"):
        list(parse(BytesIO(body)))
