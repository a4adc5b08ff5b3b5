"""Parsing list files of every format, and rejecting invalid ones."""

from __future__ import annotations

import csv
import gzip
import io
import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import EntryStatus, Visibility
from accounts.portability.formats import csv_files, mal_xml, own_json
from accounts.portability.formats.detection import ListFormat, detect, look_at_table, read_list
from accounts.portability.formats.rows import MAX_BYTES, MAX_ROWS, InvalidRow, ListRow, PortabilityError
from anirec.lib.partial_dates import PartialDate

NO_LIST = "We don’t recognise this file. Supported: XML, JSON and CSV."
ANILIST_ENTRY = {
    "mediaId": 19, "status": "REPEATING", "score": 85, "progress": 7, "repeat": 2, "notes": " slow, good ",
    "private": True,
    "createdAt": 1577836800, "updatedAt": 1609459200,
    "startedAt": {"year": 2019, "month": 4, "day": None}, "completedAt": {"year": None, "month": None, "day": None},
    "media": {"idMal": 190, "type": "ANIME", "format": "TV", "seasonYear": 2004, "title": {"romaji": "Stone and Snow"}},
}  # fmt: skip
KITSU_ENTRY = {
    "type": "libraryEntries", "id": "1",
    "attributes": {
        "status": "on_hold", "progress": 5, "ratingTwenty": 15, "reconsumeCount": 1, "notes": "later", "private": False,
        "startedAt": "2019-04-21T00:00:00.000Z", "finishedAt": None, "createdAt": "2019-04-21T10:00:00.000Z",
        "updatedAt": "2020-01-01T00:00:00.000Z",
    },
    "relationships": {"anime": {"data": {"type": "anime", "id": "77"}}},
}  # fmt: skip
KITSU_ANIME = {
    "type": "anime", "id": "77",
    "attributes": {"canonicalTitle": "Stone and Snow", "subtype": "TV", "startDate": "2004-10-01"},
    "relationships": {"mappings": {"data": [{"type": "mappings", "id": "5"}, {"type": "mappings", "id": "6"}]}},
}  # fmt: skip
KITSU_MAPPINGS = [
    {"type": "mappings", "id": "5", "attributes": {"externalSite": "myanimelist/anime", "externalId": "190"}},
    {"type": "mappings", "id": "6", "attributes": {"externalSite": "thetvdb", "externalId": "4"}},
]


def anilist(*entries: object, score_format: str | None = "POINT_100", wrapped: bool = True) -> bytes:
    collection: dict[str, object] = {"lists": [{"entries": list(entries)}]}
    if score_format:
        collection["user"] = {"mediaListOptions": {"scoreFormat": score_format}}
    answer = {"MediaListCollection": collection}
    return json.dumps({"data": answer} if wrapped else answer).encode()


def read(data: bytes, **options) -> list[ListRow | InvalidRow]:
    return read_list(data, detect(data), **options).rows


def reason(data: bytes) -> str:
    with pytest.raises(PortabilityError) as error:
        read(data)
    return str(error.value)


class TestAniList:
    def test_reads_every_field_of_an_entry(self):
        assert read(anilist(ANILIST_ENTRY)) == [
            ListRow(
                row=1, name="Stone and Snow", ids={"mal": "190", "anilist": "19"}, year=2004, format="tv",
                status=EntryStatus.REWATCHING, score=9, progress=7, started_on=PartialDate(2019, 4), rewatches=2,
                notes="slow, good", visibility=Visibility.PRIVATE, created_at=datetime(2020, 1, 1, tzinfo=UTC),
                updated_at=datetime(2021, 1, 1, tzinfo=UTC),
            )
        ]  # fmt: skip

    def test_an_entry_on_several_lists_counts_once(self):
        other = {**ANILIST_ENTRY, "mediaId": 20}
        assert [row.ids["anilist"] for row in read(anilist(ANILIST_ENTRY, other, ANILIST_ENTRY))] == ["19", "20"]

    @pytest.mark.parametrize(
        ("score_format", "score", "stored"),
        [
            ("POINT_100", 4, 1),
            ("POINT_10_DECIMAL", 8.5, 9),
            ("POINT_5", 4, 8),
            ("POINT_3", 2, 7),
            (None, 85, 9),
            (None, 8, 8),
            ("POINT_10", 0, None),
        ],
    )
    def test_scores_of_every_scale(self, score_format, score, stored):
        row = read(anilist({**ANILIST_ENTRY, "score": score}, score_format=score_format, wrapped=False))[0]
        assert row.score == stored

    def test_what_makes_no_sense_costs_a_remark(self):
        bad = [{"status": "LOVED"}, {"score": 101}, {"progress": -1}, {"startedAt": {"year": 2019, "month": 13}},
               {"notes": "a\x07b"}]  # fmt: skip
        rows = read(anilist(*({**ANILIST_ENTRY, "mediaId": 100 + n, **some} for n, some in enumerate(bad))))
        assert [row.remark for row in rows] == [
            "Unknown status “LOVED”: set from episodes and score.",
            "Score “101” skipped: not between 0 and 100.",
            "Episodes watched “-1” skipped: not a number of episodes.",
            "Started “2019-13-00” skipped: 13 is not a valid month.",
            "Control characters removed.",
        ]

    @pytest.mark.parametrize(
        ("format", "kind"), [("MANGA", "manga"), ("NOVEL", "light_novel"), ("ONE_SHOT", "manga"), (None, "manga")]
    )
    def test_manga_is_read_with_chapters_and_volumes(self, format, kind):
        media = {"type": "MANGA", "format": format, "chapters": 380}
        row = read(anilist({**ANILIST_ENTRY, "media": media, "progress": 10, "progressVolumes": 1}))[0]
        assert (row.kind, row.progress, row.volumes, row.parts) == (kind, 10, 1, 380)

    def test_custom_lists_become_tags(self):
        entry = {**ANILIST_ENTRY, "mediaId": 7, "customLists": {"Best of 2020": True, "Bad": False}}
        lists = [
            {"name": "Completed", "isCustomList": False, "entries": [entry]},
            {"name": "With Ann", "isCustomList": True, "entries": [entry, {**ANILIST_ENTRY, "mediaId": 8}]},
        ]
        data = json.dumps({"data": {"MediaListCollection": {"lists": lists}}}).encode()
        assert [(row.ids["anilist"], row.tags) for row in read(data)] == [
            ("7", ("Best of 2020", "With Ann")),
            ("8", ("With Ann",)),
        ]


class TestKitsu:
    def test_reads_every_field_of_an_entry(self):
        data = json.dumps({"data": [KITSU_ENTRY], "included": [KITSU_ANIME, *KITSU_MAPPINGS]}).encode()
        assert read(data) == [
            ListRow(
                row=1, name="Stone and Snow", ids={"kitsu": "77", "mal": "190"}, year=2004, format="tv",
                status=EntryStatus.ON_HOLD, score=8, progress=5, started_on=PartialDate(2019, 4, 21), rewatches=1,
                notes="later", created_at=datetime(2019, 4, 21, 10, tzinfo=UTC),
                updated_at=datetime(2020, 1, 1, tzinfo=UTC),
            )
        ]  # fmt: skip

    def test_a_title_that_the_file_does_not_tell_of_has_its_id(self):
        row = read(json.dumps({"data": [KITSU_ENTRY]}).encode())[0]
        assert (row.name, row.ids) == ("Kitsu title 77", {"kitsu": "77"})


class TestTables:
    def table(self, text: str) -> list[ListRow | InvalidRow]:
        data = text.encode()
        return read(data, columns=look_at_table(data).columns, scale=look_at_table(data).scale.out_of)

    def test_columns_are_guessed_by_their_names(self):
        table = look_at_table(b"Anime Title;My Score;Watched Episodes;State;MAL_ID;Colour\nMonster;9;3;seen;19;red\n")
        assert (table.columns, table.scale.out_of) == (
            {"title": 0, "mal": 4, "status": 3, "score": 1, "progress": 2},
            10,
        )

    def test_a_row_has_what_its_columns_say(self):
        rows = self.table(
            "name\tscore\tstatus\tprogress\tstarted\ttags\n"
            "Monster\t87\tPlan to Watch\t5 / 74\t21.04.2019\tslow, long,\n"
            "\t\t\t\t\t\n"
            "Mushishi\t\tpaused\t\t2005/10\t\n"
        )
        assert rows == [
            ListRow(1, "Monster", status=EntryStatus.WATCHING, score=9, progress=5, started_on=PartialDate(2019, 4, 21),
                    tags=("slow", "long"),
                    remark="Status changed from planned to watching, because episodes were watched."),
            ListRow(3, "Mushishi", status=EntryStatus.ON_HOLD, started_on=PartialDate(2005, 10)),
        ]  # fmt: skip

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "shift_jis"])
    def test_text_is_read_in_its_encoding(self, encoding):
        data = ("title,score\n" + "蟲師 続章,9\n進撃の巨人,8\n鋼の錬金術師,10\n" * 5).encode(encoding)
        rows = read(data, columns={"title": 0, "score": 1})
        assert [row.name for row in rows[:3]] == ["蟲師 続章", "進撃の巨人", "鋼の錬金術師"]

    def test_a_column_of_names_is_enough_and_a_single_line_is_not(self):
        assert look_at_table(b"Title\nMonster\n").columns == {"title": 0}
        assert [row.name for row in self.table("Monster\nHello, World\n")] == ["Monster", "Hello, World"]
        with pytest.raises(PortabilityError, match=NO_LIST):
            look_at_table(b"not a table")

    def test_a_formula_is_text(self):
        rows = self.table("title,notes\n'=1+1,'+49\n=SUM(A1),x\n'Tis,y\n")
        assert [(row.name, row.notes) for row in rows] == [("=1+1", "+49"), ("=SUM(A1)", "x"), ("'Tis", "y")]

    def test_odd_cells_cost_a_remark(self):
        rows = self.table("title,score,progress,started\nA,10.5x,1,\nB,,1e9,\nC,nan,1,\nD,1,1,someday\nE,9,1,\n")
        assert [row.remark for row in rows] == [
            "Score “10.5x” skipped: not a number.",
            "Episodes watched “1e9” skipped: not a number of episodes.",
            "",
            "Started “someday” skipped: not a date.",
            "",
        ]

    def test_a_row_without_a_title_is_named(self):
        rows = self.table("title,score\n,7\nMonster,8\n")
        assert rows[0] == InvalidRow(1, "", "neither a title nor an ID")


# --- Own formats -----------------------------------------------------------------------------------------------------

plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30).map(str.strip)
names = plain_text.map(lambda name: "".join(letter for letter in name if letter.isprintable()).strip()).filter(bool)
days = st.none() | st.dates().map(lambda day: PartialDate(day.year, day.month, day.day)) | st.just(PartialDate(1999))
moments = st.datetimes(datetime(1980, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
tags = st.lists(
    plain_text.map(lambda tag: " ".join(tag.replace(",", "").split())).filter(bool), max_size=3, unique_by=str.casefold
).map(tuple)


@st.composite
def entries(draw) -> ListRow:
    started, finished = draw(days), draw(days)
    if started and finished and str(started)[:4] > str(finished)[:4]:
        started, finished = finished, started
    elif started and finished and str(started) > str(finished):
        finished = None
    return ListRow(
        row=1,
        name=draw(names),
        ids=draw(st.dictionaries(st.sampled_from(["mal", "anilist", "kitsu"]), st.integers(1, 10**6).map(str))),
        year=draw(st.none() | st.integers(1950, 2030)),
        format=draw(st.sampled_from(["", "tv", "movie", "ova"])),
        status=draw(st.sampled_from(EntryStatus)),
        score=draw(st.none() | st.integers(1, 10)),
        progress=draw(st.integers(0, 32_767)),
        started_on=started,
        finished_on=finished,
        rewatches=draw(st.integers(0, 32_767)),
        rewatched_on=tuple(sorted(draw(st.lists(days.filter(bool), max_size=3)))),
        notes=draw(plain_text),
        tags=draw(tags),
        visibility=draw(st.sampled_from(Visibility)),
        created_at=draw(moments),
        updated_at=draw(moments),
    )


class TestOwnFiles:
    @pytest.mark.property
    @given(entries())
    def test_json_comes_back_as_it_was_written(self, entry):
        assert read("".join(own_json.write([entry], [])).encode()) == [entry]

    @pytest.mark.property
    @given(entries())
    def test_a_table_comes_back_as_it_was_written_and_no_cell_is_a_formula(self, entry):
        data = "".join(csv_files.write([entry]))
        assert read(data.encode()) == [entry]
        cells = [cell for line in csv.reader(io.StringIO(data, newline="")) for cell in line]
        assert [cell for cell in cells if cell.startswith(csv_files.FORMULA)] == []

    @pytest.mark.property
    @given(entries())
    def test_xml_is_the_same_after_a_second_time(self, entry):
        first = "".join(mal_xml.write([entry]))
        assert "".join(mal_xml.write(read(first.encode()))) == first

    def test_sections_of_other_apps_are_told_apart(self):
        data = "".join(own_json.write([], [], {"follows": ["ada"], "reviews": [{"n": 1}]})).encode()
        assert read_list(data, ListFormat.OWN_JSON, extra=["follows"]).extra == {"follows": ["ada"]}

    def test_a_later_version_is_refused(self):
        assert (
            reason(b'{"format": "anirec", "version": 2}')
            == "Unsupported file version 2. Export your list again as version 1."
        )


class TestHostileFiles:
    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "The file is empty. Choose another one."),
            (b" \n", "The file is empty. Choose another one."),
            (b"GIF89a...", NO_LIST),
            (b"\x7fELF\x02\x01", NO_LIST),
            (b"<html></html>", "We don’t recognise this XML (<html>). MyAnimeList exports start with <myanimelist>."),
            (b'{"lists": []}', "We don't recognise this JSON. Supported: AniList, Kitsu and anirec exports."),
            (b'{"MediaListCollection": {"lists": [', "The file is incomplete. Export it again and retry."),
            (b'{"MediaListCollection": {"lists": [{"entries": [1]}]}}', "Entry 1 must be an object, not int."),
            (b"[" * 100_000, "The file is nested too deeply for an anime list."),
            (b'{"a":' * 100_000, "The file is nested too deeply for an anime list."),
        ],
    )
    def test_what_is_no_list_is_refused_with_a_reason(self, data, message):
        assert reason(data) == message

    @pytest.mark.parametrize(
        "section",
        [
            r'"reviews": [{"text": "good \ud83d"}]', r'"follows": ["ada\ude00"]', r'"plans": [{"name": "\ud83dx"}]',
            r'"entries": [{"title": {"name": "x", "ids": {"mal\ud83d": "1"}}}]',
        ],
    )  # fmt: skip
    def test_half_a_character_costs_a_remark_wherever_it_stands(self, section):
        data = f'{{"format": "anirec", "version": 1, {section}}}'.encode()
        parsed = read_list(data, detect(data), extra=["reviews", "follows", "plans"])
        assert parsed.remarks == ["Halves of characters removed."]
        assert "\ud83d" not in f"{parsed.rows}{parsed.extra}"

    @pytest.mark.parametrize("text", ["\U0001f600", "\\ud83d", "\\\U0001f600"])
    def test_whole_ones_and_what_only_looks_like_half_of_one_are_read(self, text):
        data = json.dumps({"format": "anirec", "version": 1, "follows": [text]}).encode()
        assert detect(data) == ListFormat.OWN_JSON
        assert read_list(data, ListFormat.OWN_JSON, extra=["follows"]).extra == {"follows": [text]}

    @pytest.mark.parametrize(
        "start", [b"title,score\n", b'{"format": "anirec", "version": 1, "x": "', b"<myanimelist>"]
    )
    def test_a_bomb_is_stopped(self, start):
        bomb = gzip.compress(start + b"a,1\n" * (MAX_BYTES // 4 + 10), 1)
        assert len(bomb) < 1_000_000
        assert reason(bomb) == "The unpacked file is too large for an anime list. The limit is 50 MB."

    def test_a_table_of_endless_rows_is_refused(self):
        data = b"title,score\n" + b"a,1\n" * (MAX_ROWS + 1)
        with pytest.raises(PortabilityError, match="limit is 30000"):
            read(data, columns={"title": 0})

    def test_a_document_of_endless_values_is_refused_before_it_is_built(self):
        data = gzip.compress(b'{"MediaListCollection": {"lists": [' + b"1," * 4_000_000 + b"1]}}", 1)
        assert reason(data) == "The file has too many values for an anime list."

    def test_huge_numbers_are_no_numbers(self):
        row = read(anilist({**ANILIST_ENTRY, "progress": 0}).replace(b'"progress": 0', b'"progress": ' + b"9" * 400))[0]
        assert (row.progress, row.remark.startswith("Episodes watched “999")) == (0, True)

    @given(st.binary(max_size=200))
    def test_any_bytes_give_rows_or_a_reason(self, data):
        with suppress(PortabilityError):
            assert isinstance(read(data, columns={"title": 0}), list)

    @given(st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
                        | st.text(max_size=5)
                        | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=4))  # fmt: skip
    def test_any_value_in_any_field_gives_one_row(self, value):
        own = {"format": "anirec", "version": 1, "entries": [dict.fromkeys(["title", "score", "tags", "notes"], value)]}
        assert len(read(json.dumps(own).encode())) == 1
        assert len(read(anilist(dict.fromkeys([*ANILIST_ENTRY, "media"], value) | {"mediaId": 1}))) == 1
        entry = {**KITSU_ENTRY, "attributes": dict.fromkeys(KITSU_ENTRY["attributes"], value)}
        assert len(read(json.dumps({"data": [entry], "included": [KITSU_ANIME]}).encode())) == 1
