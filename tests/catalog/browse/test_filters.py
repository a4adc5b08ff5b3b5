"""The filters, compared with a plain predicate over the titles."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from accounts.models import User
from catalog.browse.facets import Facets, Option, active_filters, canonical_query
from catalog.browse.filters import matching
from catalog.browse.queries import browse_titles, title_filter
from catalog.index.sorting import SORTS
from catalog.models import Studio, Tag, Title
from catalog.models.titles import AgeRating, Format, Season, SourceMaterial, Status

pytestmark = pytest.mark.django_db
SEASONS = ["winter", "spring", "summer", "fall"]
WORDS = {"comedy": "genre", "drama": "genre", "school": "theme", "clouds": "tag", "late": "genre"}
STUDIOS = ["kumo", "ame"]


@pytest.fixture
def shelf(make_title, make_member, make_entry) -> tuple[list[Title], User]:
    """Return titles that differ in every filterable property, and a member who may see them all."""
    tags = {s: Tag.objects.create(kind=k, name=s.title(), slug=s, is_adult=s == "late") for s, k in WORDS.items()}
    studios = {slug: Studio.objects.create(name=slug.title(), slug=slug) for slug in STUDIOS}
    rows: list[tuple[dict[str, object], str, str]] = [
        ({"season_year": 2010, "season": "spring", "score": 8.1, "members": 500}, "comedy school", "kumo"),
        (
            {"season_year": 2012, "season": "fall", "score": 7.2, "format": "movie", "episodes": 1},
            "comedy drama",
            "ame",
        ),
        ({"season_year": None, "started_on": "2011-05", "score": None, "format": "ova"}, "", "kumo ame"),
        ({"season_year": None, "started_on": "2011", "episodes": None, "format": ""}, "clouds", ""),
        ({"season_year": None, "status": "", "episode_seconds": 1440, "source_material": "manga"}, "drama", ""),
        ({"season_year": 2011, "status": "airing", "episode_seconds": 300, "age_rating": "pg_13"}, "school clouds", ""),
        ({"season_year": 2012, "is_adult": True, "score": 6.0, "age_rating": "rx"}, "comedy late", "kumo"),
    ]
    titles = []
    for fields, words, makers in rows:
        title = make_title(**fields)
        title.tags.set(tags[slug] for slug in words.split())
        title.studios.set(studios[slug] for slug in makers.split())
        titles.append(Title.objects.prefetch_related("tags", "studios").get(pk=title.pk))
    member = make_member(shows_adult=True)
    make_entry(member, titles[0], status="watching")
    make_entry(member, titles[1], status="planned")
    return titles, member


def season_of(title: Title) -> tuple[int, int] | None:
    """Return the earliest and latest possible season, as numbers of quarters."""
    start = title.started_on
    if title.season_year and title.season:
        quarter = title.season_year * 4 + SEASONS.index(title.season)
        return quarter, quarter
    if title.season_year is None and start and start.month:
        quarter = start.year * 4 + (start.month - 1) // 3
        return quarter, quarter
    return (title.year * 4, title.year * 4 + 3) if title.year else None


def fits(title: Title, chosen: dict[str, object], statuses: dict[int, str]) -> bool:
    """Return whether a title passes the filters, implemented independently."""
    tags, studios = ({one.slug for one in related.all()} for related in (title.tags, title.studios))
    seasons, status = season_of(title), statuses.get(title.pk, "off")
    number = {
        "year": title.year,
        "score": title.score,
        "episodes": title.episodes,
        "minutes": title.episode_seconds and title.episode_seconds / 60,
        "members": title.members,
    }
    tests: dict[str, Callable[..., object]] = {
        "tag": lambda slugs: set(slugs) <= tags,
        "tag_any": lambda slugs: set(slugs) & tags,
        "tag_not": lambda slugs: not set(slugs) & tags,
        "studio": lambda slugs: set(slugs) & studios,
        "season": lambda names: seasons and seasons[0] == seasons[1] and SEASONS[seasons[0] % 4] in names,
        "season_from": lambda name: seasons and seasons[0] >= int(name[:4]) * 4 + SEASONS.index(name[5:]),
        "season_to": lambda name: seasons and seasons[1] <= int(name[:4]) * 4 + SEASONS.index(name[5:]),
        "list": lambda names: status in names or ("on" in names and status != "off"),
    }
    for name in ("format", "status", "source_material", "age_rating"):
        tests[name] = lambda values, name=name: getattr(title, name) in values
    for name, value in number.items():
        tests[f"{name}_min"] = lambda low, value=value: value is not None and value >= low
        tests[f"{name}_max"] = lambda high, value=value: value is not None and value <= high
    return all(tests[name](value) for name, value in chosen.items())


def some(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


SEASON = st.builds("{}-{}".format, st.integers(2009, 2013), st.sampled_from(SEASONS))
CHOSEN = st.fixed_dictionaries(
    {},
    optional={
        "tag": some(list(WORDS)),
        "tag_any": some(list(WORDS)),
        "tag_not": some(list(WORDS)),
        "studio": some(STUDIOS),
        "format": some(Format.values[:-1]),
        "status": some(Status.values[:-1]),
        "source_material": some(SourceMaterial.values[:-1]),
        "age_rating": some(AgeRating.values[:-1]),
        "season": some(Season.values),
        "season_from": SEASON,
        "season_to": SEASON,
        "list": some(["on", "off", "watching", "planned", "dropped"]),
        "year_min": st.integers(2009, 2013),
        "year_max": st.integers(2009, 2013),
        "score_min": st.integers(0, 10),
        "score_max": st.integers(0, 10),
        "episodes_min": st.integers(0, 14),
        "episodes_max": st.integers(0, 14),
        "minutes_min": st.integers(0, 30),
        "minutes_max": st.integers(0, 30),
        "members_min": st.integers(0, 1200),
        "members_max": st.integers(0, 1200),
    },
)


@pytest.mark.property
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(chosen=CHOSEN)
def test_exactly_the_titles_that_fit_are_found(shelf: tuple[list[Title], User], chosen: dict[str, object]) -> None:
    titles, member = shelf
    statuses = {titles[0].pk: "watching", titles[1].pk: "planned"}
    query = QueryDict(urlencode(chosen, doseq=True))

    found = title_filter(query, member)

    assert (found.errors, set(found.qs.ids.tolist())) == (
        {},
        {title.pk for title in titles if fits(title, chosen, statuses)},
    )


@pytest.mark.property
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(chosen=CHOSEN)
def test_a_visitor_never_finds_an_adult_title_nor_counts_one(
    shelf: tuple[list[Title], User], chosen: dict[str, object]
) -> None:
    titles, _ = shelf
    common = [title for title in titles if not title.is_adult]
    query = QueryDict(urlencode(chosen, doseq=True))

    found = title_filter(query, None)
    facets = Facets(found)

    assert {title.pk for title in found.qs[:]} <= {title.pk for title in common}
    shown = [option.n for options in (facets.formats(), facets.ages(), facets.studios()) for option in options]
    assert all(n <= len(common) for n in shown)
    assert "late" not in {option.slug for group in facets.tags() for option in group.options}


@pytest.mark.property
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(chosen=CHOSEN, dice=st.randoms())
def test_a_count_is_what_choosing_the_option_finds(
    shelf: tuple[list[Title], User], chosen: dict[str, object], dice: Random
) -> None:
    """The option is its filter's only value, or, for tags that must all match, an additional one."""
    _, member = shelf
    facets = Facets(title_filter(QueryDict(urlencode(chosen, doseq=True)), member))
    name = dice.choice(["format", "studio", "list", "season", "tag"])
    options = {
        "format": facets.formats,
        "studio": facets.studios,
        "list": facets.my_list,
        "season": facets.seasons,
        "tag": lambda: [
            Option(one.slug, one.label, one.n, False)
            for group in facets.tags()
            for one in group.options
            if not one.sign
        ],
    }[name]()
    assume(options)
    option = dice.choice(options)

    wanted = [*chosen.get("tag", []), option.value] if name == "tag" else [option.value]
    found = browse_titles(QueryDict(urlencode(chosen | {name: wanted}, doseq=True)), member)

    assert option.n == len(found)


def test_a_tag_that_is_left_out_says_how_many_it_costs(shelf: tuple[list[Title], User]) -> None:
    facets = Facets(title_filter(QueryDict("tag_not=comedy&tag_not=drama"), None))

    left_out = {one.slug: one.n for group in facets.tags() for one in group.options if one.sign == "not"}

    assert left_out == {"comedy": 1, "drama": 1}  # the third has both


def test_tags_and_studios_are_found_by_name(shelf: tuple[list[Title], User]) -> None:
    facets = Facets(title_filter(QueryDict("tag=school"), None), find="COM")

    assert [(one.slug, one.sign) for group in facets.tags() for one in group.options] == [
        ("comedy", ""),
        ("school", "all"),
    ]
    assert facets.studios() == []


@pytest.mark.parametrize("sort", SORTS)
def test_each_order_is_turned_around_but_for_what_is_unknown(shelf: tuple[list[Title], User], sort: str) -> None:
    _, member = shelf
    ids = browse_titles(QueryDict(f"sort={sort}"), member).ids.tolist()
    assert len(ids) == 7

    if f"-{sort}" in SORTS:
        index, number = title_filter(QueryDict(""), member).index, SORTS[sort][1]
        known = {pk for pk, value in zip(index.ids, index.numbers[number], strict=True) if value == value}
        other = browse_titles(QueryDict(f"sort=-{sort}"), member).ids.tolist()
        assert [pk in known for pk in ids] == [pk in known for pk in other] == sorted(
            (pk in known for pk in ids), reverse=True
        )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field", "error"),
    [
        ("season_from=2019", "season_from", "Enter a year and a season, for example 2019-fall."),
        ("season_to=0000-fall", "season_to", "Enter a year and a season, for example 2019-fall."),
        ("episodes_min=-1", "episodes_min", "Ensure this value is greater than or equal to 0."),
        ("members_max=many", "members_max", "Enter a number."),
        ("minutes_min=nan", "minutes_min", "Enter a number."),
        ("studio=nobody", "studio", "Select a valid choice. nobody is not one of the available choices."),
        ("tag_not=late", "tag_not", "Select a valid choice. late is not one of the available choices."),
        ("list=lost", "list", "Select a valid choice. lost is not one of the available choices."),
        ("sort=--score", "sort", "Select a valid choice. --score is not one of the available choices."),
    ],
)
def test_a_wrong_value_is_named(shelf: tuple[list[Title], User], query: str, field: str, error: str) -> None:
    with pytest.raises(ValidationError) as raised:
        matching(QueryDict(query), None)

    assert raised.value.message_dict == {field: [error]}


def test_other_lists_are_narrowed_by_the_same_filters(shelf: tuple[list[Title], User]) -> None:
    titles, member = shelf

    assert [title.pk for title in matching(QueryDict("tag=comedy&score_min=7"), None).order_by("pk")] == [
        titles[0].pk,
        titles[1].pk,
    ]
    assert matching(QueryDict("list=watching"), member).get() == titles[0]
    assert list(matching(QueryDict("list=on"), None)) == []


def test_what_is_on_is_said_and_kept(shelf: tuple[list[Title], User]) -> None:
    query = "tag=comedy&tag_any=drama&tag_not=school&studio=ame&format=movie&season_from=2010-fall&score_min=7.5&find=x"
    filters = title_filter(QueryDict(f"{query}&sort=score&year_min=soon&page=3"), None)

    assert [one.label for one in active_filters(filters)] == [
        "Comedy", "or Drama", "not School", "Ame", "Movie", "From season: Fall 2010", "Minimum score: 7.5",
    ]  # fmt: skip
    assert urlencode(canonical_query(filters)) == query.removesuffix("&find=x") + "&sort=score"
