from __future__ import annotations

import gzip
import io
from collections import Counter
from pathlib import Path

import pytest
from defusedxml.ElementTree import parse
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from accounts.portability.formats.mal_xml import read_mal_xml
from accounts.portability.formats.rows import MAX_BYTES, ListRow, PortabilityError, Row
from anirec.lib.partial_dates import PartialDate

REAL_EXPORT = settings.BASE_DIR.parent / "shared" / "data" / "mal_export.xml.gz"
FIELDS = {
    "series_animedb_id": "5114",
    "series_title": "<![CDATA[Brothers & Stones]]>",
    "my_watched_episodes": "12",
    "my_start_date": "2019-04-00",
    "my_finish_date": "2019-06-30",
    "my_score": "9",
    "my_status": "Completed",
    "my_comments": "<![CDATA[ slow start ]]>",
    "my_times_watched": "1",
    "my_tags": "<![CDATA[ rewatch, with friends,]]>",
}


def anime(**fields: str) -> str:
    return "<anime>" + "".join(f"<{k}>{v}</{k}>" for k, v in {**FIELDS, **fields}.items()) + "</anime>"


def export(*entries: str, head: str = "", root: str = "myanimelist") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<{root}>{"".join(entries)}</{root}>'.encode()


def read(data: bytes) -> list[Row]:
    return list(read_mal_xml(io.BytesIO(data)))


def reason(data: bytes) -> str:
    with pytest.raises(PortabilityError) as error:
        read(data)
    return str(error.value)


def rows_or_reason(data: bytes) -> list[Row] | str:
    try:
        return read(data)
    except PortabilityError as error:
        return str(error)


def test_reads_every_field_of_an_entry():
    assert read(export("<myinfo><user_id>1</user_id></myinfo>", anime())) == [
        ListRow(
            row=1,
            name="Brothers & Stones",
            ids={"mal": "5114"},
            status="completed",
            score=9,
            progress=12,
            started_on=PartialDate(2019, 4),
            finished_on=PartialDate(2019, 6, 30),
            rewatches=1,
            notes="slow start",
            tags=("rewatch", "with friends"),
        )
    ]


def test_zeros_and_blanks_are_unknown():
    row = read(export(anime(my_score="0", my_start_date="0000-00-00", my_finish_date="", my_tags="")))[0]
    assert (row.score, row.started_on, row.finished_on, row.tags) == (None, None, None, ())


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Watching", "watching"),
        ("On-Hold", "on_hold"),
        ("6", "watching"),  # planned, but episodes were watched
        ("Currently Watching", "watching"),
        ("On Hold", "on_hold"),
        ("4", "dropped"),
    ],
)
def test_statuses_are_read_as_words_and_as_numbers(text, status):
    assert read(export(anime(my_status=text)))[0].status == status


def test_compressed_or_not_from_a_path_or_a_stream(tmp_path):
    plain, packed = tmp_path / "list.xml", tmp_path / "list.xml.gz"
    plain.write_bytes(export(anime()))
    packed.write_bytes(gzip.compress(export(anime())))
    assert list(read_mal_xml(plain)) == list(read_mal_xml(str(packed))) == read(gzip.compress(export(anime())))


def test_an_empty_list_has_no_rows():
    assert read(export()) == []


@pytest.mark.parametrize(
    ("fields", "remark"),
    [
        ({"my_score": "11"}, "Score “11” skipped: not between 0 and 10."),
        ({"my_score": "ten"}, "Score “ten” skipped: not a number."),
        ({"my_score": "8,5"}, "Score 8,5 rounded to 9."),
        ({"my_watched_episodes": "-1"}, "Episodes watched “-1” skipped: not a number of episodes."),
        ({"my_watched_episodes": "9" * 9}, "Episodes watched “999999999” skipped: more than 9,999."),
        ({"my_times_watched": "255"}, "Rewatches “255” skipped: not a number from 0 to 254."),
        ({"series_animedb_id": "9999999999"}, "MyAnimeList ID “9999999999” skipped: not an ID."),
        ({"my_status": "Loved"}, "Unknown status “Loved”: set from episodes and score."),
        ({"my_start_date": "2019-02-30"}, "Started “2019-02-30” skipped: 2019-02 has no day 30."),
        ({"my_finish_date": "someday"}, "Finished “someday” skipped: not a date."),
        ({"my_comments": "x" * 5001}, "Notes shortened to 5,000 characters."),
        ({"my_comments": "bient&amp;Atilde;&amp;acute;t"}, "Wrongly encoded characters repaired."),
        ({"my_status": ""}, ""),
    ],
)  # fmt: skip
def test_an_odd_value_costs_a_remark_and_no_row(fields, remark):
    rows = read(export(anime(), anime(**fields), anime()))
    assert [row.remark for row in rows] == ["", remark, ""]


def test_a_title_finished_before_it_was_started_keeps_all_but_its_dates():
    row = read(export(anime(my_start_date="2020-05-01", my_finish_date="2020-04-30")))[0]
    assert (row.started_on, row.finished_on, row.score) == (None, None, 9)
    assert row.remark == "Dates skipped: finish date (2020-04-30) before start date (2020-05-01)."


def test_an_entry_without_an_id_is_known_by_its_name():
    row = read(export(anime(series_animedb_id="0", series_type="TV Special")))[0]
    assert (row.ids, row.name, row.format) == ({}, "Brothers & Stones", "special")


class TestHostileFiles:
    def test_entities_are_refused_before_they_grow(self):
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        bomb = export(anime(my_comments="&l9;"), head=f'<!DOCTYPE m [<!ENTITY l0 "lol">{laughs}]>')
        assert reason(bomb).startswith("XML entities and DTDs aren’t allowed")

    def test_external_entities_are_refused(self, tmp_path):
        secret = tmp_path / "secret"
        secret.write_text("the secret")
        outside = export(anime(my_comments="&x;"), head=f'<!DOCTYPE m [<!ENTITY x SYSTEM "file://{secret}">]>')
        assert "the secret" not in reason(outside)

    def test_a_file_that_unpacks_to_too_much_is_refused(self):
        bomb = gzip.compress(export(anime(my_comments="x" * MAX_BYTES)), 1)
        assert len(bomb) < 1_000_000
        assert reason(bomb) == "The unpacked file is too large for an anime list. The limit is 50 MB."

    def test_an_endless_file_is_not_read_to_its_end(self):
        class Endless(io.RawIOBase):
            def __init__(self) -> None:
                self.start, self.n_read = export(anime())[:-14], 0

            def readable(self) -> bool:
                return True

            def seekable(self) -> bool:
                return True

            def seek(self, *_: int) -> int:
                return 0

            def readinto(self, buffer) -> int:
                data = self.start[: len(buffer)] or b" " * len(buffer)
                self.start = self.start[len(buffer) :] if self.n_read else self.start
                buffer[: len(data)] = data
                self.n_read += len(data)
                return len(data)

        stream = Endless()
        with pytest.raises(PortabilityError):
            list(read_mal_xml(stream))
        assert stream.n_read < MAX_BYTES + 1_000_000

    def test_deep_nesting_is_refused(self):
        deep = b"<myanimelist>" + b"<a>" * 100_000
        assert reason(deep) == "Too many elements inside <a> after entry 0."

    def test_an_entry_of_endless_fields_is_left_out(self):
        assert [row.row for row in read(export(anime(), "<anime>" + "<a/>" * 200))] == [1]
        assert reason(export("<anime>" + "<a/>" * 200)) == "Too many elements inside <a> after entry 0."


class TestOtherFiles:
    def test_another_document_is_refused(self):
        assert (
            reason(export(root="html"))
            == "We don’t recognise this XML (<html>). MyAnimeList exports start with <myanimelist>."
        )

    def test_a_manga_list_is_read_with_chapters_and_volumes(self):
        row = read(
            export("""<manga><manga_mangadb_id>2</manga_mangadb_id><manga_title>Berserk</manga_title>
            <manga_chapters>380</manga_chapters><my_read_chapters>10</my_read_chapters>
            <my_read_volumes>1</my_read_volumes><my_status>Reading</my_status><my_score>9</my_score>
            <my_times_read>1</my_times_read></manga>""")
        )[0]
        assert (row.kind, row.name, row.ids, row.parts) == ("manga", "Berserk", {"mal": "2"}, 380)
        assert (row.status, row.progress, row.volumes, row.score, row.rewatches) == ("watching", 10, 1, 9, 1)

    def test_a_truncated_file_names_the_line(self):
        assert reason(export(anime()).replace(b"<my_score>", b"\n<my_score>")[:-80]).startswith(
            "Invalid XML at line 2, column "
        )

    def test_text_names_the_line(self):
        assert (
            reason(b"anime,score\n1,10\n")
            == "Invalid XML at line 1, column 1 (syntax error). Export the file again and retry."
        )

    def test_an_empty_file_says_so(self):
        assert reason(b"") == "Invalid XML at line 1, column 1 (no element found). Export the file again and retry."

    def test_a_truncated_archive_says_so(self):
        packed = gzip.compress(export(anime()))
        assert reason(packed[:10]).startswith("The compressed file is incomplete or damaged")

    def test_a_truncated_archive_gives_its_whole_rows(self):
        entries = [anime(my_comments=str(hash((n, "x")))) for n in range(500)]
        packed = gzip.compress(export(*entries))
        rows = read(packed[: len(packed) // 2])
        assert 100 < len(rows) < 400
        assert {row.score for row in rows} == {9}

    def test_a_damaged_archive_says_so(self):
        packed = bytearray(gzip.compress(export(*[anime()] * 50)))
        packed[12:40] = b"\xff" * 28
        assert reason(bytes(packed)).startswith("The compressed file is incomplete or damaged")

    @pytest.mark.parametrize("declared", ["klingon", "UTF-8", "windows-1252", "UTF-16"])
    @pytest.mark.parametrize("real", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
    def test_text_is_read_whatever_encoding_is_declared(self, declared, real):
        text = export(anime(my_comments="Schön, très bien")).decode().replace("UTF-8", declared)
        assert read(text.encode(real))[0].notes == "Schön, très bien"


@given(st.binary(max_size=300))
def test_any_bytes_give_rows_or_a_reason(data):
    assert isinstance(rows_or_reason(data), list | str)


@given(
    st.sampled_from(sorted(FIELDS)),
    st.text(st.characters(exclude_characters="<&", exclude_categories=["Cs", "Cc"]), max_size=40),
)
def test_any_field_value_gives_one_row_valid_or_not(field, text):
    assert [row.row for row in read(export(anime(**{field: text})))] == [1]


@given(
    st.integers(0, 10),
    st.integers(0, 9_999),
    st.dates().map(lambda day: PartialDate(day.year, day.month, day.day)),
)
def test_valid_values_come_back_as_they_are(score, progress, day):
    row = read(export(anime(my_score=str(score), my_watched_episodes=str(progress), my_start_date=str(day),
                            my_finish_date="")))[0]  # fmt: skip
    assert (row.score, row.progress, row.started_on) == (score or None, progress, day)


@pytest.mark.skipif(not REAL_EXPORT.exists(), reason="../shared/data is not here")
def test_the_real_export_is_read_whole():
    with gzip.open(REAL_EXPORT) as stream:
        info = parse(stream).find("myinfo")
    counts = Counter(row.status for row in read_mal_xml(Path(REAL_EXPORT)))
    assert counts.total() == int(info.findtext("user_total_anime")) == 1077
    names = {"watching": "watching", "completed": "completed", "onhold": "on_hold", "dropped": "dropped",
             "plantowatch": "planned"}  # fmt: skip
    assert {status: counts[status] for status in names.values()} == {
        status: int(info.findtext(f"user_total_{name}")) for name, status in names.items()
    }
