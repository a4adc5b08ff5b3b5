import numpy as np
import pytest

from catalog.models import ExternalId, Studio, Tag, TitleText
from recommendations.engine.data.interactions import IdMap, Interactions
from recommendations.inputs.title_features import title_features, with_features

pytestmark = pytest.mark.django_db


@pytest.fixture
def tag():
    def make(kind, name, *titles, is_adult=False):
        made = Tag.objects.create(kind=kind, name=name, slug=name.lower(), is_adult=is_adult)
        made.titles.set(titles)
        return made

    return make


def features_of(*titles, unknown=()):
    return title_features(IdMap(np.array(sorted([*(title.pk for title in titles), *unknown]))))


def values_of(features, row):
    """Return {name: value} of a title."""
    columns = features.values[row]
    return {features.names[column]: float(value) for column, value in zip(columns.indices, columns.data, strict=True)}


def test_a_title_is_described_by_all_that_its_catalogue_entry_says(make_title, tag):
    title = make_title(
        format="movie", episodes=1, episode_seconds=6000, season="spring", season_year=1991, source_material="manga",
        age_rating="pg_13", score=8.5, members=1000,
    )  # fmt: skip
    tag("genre", "Action", title)
    tag("theme", "School", title)
    tag("demographic", "Shounen", title)

    assert values_of(features_of(title), 0) == pytest.approx(
        {
            "age_rating:pg_13": 1,
            "catalogue:members": 3,
            "catalogue:score": 0.85,
            "demographic:Shounen": 1,
            "episodes:0": 1,
            "format:movie": 1,
            "genre:Action": 1,
            "minutes:4": 1,
            "season:spring": 1,
            "source_material:manga": 1,
            "theme:School": 1,
            "year:1990": 0.8,
            "year:1995": 0.2,
        }
    )


def test_adult_titles_are_described_too(make_title, tag):
    title = make_title(is_adult=True)
    tag("genre", "Hentai", title, is_adult=True)

    assert values_of(features_of(title), 0)["genre:Hentai"] == 1


def test_a_year_known_from_the_date_alone_counts(make_title):
    title = make_title(season_year=None, started_on="2005-04")

    assert values_of(features_of(title), 0)["year:2005"] == 1


def test_studios_of_three_titles_and_tags_of_five_have_a_column(make_title, tag):
    titles = [make_title() for _ in range(5)]
    big, small = Studio.objects.create(name="Big", slug="big"), Studio.objects.create(name="Small", slug="small")
    big.titles.set(titles[:3])
    small.titles.set(titles[:2])
    tag("tag", "Robots", *titles)
    tag("tag", "Cats", *titles[:4])

    features = features_of(*titles)

    linked = [name for name in features.names if name.startswith(("studio:", "tag:"))]
    assert linked == ["studio:Big", "tag:Robots"]
    assert features.values[:, features.group("studio")].toarray().ravel().tolist() == [1, 1, 1, 0, 0]


def test_an_unknown_title_has_an_empty_row(make_title):
    title = make_title()

    features = features_of(title, unknown=[title.pk + 1])

    assert len(features) == 2
    assert values_of(features, 1) == {}


def test_nothing_known_has_no_columns():
    features = title_features(IdMap(np.array([3, 4])))

    assert features.values.shape == (2, 0)
    assert features.names == ()


@pytest.fixture
def embedded(make_title):
    """Return a function: n titles with embedded synopses, those of even and of odd numbers about one thing each."""

    def make(n):
        generator, themes = np.random.default_rng(0), np.eye(16)[:2]
        titles = [make_title() for _ in range(n)]
        for number, title in enumerate(titles):
            vector = themes[number % 2] + generator.normal(0, 0.02, 16)
            TitleText.objects.update_or_create(title=title, defaults={"words": "", "vector": vector.tolist()})
        return titles

    return make


def test_titles_whose_synopses_mean_alike_are_alike_in_text(embedded, make_title):
    features = features_of(*embedded(100), make_title())

    text = features.values[:, features.group("text")].toarray()
    assert text[0] @ text[2] > 0.9
    assert text[0] @ text[1] < 0.1
    assert np.linalg.norm(text[:100], axis=1) == pytest.approx(np.ones(100))
    assert not text[100].any()


def test_too_few_embedded_synopses_say_nothing(embedded):
    features = features_of(*embedded(99))
    assert not len(features.group("text"))


def test_the_same_catalogue_gives_the_same_features_in_as_many_queries(embedded, tag, django_assert_num_queries):
    titles = embedded(100)
    tag("genre", "Action", *titles[:30])
    with django_assert_num_queries(7):
        one = features_of(titles[0])
    with django_assert_num_queries(7):
        features = features_of(*titles)

    again = features_of(*titles)

    assert len(one) == 1
    assert features.names == again.names
    assert len(set(features.names)) == len(features.names)
    assert np.array_equal(features.values.toarray(), again.values.toarray())


def test_a_ratings_file_s_titles_are_found_by_their_mal_ids(make_title):
    later, earlier = make_title(format="movie"), make_title(format="ova")
    for title, mal_id in ((later, "700"), (earlier, "30")):
        ExternalId.objects.create(title=title, provider="mal", medium="anime", value=mal_id)

    ratings = with_features(Interactions.from_ids(np.array([1, 1, 1]), np.array([30, 500, 700]), np.array([8, 8, 8])))

    kinds = [[name for name in values_of(ratings.features, row) if name.startswith("format")] for row in range(3)]
    assert kinds == [["format:ova"], [], ["format:movie"]]


def test_parts_of_a_franchise_are_known_with_their_dates(make_title):
    first = make_title(started_on="2020-07")
    second = make_title(franchise_entry=first, season_year=2022)
    undated = make_title(started_on="", season_year=None)

    features = features_of(first, second, undated)

    assert features.franchise.tolist() == [first.pk, first.pk, undated.pk]
    assert features.started == pytest.approx([2020.5, 2022, np.nan], nan_ok=True)
