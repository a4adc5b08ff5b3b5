from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from anirec.lib.partial_dates import PartialDate
from catalog import versioning
from catalog.browse.queries import browse_titles, genre_choices, title_filter
from catalog.models import ExternalId, Relation, Studio, Tag, Title
from catalog.search.index import index_titles
from catalog.title_page.queries import catalogue_size, title_detail
from catalog.titles.external_ids import title_ids_by_mal
from catalog.versioning import catalogue_changed

pytestmark = pytest.mark.django_db


@pytest.fixture
def tags() -> dict[str, Tag]:
    words = {"Comedy": "genre", "Drama": "genre", "School": "theme", "Josei": "demographic", "Clouds": "tag"}
    made = {name: Tag.objects.create(kind=kind, name=name, slug=name.lower()) for name, kind in words.items()}
    return made | {"Hentai": Tag.objects.create(kind="genre", name="Hentai", slug="hentai", is_adult=True)}


def names(query: str, viewer=None) -> list[str]:
    return [title.name for title in browse_titles(QueryDict(query), viewer)]


@pytest.fixture
def shelf(make_title, tags: dict[str, Tag]) -> dict[str, Title]:
    """Return four titles that differ in every filterable property."""
    kumo, ame, hare, yuki = (
        make_title("Kumo", season_year=2010, season="spring", score=8.1, members=500, source_material="manga"),
        make_title("Ame", season_year=2012, season="fall", score=7.2, members=900, format="movie", status="airing"),
        make_title("Hare", season_year=None, started_on=PartialDate(2011, 5), score=None, members=100, format="ova"),
        make_title("Yuki", season_year=None, score=6.0, members=50, format="", status=""),
    )
    kumo.tags.set([tags["Comedy"], tags["School"]])
    ame.tags.set([tags["Comedy"], tags["Drama"]])
    ame.studios.add(Studio.objects.create(name="Studio Ame", slug="studio-ame"))
    index_titles([kumo, ame, hare, yuki])
    return {title.name: title for title in (kumo, ame, hare, yuki)}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Ame", "Kumo", "Hare", "Yuki"]),
        ("tag=comedy", ["Ame", "Kumo"]),
        ("tag=comedy&tag=school", ["Kumo"]),
        ("tag=drama&tag=school", []),
        ("format=movie", ["Ame"]),
        ("format=movie&format=ova", ["Ame", "Hare"]),
        ("year_min=2011", ["Ame", "Hare"]),
        ("year_max=2011", ["Kumo", "Hare"]),
        ("year_min=2011&year_max=2011", ["Hare"]),
        ("season=fall", ["Ame"]),
        ("status=airing", ["Ame"]),
        ("score_min=7.2", ["Ame", "Kumo"]),
        ("source_material=manga", ["Kumo"]),
        ("studio=studio-ame", ["Ame"]),
        ("q=kumo", ["Kumo"]),
        ("q=nothing+of+the+kind", []),
        ("sort=score", ["Kumo", "Ame", "Yuki", "Hare"]),
        ("sort=newest", ["Ame", "Hare", "Kumo", "Yuki"]),
        ("sort=name", ["Ame", "Hare", "Kumo", "Yuki"]),
        ("sort=popular", ["Ame", "Kumo", "Hare", "Yuki"]),
    ],
)
def test_filters_and_orders(shelf: dict[str, Title], query: str, expected: list[str]) -> None:
    assert names(query) == expected


def test_a_search_is_ordered_by_fit_unless_an_order_is_chosen(make_title) -> None:
    titles = [make_title("Aoi Kumo", members=900), make_title("Kumo", members=10), make_title("Kumo no Ue", members=50)]
    index_titles(titles)

    assert names("q=kumo") == ["Kumo", "Kumo no Ue", "Aoi Kumo"]
    assert names("q=kumo&sort=popular") == ["Aoi Kumo", "Kumo no Ue", "Kumo"]


@pytest.mark.parametrize(
    ("query", "field"),
    [("year_min=soon", "year_min"), ("score_min=11", "score_min"), ("format=opera", "format"), ("tag=sorcery", "tag"),
     ("sort=random", "sort"), ("season=monsoon", "season")],
)  # fmt: skip
def test_a_wrong_value_is_an_error_of_its_field_and_filters_nothing(shelf, query: str, field: str) -> None:
    bound = title_filter(QueryDict(query), None)

    assert list(bound.form.errors) == [field]
    assert len(bound.qs) == 4


def test_adult_titles_and_tags_need_the_opt_in(make_title, make_member, tags: dict[str, Tag]) -> None:
    adult = make_title("Yoru", is_adult=True)
    adult.tags.add(tags["Hentai"], tags["Comedy"])
    index_titles([adult])
    willing = make_member(shows_adult=True)

    for query in ("", "q=yoru", "tag=comedy", "sort=score"):
        assert names(query) == names(query, AnonymousUser()) == names(query, make_member()) == []
        assert names(query, willing) == ["Yoru"]
    assert names("tag=hentai", willing) == ["Yoru"]
    assert list(title_filter(QueryDict("tag=hentai"), None).form.errors) == ["tag"]


def test_browsing_takes_the_same_queries_for_one_title_and_for_three(
    make_title, tags: dict[str, Tag], django_assert_num_queries
) -> None:
    make_title("Kumo").tags.add(tags["Comedy"])
    browse_titles(QueryDict("tag=comedy&sort=score"), None)  # builds the index
    with django_assert_num_queries(1):
        assert len(browse_titles(QueryDict("tag=comedy&sort=score"), None)[:48]) == 1

    make_title("Ame").tags.add(tags["Comedy"], tags["School"])
    make_title("Hare").tags.add(tags["Comedy"])
    versioning.forget()
    browse_titles(QueryDict("tag=comedy&sort=score"), None)
    with django_assert_num_queries(1):
        assert len(browse_titles(QueryDict("tag=comedy&sort=score"), None)[:48]) == 3


def test_a_page_shows_relations_from_both_ends_and_the_franchise_in_order(make_title) -> None:
    first, second = make_title("Kumo", season_year=2010), make_title("Kumo 2", season_year=2012)
    special, prelude = (
        make_title("Kumo Special", season_year=2011),
        make_title("Kumo Zero", started_on=PartialDate(2009, 5)),
    )
    Relation.objects.create(from_title=first, to_title=second, kind="sequel")
    Relation.objects.create(from_title=special, to_title=first, kind="parent_story")
    Title.objects.update(franchise_entry=first)

    detail = title_detail(first.pk, None)

    assert [(related.label, related.title.name) for related in detail.related] == [
        ("Sequel", "Kumo 2"), ("Side story", "Kumo Special"),
    ]  # fmt: skip
    assert [part.name for part in detail.franchise] == ["Kumo Zero", "Kumo", "Kumo Special", "Kumo 2"]
    assert prelude.name == detail.franchise[0].name


def test_a_title_alone_has_neither_relations_nor_franchise(make_title) -> None:
    detail = title_detail(make_title("Kumo").pk, None)

    assert (detail.related, detail.franchise) == ([], [])


def test_a_page_shows_nothing_adult_without_the_opt_in(make_title, make_member, tags: dict[str, Tag]) -> None:
    title = make_title("Kumo")
    adult = make_title("Kumo no Yoru", is_adult=True)
    Relation.objects.create(from_title=title, to_title=adult, kind="side_story")
    Relation.objects.create(from_title=adult, to_title=title, kind="parent_story")
    Title.objects.update(franchise_entry=title)
    title.tags.add(tags["Hentai"], tags["Drama"])

    detail = title_detail(title.pk, make_member())
    open_detail = title_detail(title.pk, make_member(shows_adult=True))

    assert (detail.related, [part.name for part in detail.franchise], [tag.name for tag in detail.tags]) == (
        [], ["Kumo"], ["Drama"],
    )  # fmt: skip
    assert len(open_detail.related) == 1
    assert len(open_detail.franchise) == len(open_detail.tags) == 2
    with pytest.raises(Title.DoesNotExist):
        title_detail(adult.pk, None)


def test_a_page_takes_the_same_queries_for_one_relation_and_for_three(make_title, django_assert_num_queries) -> None:
    title = make_title("Kumo")
    others = [make_title(f"Kumo {number}") for number in range(3)]
    Relation.objects.create(from_title=title, to_title=others[0], kind="sequel")
    Title.objects.update(franchise_entry=title)
    with django_assert_num_queries(9):
        title_detail(title.pk, None)

    Relation.objects.create(from_title=title, to_title=others[1], kind="side_story")
    Relation.objects.create(from_title=others[2], to_title=title, kind="parent_story")
    versioning.forget()
    with django_assert_num_queries(9):
        assert len(title_detail(title.pk, None).related) == 3


def test_the_size_is_counted_once_for_each_kind_of_viewer(
    make_title, make_member, django_assert_num_queries, django_capture_on_commit_callbacks
) -> None:
    make_title("Kumo")
    make_title("Yoru", is_adult=True)
    willing = make_member(shows_adult=True)
    assert (catalogue_size(None), catalogue_size(willing)) == (1, 2)

    with django_assert_num_queries(0):
        assert (catalogue_size(AnonymousUser()), catalogue_size(willing)) == (1, 2)

    make_title("Ame")
    with django_capture_on_commit_callbacks(execute=True):
        catalogue_changed()
    assert (catalogue_size(None), catalogue_size(willing)) == (2, 3)


def test_genres_are_offered_by_kind_when_a_title_has_them(make_title, make_member, tags: dict[str, Tag]) -> None:
    make_title("Kumo").tags.set([tags["Drama"], tags["Comedy"], tags["School"], tags["Clouds"], tags["Hentai"]])

    assert genre_choices() == [
        ("Genre", [("comedy", "Comedy"), ("drama", "Drama")]), ("Theme", [("school", "School")]), ("Demographic", []),
    ]  # fmt: skip
    assert ("hentai", "Hentai") in genre_choices(make_member(shows_adult=True))[0][1]


def test_mal_ids_lead_to_titles_of_their_medium(make_title) -> None:
    kumo, ame = make_title("Kumo"), make_title("Ame", medium="manga")
    for title, provider, value in ((kumo, "mal", "7"), (kumo, "anilist", "8"), (ame, "mal", "7")):
        ExternalId.objects.create(title=title, provider=provider, medium=title.medium, value=value)

    assert title_ids_by_mal() == {7: kumo.pk}
    assert title_ids_by_mal("manga") == {7: ame.pk}
    assert title_ids_by_mal(mal_ids=[7, 9]) == {7: kumo.pk}
    assert title_ids_by_mal(mal_ids=[8]) == {}
