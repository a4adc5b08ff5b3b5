"""Files that are damaged, cut, packed or made to harm: what is whole is read."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.portability.formats.rows import ListRow, PortabilityError
from accounts.portability.values.texts import repaired
from tests.accounts.portability.importing import parsed


def xml(*notes: str) -> str:
    entries = "".join(
        f"<anime><series_animedb_id>{n}</series_animedb_id><series_title><![CDATA[Title {n}]]></series_title>"
        f"<my_status>Completed</my_status><my_score>8</my_score><my_comments>{note}</my_comments></anime>\n"
        for n, note in enumerate(notes, start=1)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<myanimelist>\n{entries}</myanimelist>'


DAMAGE = {
    "bare ampersand": ("Tom & Jerry", "Tom & Jerry"), "control character": ("a\x03b", "ab"),
    "reference to a control character": ("a&#x3;b", "ab"), "end of CDATA": ("<![CDATA[>]]>_<]]>", ">]]>_<"),
    "HTML entity": ("caf&eacute;", "café"), "HTML in CDATA": ("<![CDATA[one<br />two]]>", "one\ntwo"),
    "open tag": ("one <br> two", "one\ntwo"), "less than": ("3 < 5", "3 < 5"),
    "twice encoded": ("bient&Atilde;&acute;t", "bientôt"),
    "CDATA in two": ("<![CDATA[a ]]]]><![CDATA[> b]]>", "a ]]> b"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_within_an_entry_costs_no_row(name):
    written, read = DAMAGE[name]
    rows = parsed(xml("fine", written, "fine").encode()).rows
    assert [row.notes for row in rows] == ["fine", read, "fine"]
    assert [row.score for row in rows] == [8, 8, 8]


@pytest.mark.property
@given(st.integers(1, 30), st.floats(0, 1, exclude_max=True))
def test_a_cut_file_gives_its_whole_rows(n, share):
    whole = xml(*[f"note {number}" for number in range(n)])
    cut = whole[: int(len(whole) * share)]
    n_whole = cut.count("</anime>")
    if n_whole:
        assert [row.name for row in parsed(cut.encode()).rows] == [f"Title {number + 1}" for number in range(n_whole)]
    else:
        with pytest.raises(PortabilityError):
            parsed(cut.encode())


@pytest.mark.property
@given(st.integers(1, 20), st.floats(0.3, 1))
def test_cut_json_gives_its_whole_rows(n, share):
    entries = [{"title": f"Title {number}", "mal_id": number, "notes": "a } b"} for number in range(1, n + 1)]
    whole = json.dumps(entries)
    cut = whole[: int(len(whole) * share)]
    names = [f"Title {number}" for number in range(1, cut.count('b"}') + 1)]
    if names:
        assert [row.name for row in parsed(cut.encode()).rows] == names


@pytest.mark.property
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=2))
def test_a_bad_byte_anywhere_costs_one_row_at_most(at, bad):
    data = xml(*["<![CDATA[fine]]>"] * 12).encode()
    start = data.index(b"<anime>")
    at = start + at % (data.rindex(b"</anime>") - start)
    rows = parsed(data[:at] + bad + data[at + len(bad) :]).rows
    assert sum(isinstance(row, ListRow) and row.notes == "fine" and row.score == 8 for row in rows) >= 10


@pytest.mark.parametrize("head", ["", "\n", "\ufeff", "\ufeff\r\n", "  "])
@pytest.mark.parametrize("doctype", ["", "<!DOCTYPE myanimelist>", "<!-- a comment -->"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_what_comes_before_the_list_costs_nothing(head, doctype, encoding):
    if encoding == "cp1252":
        head = head.replace("\ufeff", "")
    text = head + xml("Schön").replace("<myanimelist>", f"{doctype}<myanimelist>")
    assert [row.notes for row in parsed(text.encode(encoding)).rows] == ["Schön"]


@pytest.mark.parametrize(
    "head",
    ['<!DOCTYPE x [<!ENTITY a "b">]>', '<!DOCTYPE x SYSTEM "file:///etc/passwd">', '<!DOCTYPE x PUBLIC "a" "b">'],
)
@pytest.mark.parametrize("notes", ["fine", "&a; & damaged \x03"])
def test_entities_and_external_dtds_stay_refused(head, notes):
    data = xml(notes).replace("<myanimelist>", f"{head}<myanimelist>").encode()
    with pytest.raises(PortabilityError, match="XML entities and DTDs"):
        parsed(data)


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return stream.getvalue()


HOSTILE = {
    "many lists": b"{" + b",".join(b'"k%d": [{}]' % n for n in range(200_000)) + b"}",
    "many columns": b"," * 2_000_000 + b"\nx",
    "entries without an end": b"<myanimelist>&" + b"<anime>" * 500_000,
    "fields without an end": b"<myanimelist>&" + (b"<anime>" + b"<ab>" * 20_000 + b"</anime>") * 60,
    "long lines in no encoding": b"title,score\n" + b"\xe9\xff, " * 1_500_000,
    "open brackets in text": b'[{"title": "' + b"[{" * 2_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_or_read_in_seconds(name):
    started = time.process_time()
    with suppress(PortabilityError):
        parsed(HOSTILE[name])
    assert time.process_time() - started < 15


def test_a_workbook_is_refused_with_advice():
    with pytest.raises(PortabilityError, match="Save the sheet as CSV"):
        parsed(zipped(**{"xl/workbook_xml": b"<x/>", "xl/styles_xml": b"<x/>"}))


def test_archives_are_opened_and_several_lists_are_named():
    data = xml("fine").encode()
    for packed in (gzip.compress(gzip.compress(data)), zipped(list_xml=data), zipped(list_xml=data, readme_md=b"x")):
        assert [row.notes for row in parsed(packed).rows] == ["fine"]
    with pytest.raises(PortabilityError, match=r"several files: a\.xml, b\.csv\. Upload the one to import"):
        parsed(zipped(a_xml=data, b_csv=b"title\nx"))


@pytest.mark.parametrize("encoding", ["cp1251", "cp1252", "shift_jis", "gb18030", "utf-16", "utf-8-sig"])
def test_tables_in_other_encodings(encoding):
    words = {
        "cp1251": "Ковбой Бибоп",
        "cp1252": "Überfall für später",
        "shift_jis": "進撃の巨人カウボーイ",
        "gb18030": "进击的巨人第一季",
    }
    name = words.get(encoding, "Ковбой Бибоп")
    rows = parsed(f"title,score\n{name},8\n{name} 2,9\n".encode(encoding)).rows
    assert [(row.name, row.score) for row in rows] == [(name, 8), (f"{name} 2", 9)]


@pytest.mark.property
@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=40))
def test_plain_text_is_left_as_it_is(text):
    if "&" not in text and "<" not in text and text.isascii():
        assert repaired(text) == (text.strip(), [])
