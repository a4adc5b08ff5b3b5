"""Files of the shapes that list sites and spreadsheets really produce, each read to its right value."""

from __future__ import annotations

import io
import json

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.management.commands.import_list import import_file
from catalog.models import ExternalId

FOLDER = settings.BASE_DIR.parent / "shared" / "data" / "field-inputs"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FOLDER.exists(), reason="../shared/data/field-inputs is not here"),
]
# MyAnimeList ID → name, episodes, format, year
TITLES = {
    1: ("Cowboy Bebop", 26, "tv", 1998), 5: ("Cowboy Bebop: Tengoku no Tobira", 1, "movie", 2001),
    6: ("Trigun", 26, "tv", 1998), 7: ("Witch Hunter Robin", 26, "tv", 2002), 8: ("Bouken Ou Beet", 52, "tv", 2004),
    15: ("Eyeshield 21", 145, "tv", 2005), 16: ("Hachimitsu to Clover", 24, "tv", 2005),
    17: ("Hungry Heart: Wild Striker", 52, "tv", 2002), 18: ("Initial D Fourth Stage", 24, "tv", 2004),
    19: ("Monster", 74, "tv", 2004), 20: ("Naruto", 220, "tv", 2002), 21: ("One Piece", None, "tv", 1999),
    22: ("Tennis no Ouji-sama", 178, "tv", 2001), 30: ("Neon Genesis Evangelion", 26, "tv", 1995),
    45: ("Rurouni Kenshin", 94, "tv", 1996), 47: ("Akira", 1, "movie", 1988), 101: ("Air", 12, "tv", 2005),
    227: ("FLCL", 6, "ova", 2000), 269: ("Bleach", 366, "tv", 2004), 437: ("Perfect Blue", 1, "movie", 1998),
    1604: ("Katekyo Hitman Reborn!", 203, "tv", 2006), 1689: ("5 Centimeters per Second", 3, "movie", 2007),
    1943: ("Paprika", 1, "movie", 2006), 2167: ("Clannad", 23, "tv", 2007), 2476: ("School Days", 12, "tv", 2007),
    5680: ("K-On!", 13, "tv", 2009), 8516: ("Ben-To", 12, "tv", 2011), 9253: ("シュタインズ・ゲート", 24, "tv", 2011),
    16498: ("進撃の巨人", 25, "tv", 2013), 199: ("Spirited Away", 1, "movie", 2001),
    28851: ("A Silent Voice", 1, "movie", 2016), 28891: ("Haikyuu!! Second Season", 25, "tv", 2015),
    31240: ("Re:Zero", 25, "tv", 2016), 32281: ("Your Name.", 1, "movie", 2016), 9254: ("Steins;Gate", 24, "tv", 2011),
    2: ("カウボーイビバップ", 26, "tv", 1998),
}  # fmt: skip
PLAIN = {1: "completed 8"}
KITSU = {1: "completed 9 5", 6: "on_hold 7 5", 19: "watching - 5", 20: "watching 8 5"}
# File → the entries that a person who keeps that list expects: status, score and, where it matters, episodes.
ENTRIES = {
    "a_POINT_100.json": {1: "completed 9", 6: "completed 10", 19: "completed 1", 20: "completed 5"},
    "a_POINT_10_DECIMAL.json": {1: "completed 9", 6: "completed 10", 19: "completed 1", 20: "completed 5"},
    "a_POINT_10.json": {1: "completed 8", 6: "completed 10", 19: "completed 1", 20: "completed 5"},
    "a_POINT_5.json": {1: "completed 10", 6: "completed 8", 19: "completed 2", 20: "completed 6"},
    "a_POINT_3.json": {1: "completed 9", 6: "completed 7", 19: "completed 4", 20: "completed 9"},
    "a_noformat_stars.json": {1: "completed 10", 6: "completed 8", 19: "completed 2", 20: "completed 6"},
    "a_custom_private.json": {1: "completed 8", 6: "completed 9", 19: "rewatching 7"},
    "a_null_status.json": {1: "planned - 0", 6: "completed 8"},
    "a_partialdates.json": {1: "completed 8", 6: "completed 8", 19: "completed 8", 20: "completed 8"},
    "c01_yamtrack.csv": {227: "watching - 2", 1: "completed 9 26", 6: "planned - 0", 19: "on_hold - 4"},
    "c02_excel_de.csv": {1: "completed 10 26", 6: "watching 8 5", 19: "planned -", 20: "dropped 3 20"},
    "c03_excel_sep.csv": {1: "completed 9", 6: "watching 8"},
    "c04_excel_de_cp1252.csv": {1: "completed 9", 6: "watching 8"},
    "c05_notion.csv": {1: "completed 10", 6: "watching 8", 19: "planned -"},
    "c06_us_dates.csv": {1: "completed 9", 6: "completed 8", 19: "completed 10", 20: "completed 7"},
    "c07_letterboxd.csv": {199: "completed 10", 437: "completed 9", 47: "completed 6", 1943: "completed 7",
                           32281: "completed 1", 28851: "completed 8"},
    "c08_ap.csv": {8516: "completed 8", 101: "watching 7", 2167: "on_hold 10", 2476: "hidden", 1689: "completed -"},
    "c09_titles_only.txt": {1: "planned -", 6: "planned -", 19: "planned -", 20: "planned -"},
    "c10_titles_header.csv": {1: "planned -", 6: "planned -", 9254: "planned -"},
    "c11_slash_scores.csv": {1: "completed 9 26", 6: "watching 8 5", 19: "on_hold 9 12", 20: "completed 8 220",
                             269: "dropped 8 100"},
    "c13_malurl.csv": {1: "completed 9", 6: "completed 8"},
    "c15_tabs.tsv": {1: "completed 9", 5680: "completed 8"},
    "c17_ja_sjis.csv": {2: "completed 9", 16498: "watching 8", 9253: "completed 10"},
    "c19_rating5_few.csv": {1: "completed 10", 6: "completed 9", 19: "completed 10", 20: "completed 5",
                            269: "completed 3", 47: "completed 7", 1943: "completed 8", 437: "completed 10"},
    "c20_quoted_newline.csv": {1: "completed 9", 6: "watching 8"},
    "c21_trakt.csv": {1: "completed 10"},
    "j01_animeplanet.json": {8516: "completed 8 12", 28891: "planned 7 0", 1689: "completed - 1",
                             2167: "on_hold 10 23", 101: "hidden"},
    "j02_shikimori.json": {1: "completed 9 26", 6: "rewatching - 5"},
    "j03_anilist_gdpr.json": {1: "completed 9 26"},
    "j05_malapi.json": {1: "completed 9 26"},
    "k_kitsu_export.xml": KITSU,
    "k_library.json": {1: "rewatching 9 3", 2: "watching - 3", 6: "dropped 1 3"},
    "s_shikimori.xml": {21: "rewatching 7 30", 1: "watching - 3"},
    "up1.json": {31240: "watching 8 3"}, "up2.json": {31240: "watching 8 9"}, "up3.json": {31240: "rewatching - 2"},
    "x01_dates.xml": dict.fromkeys((1, 5, 6, 7, 8, 15, 16, 17), "completed 8"),
    "x02_rewatch.xml": {1: "completed 8", 6: "completed 8", 7: "completed 8", 8: "rewatching 8 3"},
    "x03_status.xml": {1: "watching 8", 6: "rewatching 8", 7: "on_hold 8", 8: "watching 8", 15: "watching 8",
                       16: "watching 8", 17: "watching 8", 18: "on_hold 8", 19: "watching 8", 20: "watching 8",
                       21: "hidden", 22: "watching 8"},
    "x04_score.xml": {1: "completed 8", 6: "completed 9", 7: "completed -", 8: "completed -", 15: "completed -",
                      16: "completed 10", 17: "completed -"},
    "x05_eps.xml": {1: "completed 8 1000", 6: "completed 8 26", 19: "completed 8 74", 20: "completed 8 220",
                    21: "completed 8 3", 30: "completed 8 26", 16: "watching 8 24"},
    **{f"x{name}.xml": PLAIN for name in ("06_leading_newline", "07_bom", "08_bom_newline", "10_cp1252_declared",
                                          "11_no_decl_cp1252", "12_utf16", "21_mixed", "24_doctype",
                                          "25_comment_head", "28_upper")},
    **{f"x{name}.xml": {1: "completed 8", 6: "completed 8"}
       for name in ("14_control_char", "15_charref_control", "17_cdata_end", "18_cdata_split", "27_longnotes",
                    "29_tags", "32_last_updated")},
    "x22_duplicates.xml": {1: "completed 9 26", 6: "completed 8"},
    "x23_truncated.xml": {1: "completed 8"},
    "x30_br_entities.xml": {1604: "completed 8 203"}, "x31_mojibake.xml": {1604: "completed 8 203"},
    "x33_air13.xml": {101: "completed 8 13", 45: "completed 9 95"},
    "z1_gz_named_xml.xml": KITSU, "z2_double.xml.gz": KITSU, "z3_animelist.zip": KITSU,
}  # fmt: skip
# (File, MyAnimeList ID) → further values.
DETAILS = {
    ("x01_dates.xml", 1): {"finished_on": "2015"}, ("x01_dates.xml", 15): {"finished_on": "2015-01-21"},
    ("x01_dates.xml", 6): {"started_on": "2014-12", "finished_on": "2015-01"},
    ("x01_dates.xml", 8): {"started_on": None, "remark": "Started “2015-02-30” skipped: 2015-02 has no day 30."},
    ("x02_rewatch.xml", 1): {"rewatches": 0, "remark": "Rewatches “255” skipped: not a number from 0 to 254."},
    ("x02_rewatch.xml", 8): {"rewatches": 2}, ("x10_cp1252_declared.xml", 1): {"notes": "Schön, très bien – 10/10"},
    ("x11_no_decl_cp1252.xml", 1): {"notes": "Schön"},
    ("x14_control_char.xml", 1): {"notes": "great show", "remark": "Control characters removed."},
    ("x15_charref_control.xml", 1): {"notes": "great show"}, ("x17_cdata_end.xml", 1): {"notes": "my face: >]]>_<"},
    ("x18_cdata_split.xml", 1): {"notes": "a ]]> b"}, ("x22_duplicates.xml", 1): {"finished_on": "2010-01-01"},
    ("x30_br_entities.xml", 1604): {"notes": "Très drôle ^^\nLa fin, \"enfin\" !"},
    ("x31_mojibake.xml", 1604): {"notes": "bientôt la suite", "remark": "Wrongly encoded characters repaired."},
    ("x32_last_updated.xml", 1): {"updated_at": "2010-06-02T07:29:41+00:00"},
    ("c02_excel_de.csv", 1): {"finished_on": "2019-05-03", "notes": "schön; sehr gut"},
    ("c04_excel_de_cp1252.csv", 1): {"notes": "für später – schön"},
    ("c05_notion.csv", 6): {"finished_on": "2020-03-20"}, ("c05_notion.csv", 1): {"tags": ["space", "jazz"]},
    ("c06_us_dates.csv", 1): {"started_on": "2019-01-05", "finished_on": "2019-12-25"},
    ("c20_quoted_newline.csv", 6): {"notes": '=HYPERLINK("http://x")'},
    ("a_custom_private.json", 1): {"visibility": "private"}, ("a_partialdates.json", 1): {"finished_on": "2015"},
    ("j01_animeplanet.json", 1689): {"finished_on": "2017-03-11", "rewatches": 1},
    ("j03_anilist_gdpr.json", 1): {"started_on": "2015-01-01", "finished_on": "2015-02"},
}  # fmt: skip
SCALES = {"a_noformat_stars.json": (5, False), "c19_rating5_few.csv": (5, False), "c07_letterboxd.csv": (5, False),
          "a_POINT_3.json": (3, True), "j01_animeplanet.json": (5, True), "x04_score.xml": (10, True)}  # fmt: skip


@pytest.fixture
def catalogue(make_known):
    for mal, (name, episodes, format, year) in TITLES.items():
        title = make_known(name, mal, episodes=episodes, format=format, season_year=year)
        for provider in ("anilist", "kitsu"):
            ExternalId.objects.create(title=title, provider=provider, medium="anime", value=str(mal))


def _summary(entry: dict, mal: int, expected: str) -> str:
    if entry["is_hidden"]:
        return "hidden"
    values = [entry["status"], entry["score"] or "-", entry["progress"]]
    return " ".join(map(str, values[: len(expected.split())]))


@pytest.mark.usefixtures("catalogue")
def test_each_file_has_its_right_values(member):
    mal_of = dict(ExternalId.objects.filter(provider="mal").values_list("title_id", "value"))
    found, details = {}, {}
    for file, expected in ENTRIES.items():
        report = import_file(member, FOLDER / file, None, is_dry=True)
        entries = {int(mal_of[entry["title_id"]]): entry for entry in report.get("entries", [])}
        found[file] = {mal: _summary(entry, mal, expected.get(mal, "")) for mal, entry in entries.items()}
        for (of, mal), values in DETAILS.items():
            if of == file:
                details[of, mal] = {name: entries[mal].get(name) for name in values}
        if file in SCALES:
            assert (report["scale"]["out_of"], report["scale"]["is_sure"]) == SCALES[file]
    assert found == ENTRIES
    assert details == DETAILS
    assert member.entries.count() == member.imports.count() == 0


@pytest.mark.usefixtures("catalogue")
def test_the_same_title_brought_in_three_states_is_one_entry(member):
    for file in ("up1.json", "up2.json", "up3.json"):
        import_file(member, FOLDER / file, None, is_dry=False)
    assert list(member.entries.values_list("status", "score", "progress", "rewatches")) == [("rewatching", 8, 2, 1)]


@pytest.mark.usefixtures("catalogue")
def test_the_command_prints_json_and_names_files_that_are_no_list(member, tmp_path):
    out, empty = io.StringIO(), tmp_path / "empty.xml"
    empty.touch()
    with pytest.raises(CommandError, match=r"empty\.xml"):
        call_command("import_list", member.username, str(FOLDER / "x33_air13.xml"), str(empty), "--json", stdout=out)
    air, none = map(json.loads, out.getvalue().splitlines())
    assert [entry["progress"] for entry in air["entries"]] == [13, 95]
    assert none["error"] == "The file is empty. Choose another one."
    assert member.entries.count() == 2


# File → what is kept beside the list: kind, title, status, chapters or episodes.
OWN_ENTRIES = {
    "x20_manga.xml": [("manga", "Berserk", "watching", 10)],
    "x21_mixed.xml": [("manga", "Berserk", "watching", 0)],
    "j03_anilist_gdpr.json": [("manga", "AniList title 30002", "watching", 1)],
}


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("file", OWN_ENTRIES)
def test_manga_and_titles_that_the_catalogue_lacks_are_own_entries(member, file):
    report = import_file(member, FOLDER / file, None, is_dry=False)
    kept = [tuple(row[name] for name in ("kind", "name", "status", "progress")) for row in report["own_entries"]]
    assert kept == OWN_ENTRIES[file]
    assert list(member.own_entries.values_list("kind", "name", "status", "progress")) == kept


@pytest.mark.usefixtures("catalogue")
def test_every_row_of_every_file_is_accounted_for(member):
    for path in sorted(FOLDER.iterdir()):
        if path.name != "README.md":
            report = import_file(member, path, None, is_dry=True)
            told = sum(len(report[name]) for name in ("entries", "own_entries", "not_found", "not_imported"))
            assert told == sum(report["counts"].values()) > 0, path.name


@pytest.mark.usefixtures("catalogue")
def test_custom_lists_are_tags_and_private_stays_private(member):
    report = import_file(member, FOLDER / "a_custom_private.json", None, is_dry=True)
    assert [(entry["visibility"], entry["tags"]) for entry in report["entries"][:2]] == [
        ("private", []), ("public", ["My faves"]),
    ]  # fmt: skip


@pytest.mark.usefixtures("catalogue")
def test_the_command_prints_what_would_be_written(member):
    out = io.StringIO()
    call_command("import_list", member.username, str(FOLDER / "c19_rating5_few.csv"), "--dry-run", stdout=out)
    lines = [line.strip() for line in out.getvalue().splitlines()]
    assert "csv, scores out of 5 (a guess) 5 → 10, 3.5 → 7, 1.5 → 3" in lines
    assert any(line.endswith("Trigun: status completed, score 9, progress 26  [created]") for line in lines)
    assert member.imports.count() == 0


@pytest.mark.usefixtures("catalogue")
def test_the_command_takes_another_scale(member):
    report = import_file(member, FOLDER / "a_noformat_stars.json", 10, is_dry=True)
    assert [entry["score"] for entry in report["entries"]] == [5, 4, 1, 3]
    assert report["scale"]["is_sure"] is True


def test_every_file_of_the_folder_is_tried():
    names = {path.name for path in FOLDER.iterdir()} - {"README.md", "x20_manga.xml"}
    assert names == ENTRIES.keys()
