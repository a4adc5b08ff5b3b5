from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from django.core.management import call_command

from catalog.franchises.by_name import linked_by_name, stems
from catalog.franchises.figures import JudgedPair, judge, read_pairs
from catalog.franchises.grouping import Member, choose_entry, find_franchises, refresh_franchises
from catalog.importing.parsers.base import SourceTitle
from catalog.importing.parsers.files import mal_2020
from catalog.models import ExternalId, Relation, Title
from tests.catalog.shared import shared_file

PAIRS = Path(__file__).with_name("franchise_pairs.tsv")
PLAIN = Member(
    pk=0, name="", name_english="", format="tv", started="2010", members=1000, is_adult=False, is_recommendable=True,
    is_summary=False,
)  # fmt: skip


def members_named(*names: str) -> dict[int, Member]:
    return {pk: replace(PLAIN, pk=pk, name=name) for pk, name in zip(count(1), names)}


def grouped(*names: str) -> list[list[int]]:
    return sorted(sorted(group) for group in find_franchises(members_named(*names), []))


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("Haikyuu!! Second Season", "haikyuu"),
        ("Haikyuu!! Movie 1: Owari to Hajimari", "haikyuu"),
        ("Mob Psycho 100 II", "mob psycho 100"),
        ("Clannad: After Story", "clannad"),
        ("Free! Eternal Summer", "free"),
        ("Initial D First Stage", "initial d"),
        ("Kara no Kyoukai 5: Mujun Rasen", "kara no kyoukai"),
        ("Zoku Owarimonogatari", "owarimonogatari"),
        ("Lupin III vs. Detective Conan", "lupin iii"),
    ],
)
def test_an_addition_is_cut_off(name: str, base: str) -> None:
    assert base in stems(name).at_cuts


def test_a_part_of_the_name_in_parentheses_is_no_part_of_the_name() -> None:
    assert stems("Kanon (2006)").whole == stems("Kanon").whole == "kanon"


def test_seasons_films_and_subtitles_belong_to_the_title_they_name() -> None:
    assert grouped("Saki", "Saki 2nd Season", "Saki Movie", "Saki: Sunrise", "Sakigake") == [[1, 2, 3, 4]]


def test_a_short_name_does_not_swallow_those_that_begin_with_it() -> None:
    assert grouped("Monster", "Monster Musume", "Air", "Air Gear", "K", "K-On!") == []


def test_a_long_name_takes_what_is_added_without_a_sign() -> None:
    assert grouped("Dragon Ball", "Dragon Ball Z", "Dragonaut") == [[1, 2]]


def test_a_phrase_that_goes_on_is_not_an_addition() -> None:
    assert grouped("Kimi to Boku.", "Kimi to Boku no Senjou", "Kimi to Boku 2") == [[1, 3]]
    assert grouped("Bokura no", "Bokura no Nanokakan", "Higurashi no Naku ni", "Higurashi no Naku ni Gou") == [[3, 4]]


@pytest.mark.parametrize(
    ("members", "studios", "groups"), [(50_000, {1}, [[1, 2]]), (100, {1}, []), (50_000, {2}, []), (50_000, set(), [])]
)
def test_one_long_word_takes_additions_of_its_makers_when_it_is_famous(
    members: int, studios: set[int], groups: list[list[int]]
) -> None:
    titles = members_named("Fuwafuwari", "Fuwafuwari Aragoto")
    titles[1] = replace(titles[1], members=members, studios=frozenset({1}))
    titles[2] = replace(titles[2], studios=frozenset(studios))

    assert find_franchises(titles, []) == groups


def test_two_parts_of_a_series_without_a_title_of_its_own_belong_together() -> None:
    assert grouped("Kara no Kyoukai 1: Fukan Fuukei", "Kara no Kyoukai 5: Mujun Rasen", "Kara: Other") == [[1, 2]]


def test_a_plain_translated_name_links_nothing() -> None:
    assert list(linked_by_name([(1, "Ai"), (2, "Suki")], [(1, "Love"), (2, "Love")])) == []


def test_relations_link_same_stories_and_others_only_when_the_names_agree() -> None:
    members = members_named("Bakemonogatari", "Nisemonogatari", "Isekai Quartet", "Overlord", "Overlord Special Tales")
    relations = [(1, 2, "sequel"), (3, 4, "character"), (4, 5, "related")]

    groups = find_franchises(members, relations)

    assert sorted(map(sorted, groups)) == [[1, 2], [4, 5]]


def test_music_clips_belong_to_no_franchise_by_name() -> None:
    members = members_named("Another", "Another: Shizukani")
    members[2] = replace(members[2], format="music")

    assert find_franchises(members, []) == []


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"started": "2010"}, {"started": "2004", "is_recommendable": False}),
        ({"started": "2010"}, {"started": "2004", "format": "special"}),
        ({"started": "2010"}, {"started": "2004", "is_summary": True}),
        ({"started": "2010"}, {"started": "2004", "is_adult": True}),
        ({"started": "2010"}, {"started": "2004", "members": 10}),
        ({"started": "2004", "format": "movie"}, {"started": "2010"}),
        ({"started": "2010-04", "format": "special"}, {"started": "", "format": "special"}),
        ({"started": "2010"}, {"started": "2004", "is_sequel": True}),
        ({"started": "2009", "members": 2500, "score": 9.1}, {"started": "2003", "score": 8.1}),
        (
            {"started": "2007-10", "members": 9000, "score": 8.1},
            {"started": "2007-09", "format": "movie", "score": 7.1},
        ),
        ({"started": "2011", "members": 600, "score": 9.0, "is_retelling": True}, {"started": "1999", "score": 8.4}),
    ],
)
def test_the_entry_is_the_first_series_or_film_that_one_can_begin_with(better: dict, worse: dict) -> None:
    good, bad = replace(PLAIN, pk=2, **better), replace(PLAIN, pk=1, **worse)

    assert choose_entry([bad, good]) is good


@pytest.mark.parametrize(
    "later",
    [
        {"members": 900, "score": 9.1},  # a sequel as far as anybody can tell: fewer have seen it
        {"members": 2500, "score": 8.0},
        {"members": 2500, "score": 9.1, "is_sequel": True},
        {"members": 2500, "score": 9.1, "is_summary": True},
        {"members": 2500, "score": 9.1, "format": "movie"},
        {"members": 400, "score": 9.1, "is_retelling": True},
    ],
)
def test_the_first_series_stays_the_entry_beside_sequels_films_and_lesser_retellings(later: dict) -> None:
    first = replace(PLAIN, pk=1, started="2003", score=8.1)

    assert choose_entry([first, replace(PLAIN, pk=2, started="2009", **later)]) is first


def test_a_retelling_s_better_liked_sequel_is_no_entry() -> None:
    pilot = replace(PLAIN, pk=1, started="2010-01", format="ona", members=400, score=6.6)
    series = replace(PLAIN, pk=2, started="2010-02", members=5000, score=7.6)
    sequel = replace(PLAIN, pk=3, started="2011", members=3000, score=7.8)

    assert choose_entry([pilot, series, sequel]) is series


@pytest.mark.django_db
def test_a_name_that_counts_seasons_is_no_entry_however_well_known(make_title) -> None:
    first = make_title("Cannon", format="special", started_on="2010", members=900)
    make_title("Cannon 2nd Season", started_on="2011", members=2000)
    film = make_title("Cannon Movie", format="movie", started_on="2012", members=1000)
    assert first.pk < film.pk

    refresh_franchises()

    assert set(Title.objects.values_list("franchise_entry", flat=True)) == {film.pk}


@pytest.mark.django_db
def test_a_sequel_is_no_entry_but_a_later_prequel_does_not_make_the_first_one_a_sequel(make_title) -> None:
    first, later = make_title("Stay", started_on="2006"), make_title("Zero", started_on="2011")
    Relation.objects.create(from_title=later, to_title=first, kind="sequel")
    Relation.objects.create(from_title=first, to_title=later, kind="prequel")

    refresh_franchises()

    assert set(Title.objects.values_list("franchise_entry", flat=True)) == {first.pk}


@pytest.mark.django_db
def test_refreshing_writes_the_entry_to_every_part_and_clears_it_elsewhere(make_title) -> None:
    first = make_title("Saki", season_year=2009)
    second = make_title("Saki: Zenkoku-hen", season_year=2014)
    linked = make_title("Shinohayu", season_year=2019)
    alone = make_title("Given", franchise_entry=first)
    Relation.objects.create(from_title=first, to_title=linked, kind="side_story")

    refresh_franchises()

    entries = dict(Title.objects.values_list("pk", "franchise_entry"))
    assert entries == {first.pk: first.pk, second.pk: first.pk, linked.pk: first.pk, alone.pk: None}


@pytest.mark.django_db
def test_refreshing_takes_the_same_queries_for_any_number_of_titles(make_title, django_assert_num_queries) -> None:
    make_title("Saki")
    with django_assert_num_queries(6):
        refresh_franchises()

    make_title("Saki: Zenkoku-hen")
    make_title("Saki Movie")
    with django_assert_num_queries(6):
        refresh_franchises()


def test_names_alone_find_the_franchises_of_the_real_catalogue() -> None:
    rows = [row for row in mal_2020.read(shared_file("mal_2020_anime.csv.gz")) if isinstance(row, SourceTitle)]
    members = {
        int(row.external_ids["mal"]): replace(
            PLAIN, pk=int(row.external_ids["mal"]), name=row.name or "", name_english=row.name_english or "",
            format=row.format or "", members=row.members or 0, studios=frozenset(map(hash, row.studios)),
        )
        for row in rows
    }  # fmt: skip
    group_of = {pk: number for number, group in enumerate(find_franchises(members, [])) for pk in group}

    figures = judge(read_pairs(PAIRS), group_of)

    assert figures.precision >= 0.95, figures.wrongly_joined
    assert figures.recall >= 0.85, figures.missed


def test_figures_by_hand() -> None:
    pairs = [
        JudgedPair(True, 1, 2, "a / b"), JudgedPair(True, 1, 3, "a / c"), JudgedPair(False, 4, 5, "d / e"),
        JudgedPair(True, 8, 9, "h / i"), JudgedPair(False, 1, 6, "a / f"),
    ]  # fmt: skip

    figures = judge(pairs, {1: 10, 2: 10, 3: 11, 4: 12, 5: 12})

    assert (figures.precision, figures.recall) == (1 / 2, 1 / 3)
    assert (figures.wrongly_joined, figures.missed) == (("d / e",), ("a / c", "h / i"))


def test_a_line_that_is_no_pair_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("same\t1\t2\ta\tb\nperhaps\t1\t2\ta\tb\n")

    with pytest.raises(ValueError, match=r"pairs\.tsv, line 2: not a verdict, two ids and two names"):
        read_pairs(path)


@pytest.mark.django_db
def test_the_command_judges_this_catalogue(make_title, tmp_path: Path, capsys) -> None:
    for mal_id, name in ((1, "Saki"), (2, "Saki: Zenkoku-hen"), (3, "Shinohayu"), (4, "Given")):
        ExternalId.objects.create(title=make_title(name), provider="mal", medium="anime", value=str(mal_id))
    Relation.objects.create(
        from_title=Title.objects.get(name="Saki"), to_title=Title.objects.get(name="Shinohayu"), kind="side_story"
    )
    refresh_franchises()
    path = tmp_path / "pairs.tsv"
    path.write_text("same\t1\t2\tSaki\tZenkoku-hen\nsame\t1\t3\tSaki\tShinohayu\ndifferent\t1\t4\tSaki\tGiven\n")

    call_command("bench_franchises", path)

    assert capsys.readouterr().out.splitlines() == [
        "as they are        3 pairs  precision 1.000  recall 1.000",
        "by names alone     3 pairs  precision 1.000  recall 0.500",
        "  missed: Saki / Shinohayu",
    ]
