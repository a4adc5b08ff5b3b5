from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import ExternalId, SearchWord, Title, TitleName
from catalog.search.find import find_title_ids, search_key, search_titles
from catalog.search.index import Vocabulary, index_titles

Shelf = Callable[..., Title]


@pytest.fixture
def shelve(make_title) -> Shelf:
    """Make a title and index it, with synonyms if any."""

    def shelve(name: str, *synonyms: str, **fields) -> Title:
        title = make_title(name, **fields)
        for text in synonyms:
            TitleName.objects.create(title=title, kind="synonym", text=text, key=search_key(text))
        index_titles([title])
        return title

    return shelve


def found(query: str, viewer=None, limit: int = 20) -> list[str]:
    return [title.name for title in search_titles(query, viewer, limit)]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Pokémon × Re:Zero", "pokemon x re zero"),
        ("Diomedéa ŁÓDŹ Straße", "diomedea lodz strasse"),
        ("Ranma ½", "ranma 1 2"),
        ("Mob Psycho 100 Ⅱ", "mob psycho 100 ii"),
        ("L'Arc's “Day”", "larcs day"),
        ("ｶﾞﾝﾀﾞﾑ", "ガンダム"),
        ("が か", "が か"),
        ("ＴＶアニメ", "tvアニメ"),
        ("हिन्दी", "हिन्दी"),
        ("!!", "!!"),
        ("  ", ""),
    ],
)
def test_a_key_is_the_words_without_accents_case_and_punctuation(text: str, key: str) -> None:
    assert search_key(text) == key


@given(st.text(max_size=60))
def test_a_key_is_its_own_key(text: str) -> None:
    key = search_key(text)

    assert search_key(key) == key
    assert len(key) <= 300


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "Shin Mokomoko!", "shin mokomoko", "SHÎN MÓKO", "mokomoko shin", "mokomo", "shinmokomoko", "shinmoko",
        "shin moko moko",
        "mokomko", "shen mokomoko", "mokkomoko", "Fluffy Returns", "returns", "flufy", "retruns fluffy",
        "新もこもこ", "もこもこ", "The Cloud",
    ],
)  # fmt: skip
def test_a_title_is_found_by_any_name_in_any_spelling(shelve: Shelf, query: str) -> None:
    shelve("Shin Mokomoko", "The Cloud", name_english="Fluffy Returns", name_native="新もこもこ")
    shelve("Umi no Uta", name_english="Sea Song", name_native="海の歌")

    assert found(query) == ["Shin Mokomoko"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["", "   ", "x" * 500, "zzzzzz", "' | 'a", "\\", "a:* & !b", "%", "_", "\x00", "((", "😀"]
)
def test_what_fits_nothing_finds_nothing(shelve: Shelf, query: str) -> None:
    shelve("Mokomoko")

    assert found(query) == []


@pytest.mark.django_db
def test_the_name_itself_comes_first_then_beginnings_then_words_each_by_audience(shelve: Shelf) -> None:
    shelve("Kumo", members=10)
    shelve("Kumo no Ue", members=50)
    shelve("Kumo no Shita", members=70)
    shelve("Aoi Kumo", members=900)

    assert found("kumo") == ["Kumo", "Kumo no Shita", "Kumo no Ue", "Aoi Kumo"]


@pytest.mark.django_db
def test_the_limit_keeps_the_best(shelve: Shelf) -> None:
    for members in (10, 30, 20):
        shelve(f"Kumo {members}", members=members)

    assert found("kumo", limit=2) == ["Kumo 30", "Kumo 20"]


@pytest.mark.django_db
def test_good_hits_are_not_mixed_with_near_misses(shelve: Shelf) -> None:
    for number in range(3):
        shelve(f"Kumori {number}")
    shelve("Kumaru")

    assert found("kumori") == ["Kumori 0", "Kumori 1", "Kumori 2"]


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["yoru no hana", "yoru", "hana", "yorru", "夜の花", "夜"])
def test_adult_titles_are_found_only_by_those_who_asked_for_them(shelve: Shelf, make_member, query: str) -> None:
    shelve("Yoru no Hana", name_native="夜の花", is_adult=True)

    assert found(query) == found(query, AnonymousUser()) == found(query, make_member()) == []
    assert found(query, make_member(shows_adult=True)) == ["Yoru no Hana"]


@pytest.mark.django_db
def test_a_search_takes_the_same_queries_for_one_hit_and_for_three(shelve: Shelf, django_assert_num_queries) -> None:
    shelve("Kumo")
    found("kumo")  # the acronyms are read once
    with django_assert_num_queries(4):
        assert len(found("kumo")) == 1

    shelve("Kumo no Ue")
    shelve("Aoi Kumo")
    with django_assert_num_queries(4):
        assert len(found("kumo")) == 3


@pytest.mark.django_db
def test_correcting_a_word_takes_one_query_more(shelve: Shelf, django_assert_num_queries) -> None:
    shelve("Mokomoko")
    found("mokomko")  # the vocabulary is read once

    with django_assert_num_queries(5):
        assert found("mokomko") == ["Mokomoko"]


@pytest.mark.django_db
def test_a_name_in_full_is_not_corrected(shelve: Shelf) -> None:
    shelve("Kumori")
    shelve("Kumaru")

    assert found("kumori") == ["Kumori"]


@pytest.mark.django_db
def test_the_index_follows_a_new_name(shelve: Shelf) -> None:
    title = shelve("Mokomoko")
    title.name = "Fuwafuwa"
    index_titles([title])

    assert find_title_ids("fuwafuwa", None) == find_title_ids("mokomoko", None) == [title.pk]
    assert set(SearchWord.objects.values_list("word", flat=True)) == {"fuwafuwa", "mokomoko"}
    assert dict(title.names.values_list("text", "kind")) == {"Fuwafuwa": "main", "Mokomoko": "synonym"}


@pytest.mark.parametrize(
    ("word", "corrections"),
    [
        ("alchemst", ["alchemist"]), ("lachemist", ["alchemist"]), ("alchemistt", ["alchemist"]), ("fan", ["fang"]),
        ("fn", []), ("evangelion", []),
    ],
)  # fmt: skip
def test_a_misspelt_word_is_taken_for_the_nearest(word: str, corrections: list[str]) -> None:
    assert Vocabulary(["alchemist", "fang", "fullmetal"]).corrections(word, 3) == corrections


def test_a_misspelt_beginning_is_taken_for_the_beginning_of_a_word() -> None:
    vocabulary = Vocabulary(["alchemist", "fullmetal"])

    assert vocabulary.corrections("fulmet", 3) == []
    assert vocabulary.corrections("fulmet", 3, as_prefix=True) == ["fullme"]


@pytest.mark.django_db
def test_the_bench_prints_a_line_for_each_way_of_searching(shelve: Shelf, capsys) -> None:
    shelve("Mokomoko", name_english="Fluffy")

    call_command("bench_search", names=2)

    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [
        "exact", "prefix", "accented", "typo", "all",
    ]  # fmt: skip


@pytest.mark.django_db
class TestShorthand:
    @pytest.fixture
    def series(self, shelve: Shelf) -> dict[str, Title]:
        first = shelve("Kumo to Kaze", name_english="Clouds and Wind", started_on="2015", members=900)
        second = shelve("Kumo to Kaze Season 2", started_on="2017", members=5000)
        third = shelve("Kumo to Kaze: Arashi", started_on="2019", members=700)
        half = shelve("Kumo to Kaze Season 2 Part 2", started_on="2018", members=600)
        for part in (first, second, third, half):
            Title.objects.filter(pk=part.pk).update(franchise_entry=first)
        shelve("Kumo", members=9000)
        return {"first": first, "second": second, "third": third}

    @pytest.mark.parametrize(
        ("query", "name"),
        [
            ("ktk", "Kumo to Kaze"), ("CAW", "Kumo to Kaze"), ("kumo to kaze", "Kumo to Kaze"),
            ("ktk s2", "Kumo to Kaze Season 2"), ("clouds and wind season 2", "Kumo to Kaze Season 2"),
            ("kumo to kaze ii", "Kumo to Kaze Season 2"), ("ktk 3rd season", "Kumo to Kaze: Arashi"),
        ],
    )  # fmt: skip
    def test_acronyms_and_numbers_of_seasons_find_what_they_are_short_for(self, series, query: str, name: str) -> None:
        assert found(query)[0] == name

    def test_a_main_name_comes_before_a_better_known_title_s_synonym(self, shelve: Shelf) -> None:
        shelve("Umi", members=10)
        shelve("Umi no Uta", "Umi", members=9000)

        assert found("umi") == ["Umi", "Umi no Uta"]

    def test_a_synonym_of_a_side_story_does_not_take_the_acronym(self, series, shelve: Shelf) -> None:
        shelve("Kumo to Kaze: Yume", "KtK", members=10)
        assert found("ktk")[0] == "Kumo to Kaze"

    def test_a_learnt_acronym_is_first_of_all_the_title_that_it_names_in_whole(self, shelve: Shelf) -> None:
        shelve("Jujutsu Kaisen: Shimetsu Kaiyuu", members=9000)
        shelve("Jujutsu Kaisen", members=5000)
        assert found("jjk") == ["Jujutsu Kaisen", "Jujutsu Kaisen: Shimetsu Kaiyuu"]

    def test_a_season_that_does_not_exist_finds_no_other(self, series) -> None:
        assert found("ktk s9") == []

    def test_what_the_viewer_may_not_see_stays_hidden(self, series) -> None:
        Title.objects.filter(pk=series["second"].pk).update(is_adult=True)

        assert "Kumo to Kaze Season 2" not in found("ktk s2")


@pytest.mark.django_db
def test_the_command_judges_the_first_hits_of_spellings(shelve: Shelf, tmp_path, capsys) -> None:
    for mal_id, name in ((1, "Kumo to Kaze"), (2, "Umi no Uta")):
        ExternalId.objects.create(title=shelve(name), provider="mal", medium="anime", value=str(mal_id))
    path = tmp_path / "spellings.tsv"
    path.write_text("ktk\t1\nunu\t1\n")

    call_command("bench_search", spellings=path)

    assert capsys.readouterr().out.splitlines() == ["2 spellings, first hit right: 1", "  wrong: unu"]
