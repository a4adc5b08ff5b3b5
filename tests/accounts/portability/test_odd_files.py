"""Each kind of oddity that list files have: odd values, words, scales, layouts, names, duplicates."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import EntryStatus
from accounts.portability.exports import export_list
from accounts.portability.formats.rows import ListRow
from accounts.portability.imports import reading
from accounts.portability.imports.duplicates import merged_values
from accounts.portability.values.dates import month_first, parse_date
from accounts.portability.values.numbers import parse_progress
from accounts.portability.values.scores import detect_scale, parse_score
from accounts.portability.values.vocabulary import STATUSES, guess_columns, key
from catalog.search.keys import name_keys
from tests.accounts.portability.importing import opened, outcomes, parsed, run

once = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def table(*lines: str) -> list[ListRow]:
    return parsed("\n".join(lines).encode()).rows


# --- Odd values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        ("7.5", 8), ("8,5", 9), ("9/10", 9), ("8 / 10", 8), ("4/5", 8), ("85%", 9), ("85 %", 9), ("★★★★", 8),
        ("⭐⭐⭐⭐⭐", 10), ("★★★½", 7), ("★★★☆☆", 6), ("★★★★★★★★☆☆", 8), ("4 stars", 8), ("☺", 9),
        (":(", 4), ("10.0", 10),
        ("7 points", 7), ("8 von 10", 8), ("", None), ("-", None), ("--", None), ("N/A", None), ("n/a", None),
        ("None", None), ("0", None), ("?", None), ("not rated", None), ("9.4", 9), ("0.3", 1),
    ],
)  # fmt: skip
def test_scores_in_every_spelling(cell, score):
    assert parse_score(cell, 10)[0] == score


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2015", "2015"), ("2015-00-00", "2015"), ("2014-12-00", "2014-12"), ("2014-12", "2014-12"),
        ("0000-00-00", None),
        ("--", None), ("-", None), ("2015-01-21 00:00:00", "2015-01-21"), ("2017-03-11 10:12:16-08", "2017-03-11"),
        ("2019-02-06T10:00:00Z", "2019-02-06"), ("2023-08-01T00:00:00.000Z", "2023-08-01"),
        ("03.05.2019", "2019-05-03"),
        ("1.2.2003", "2003-02-01"), ("2019/01/05", "2019-01-05"), ("2019.1.5", "2019-01-05"), ("20150200", "2015-02"),
        ("Jan 5, 2019", "2019-01-05"), ("January 5, 2019 10:30 AM", "2019-01-05"), ("5 Jan 2019", "2019-01-05"),
        ("3. Mai 2019", "2019-05-03"), ("5. März 2019", "2019-03-05"), ("12 février 2020", "2020-02-12"),
        ("2019年5月3日", "2019-05-03"), ("2019년 5월 3일", "2019-05-03"), ("May 2019", "2019-05"),
        ("1557705600", "2019-05-13"),
        ("March 14, 2020 → March 20, 2020", "2020-03-20"), ("5/3/19", "2019-03-05"),
    ],
)  # fmt: skip
def test_dates_in_every_spelling(cell, day):
    assert str(parse_date(cell, is_end=True) or "") == (day or "")


@pytest.mark.parametrize(
    ("cell", "episodes"),
    [
        ("5", 5), ("5/26", 5), ("5 / 26", 5), ("5 of 26", 5), ("5 von 26", 5), ("74/74", 74), ("5/?", 5), ("?", 0),
        ("-", 0),
        ("", 0), ("12 eps", 12), ("12 episodes", 12), ("Ep 5", 5), ("E5", 5), ("S1E12", 12), ("Folge 7", 7), ("3.0", 3),
        ("12話", 12), ("N/A", 0), ("9999", 9999), ("007", 7),
    ],
)  # fmt: skip
def test_episodes_in_every_spelling(cell, episodes):
    assert parse_progress(cell).n == episodes


optional_cells = {
    "score": st.text(max_size=8), "episodes": st.text(max_size=8), "start date": st.text(max_size=12),
    "finish date": st.text(max_size=12), "rewatches": st.text(max_size=6), "notes": st.text(max_size=20),
    "tags": st.text(max_size=20), "status": st.text(max_size=12), "last updated": st.text(max_size=20),
}  # fmt: skip


@pytest.mark.property
@given(st.fixed_dictionaries({}, optional=optional_cells))
def test_no_value_of_an_optional_field_costs_its_row(cells):
    data = json.dumps([{"title": "Monster", "mal_id": 19, **cells}, {"title": "Mushishi", "mal_id": 457}]).encode()
    first, second = parsed(data).rows
    assert isinstance(first, ListRow)
    assert (first.name, first.ids, second.name, second.remark) == ("Monster", {"mal": "19"}, "Mushishi", "")


@pytest.mark.property
@given(st.lists(st.dates(date(1990, 1, 1), date(2030, 1, 1)), min_size=1, max_size=20), st.booleans())
def test_the_order_of_day_and_month_is_that_of_the_whole_column(days, is_month_first):
    pattern = "%m/%d/%Y" if is_month_first else "%d/%m/%Y"
    cells = [day.strftime(pattern) for day in days]
    read = [str(parse_date(cell, bool(month_first(cells)))) for cell in cells]
    if any(day.day > 12 for day in days):
        assert read == [str(day) for day in days]
    else:
        assert month_first(cells) is True


@pytest.mark.parametrize("value", ["255", "-1", "1000", "many"])
def test_impossible_rewatches_cost_a_remark(value):
    row = table("title,rewatches,score", f"Monster,{value},8")[0]
    assert (row.rewatches, row.score, row.remark.startswith(f"Rewatches “{value}” skipped")) == (0, 8, True)


# --- Words and layouts -----------------------------------------------------------------------------------------------

WORDS = {
    "watching": "Watching|CURRENT|Currently Watching|In progress|Am Schauen|schaue ich|見ている"
    "|смотрю|viendo|en cours|在看",
    "completed": "Completed|Finished|seen|Abgeschlossen|gesehen|Просмотрено|見た|terminé|visto|看过|ukończone",
    "on_hold": "On Hold|On-Hold|on_hold|paused|STALLED|pausiert|отложено|保留|en pause",
    "dropped": "Dropped|abandoned|Abgebrochen|брошено|abandonné|中止",
    "planned": "Plan to Watch|PTW|plantowatch|Planning|Want to watch|To Watch|geplant|запланировано|見たい|à voir|想看",
    "rewatching": "Rewatching|REPEATING|re-watching|пересматриваю|再視聴中",
    "hidden": "won't watch|Wont Watch|WON’T WATCH|not interested",
}


@pytest.mark.parametrize(
    ("status", "word"), [(status, word) for status, some in WORDS.items() for word in some.split("|")]
)
def test_statuses_in_the_words_of_trackers(status, word):
    assert STATUSES[key(word)] == status


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("Titel;Jahr;Status;Bewertung;Folgen;Beendet am;Notizen", "title year status score progress finished_on notes"),
        ("Name,Status,Rating,Date Finished,Tags", "title status score finished_on tags"),
        ("title,status,score,started_at,repeat", "title status score started_on rewatches"),
        ("Const,Your Rating,Date Rated,Title,URL,Title Type,IMDb Rating,Year",
            "title year format link score updated_at"),
        ("SIMKL_ID,Title,Type,Year,Watchlist,LastEpWatched,WatchedDate,Rating,Memo,TVDB",
         "title year format status score progress finished_on notes"),
        ("название,статус,оценка,эпизоды", "title status score progress"),
        ("タイトル,評価,ステータス", "title score status"),
        ("titre,note personnelle,statut,épisodes vus", "title score status progress"),
        ("Date,Name,Year,Letterboxd URI,Rating", "title year score"),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_names(header, fields):
    delimiter = ";" if ";" in header else ","
    assert set(guess_columns(header.split(delimiter))) == set(fields.split())


@pytest.mark.parametrize("above", ["", "sep=;\n", "My anime list 2024;;\n\n", "Exported on 2024-01-02\n"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_tables_with_lines_above_the_header(above, delimiter):
    head = above.replace("sep=;", f"sep={delimiter}")
    text = head + delimiter.join(["Title", "Status", "Score"]) + "\n" + delimiter.join(["Monster", "seen", "9"]) + "\n"
    assert [(row.name, row.status, row.score) for row in parsed(text.encode()).rows] == [("Monster", "completed", 9)]


ENTRY = ("Monster", "completed", 8)
GDPR_ENTRY = {"series_id": 1, "series_type": 0, "score": 80, "status": 2}
LAYOUTS = {
    "AniList list": [{"mediaId": 1, "status": "COMPLETED", "score": 8, "media": {"idMal": 19,
        "title": {"romaji": "Monster"}}}],
    "AniList's GDPR file": {"lists": [GDPR_ENTRY]},
    "a list of the GDPR file's": [GDPR_ENTRY],
    "data.anime of the GDPR file's": {"data": {"anime": [GDPR_ENTRY]}},
    "data.anime": {"data": {"anime": [{"title": "Monster", "status": "completed", "score": 8, "mal_id": 19}]}},
    "MyAnimeList's API": {"data": [{"node": {"id": 19, "title": "Monster", "status": "finished_airing", "mean": 8.8},
                                    "list_status": {"status": "completed", "score": 8}}]},
    "Simkl": {"anime": [{"status": "completed", "user_rating": 8, "watched_episodes_count": 74,
                         "show": {"title": "Monster", "year": 2004, "ids": {"simkl": 5, "mal": "19"}}}]},
    "Shikimori": [{"target_title": "Monster", "target_id": 19, "target_type": "Anime", "score": 8,
        "status": "completed"}],
    "names in an object": [{"title": {"english": None, "romaji": "Monster"}, "idMal": 19, "status": "seen",
        "rating": "8"}],
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_lists_in_other_json(name):
    row = parsed(json.dumps(LAYOUTS[name]).encode()).rows[0]
    if "GDPR" in name:
        assert (row.ids, row.status, row.score) == ({"anilist": "1"}, "completed", 8)
    else:
        assert ((row.name, row.status, row.score), row.ids["mal"]) == (ENTRY, "19")


# --- Scales ----------------------------------------------------------------------------------------------------------


@pytest.mark.property
@given(st.sampled_from([5, 10, 20, 100]), st.lists(st.integers(1, 200), min_size=12, max_size=60))
def test_a_scale_is_found_from_the_whole_column(out_of, numbers):
    step = 2 if out_of == 5 else 1
    cells = [str(number % (out_of * step) / step + 1 / step) for number in numbers]
    cells += [str(float(out_of))] * len(cells)  # someone gives the highest score
    assert detect_scale(cells).out_of == out_of


def test_a_single_mistake_does_not_change_the_scale():
    assert detect_scale(["8", "7", "9", "85", *["6"] * 10]).out_of == 10


@pytest.mark.parametrize("cells", [["5", "4", "1", "3"], ["4.5", "5", "0.5"], ["2", "1"]])
def test_a_scale_that_may_be_another_is_asked_for(cells):
    assert detect_scale(cells).is_sure is False


@pytest.mark.usefixtures("tasks_run_at_once")
def test_the_preview_shows_the_scale_with_examples_and_changes_it(own, member, make_known):
    make_known("Monster", 19)
    make_known("Mushishi", 457)
    data = json.dumps([{"mal_id": 19, "rating": 4}, {"mal_id": 457, "rating": 5}, {"mal_id": 1, "rating": 1}]).encode()
    found = reading.open_file(member, "list.json", data)
    page = found.get_absolute_url()
    content = own.get(page).content.decode()
    assert ("4 → 8" in content, "5 → 10" in content, "Please check the scale" in content) == (True, True, True)
    assert own.post(f"{page}scale/", {"scale": "10"}).url == page
    assert "5 → 5" in own.get(page).content.decode()
    assert [row.values["score"] for row in found.rows.order_by("number")] == [4, 5, 1]
    assert own.post(f"{page}scale/", {"scale": "7"}).status_code == 400


def test_the_api_takes_the_scale_and_the_columns(api, member, make_known):
    make_known("Monster", 19)
    file = io.BytesIO(b"a,b\n19,4\n")
    file.name = "list.csv"
    fields = {"file": file, "scale": 5, "columns": '{"mal": 0, "score": 1}'}
    answer = api.post("/api/v1/my/imports/", fields, format="multipart").json()
    assert (answer["scale"], answer["columns"], answer["examples"]) == (5, {"mal": 0, "score": 1}, [["4", 8]])
    file.seek(0)
    refused = api.post("/api/v1/my/imports/", {"file": file, "columns": '{"mark": 0}'}, format="multipart")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["columns"])


# --- Names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("Mushishi 2nd Season", "Mushishi II"), ("Mushishi Season 2", "Mushishi 2nd Season"),
        ("Mushishi S2", "Mushishi 2"),
        ("Mushishi II", "Mushishi Season 2"), ("Mushishi Second Season", "Mushishi 2nd Season"),
        ("Mushishi 3", "Mushishi III"), ("Mushishi 3rd Season", "Mushishi Third Season"), ("Clannad (TV)", "Clannad"),
        ("Clannad (2007)", "Clannad"), ("Lucky Star", "Lucky☆Star"), ("Gintama°", "Gintama"), ("K-On!!", "K-ON"),
        ("STEINS;GATE", "Steins Gate"), ("Re:ZERO", "Re Zero"), ("A Silent Voice: The Movie", "A Silent Voice"),
        ("Mushishi IV", "Mushishi Season 4"), ("Mushishi s5", "Mushishi V"), ("Mushishi 4th season", "Mushishi 4"),
        ("Love Live! School Idol Project", "Love Live School Idol Project"), ("Yuru Yuri ♪♪", "Yuru Yuri"),
    ],
)  # fmt: skip
def test_names_match_whatever_their_punctuation_and_ordinals(written, known):
    assert name_keys(known)[0] in name_keys(written)


@pytest.mark.django_db
class TestMatching:
    def test_the_exact_main_name_comes_first(self, member, make_known):
        make_known("Yuru Yuri")
        second = make_known("Yuru Yuri♪♪")
        assert opened(member, {"name": "Yuru Yuri♪♪"}).rows.get().title == second

    @pytest.mark.parametrize(("year", "is_first"), [("1999", True), ("2000", True), ("2011", False)])
    def test_the_year_decides_between_titles_of_one_name(self, member, make_known, year, is_first):
        first, second = (make_known("Hunter x Hunter", season_year=year) for year in (1999, 2011))
        found = reading.open_file(member, "x.json", json.dumps([{"title": "Hunter x Hunter", "year": year}]).encode())
        assert found.rows.get().title == (first if is_first else second)

    def test_another_year_is_a_remark_and_no_veto(self, member, make_known):
        title = make_known("Perfect Blue", season_year=1998, format="movie")
        data = json.dumps([{"title": "Perfect Blue", "year": 2001, "type": "TV"}]).encode()
        row = reading.open_file(member, "x.json", data).rows.get()
        assert (row.title, row.remark) == (title, "The year differs: 2001 in the file, 1998 here.")


# --- Nothing is lost -------------------------------------------------------------------------------------------------

day = st.dates(date(2000, 1, 1), date(2030, 1, 1)).map(str)
row_values = st.fixed_dictionaries(
    {"status": st.sampled_from(EntryStatus.values)},
    optional={
        "score": st.integers(1, 10), "progress": st.integers(1, 99), "finished_on": day, "started_on": day,
        "notes": st.text("ab", min_size=1, max_size=5), "tags": st.lists(st.text("abc", min_size=1), max_size=3),
    },
)  # fmt: skip


@pytest.mark.property
@given(st.lists(row_values, min_size=2, max_size=4))
def test_merged_duplicates_lose_no_date_episode_note_or_tag(rows):
    merged = merged_values(rows)
    dates = {merged.get("finished_on"), *merged.get("rewatched_on", [])}
    assert {row["finished_on"] for row in rows if "finished_on" in row} <= dates
    assert merged.get("progress", 0) == max(row.get("progress", 0) for row in rows)
    assert all(row.get("notes", "") in merged.get("notes", "") for row in rows)
    assert {tag.casefold() for row in rows for tag in row.get("tags", [])} == set(
        map(str.casefold, merged.get("tags", []))
    )
    scores = [row["score"] for row in rows if "score" in row]
    assert merged.get("score") == (scores[-1] if scores else None)


@pytest.mark.django_db
@pytest.mark.parametrize("n_hidden", [0, 1, 3])
def test_entries_hidden_by_the_settings_are_counted(own, member, make_known, n_hidden):
    for number in range(1, 6):
        make_known(f"Title {number}", number, is_adult=number <= n_hidden)
    found = opened(member, *({"mal": number, "score": 8} for number in range(1, 6)))
    page = found.get_absolute_url()
    for _state in ("preview", "done"):
        content = own.get(page).content.decode()
        assert (f"{n_hidden} entr" in content, "hidden by your settings for" in content) == (bool(n_hidden),) * 2
        run(found)
    assert outcomes(found) == ["created"] * 5


@pytest.mark.django_db
def test_a_csv_starts_with_a_byte_order_mark_by_choice(own, member, make_known, make_entry):
    make_entry(member, make_known("Schön"), status="rewatching", progress=3, score=8)
    plain, marked = (b"".join(own.get(f"/list/export/csv/{query}").streaming_content) for query in ("", "?bom=1"))
    assert marked == b"\xef\xbb\xbf" + plain
    assert parsed(marked).rows == parsed(plain).rows


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["json", "csv", "xml"])
@pytest.mark.parametrize("status", EntryStatus.values)
def test_every_status_comes_back_from_every_format(member, make_known, make_entry, kind, status):
    make_entry(member, make_known("Monster", 19), status=status, progress=3, score=8, notes="<b>&eacute;</b> Ã©")
    rows = parsed("".join(export_list(member, kind)).encode()).rows
    assert [(row.status, row.progress, row.notes) for row in rows] == [(status, 3, "<b>&eacute;</b> Ã©")]
