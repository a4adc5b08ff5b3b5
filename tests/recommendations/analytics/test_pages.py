"""Staff charts: access, contents, and CSV files with the same numbers."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from django.utils import timezone

from recommendations.models import (
    AccuracyDay,
    AudienceFigure,
    CohortWeek,
    DriftReport,
    MembersDay,
    ModelVersion,
    RequestDay,
    ServedDay,
    ShownTitle,
    WidgetDay,
)
from recommendations.staff.views import PAGES
from tests.test_bad_input import BAD

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, make_member):
    made = make_member("boss", is_staff=True, is_superuser=True)
    client.force_login(made)
    return made


@pytest.fixture
def figures(variants, make_title):
    """Create a few days of all counts: `figures(3)`."""

    def make(n_days: int, n_titles: int = 1) -> None:
        titles = [make_title(f"Shown {n}") for n in range(n_titles)]
        version = ModelVersion.objects.create(kind="site", status="published")
        version.activations.create(at=timezone.now())
        today = timezone.now().date()
        for number in range(n_days):
            day = today - timedelta(days=number)
            WidgetDay.objects.create(
                day=day, version=version, widget="similar", variant=variants[0], segment="Drama", is_synthetic=False,
                shown=200, clicked=30, of_members=100, added=10, completed=4, liked=3, hidden=1,
            )  # fmt: skip
            for title in titles:
                ShownTitle.objects.create(day=day, widget="similar", title_id=title.pk, is_synthetic=False, shown=5)
            AccuracyDay.objects.create(
                day=day, version=version, segment="Drama", is_synthetic=False, n=4, errors=1, absolute=4, squared=16,
                n_published=1, absolute_published=1, squared_published=1,
            )  # fmt: skip
            MembersDay.objects.create(day=day, is_synthetic=False, joined=1, active=2, active_7=3, active_28=4)
            for route in ("", "catalog:title"):
                RequestDay.objects.create(day=day, kind="page", route=route, bucket=21, n=100)
            ServedDay.objects.create(day=day, source="table", n=3, seconds=3600)
            ServedDay.objects.create(day=day, source="popular", n=1, seconds=0)
            DriftReport.objects.create(
                version=version, day=day, at=timezone.now(), stability={"score": 0.1}, n_before=400, n_now=300,
                online_rmse=1.3, online_mae=1.0, offline_rmse=1.2, n_outcomes=20,
            )  # fmt: skip
            CohortWeek.objects.create(week=day, age=0, is_synthetic=False, members=10, active=5)

    return make


def read_csv(client, slug, name, **asked):
    answer = client.get(f"/staff/analytics/{slug}/", {**asked, "csv": name})
    return list(csv.reader(answer.getvalue().decode().splitlines()))


@pytest.mark.parametrize(
    "path", ["/staff/", "/staff/analytics/", "/staff/analytics/speed/", "/staff/models/", "/staff/jobs/"]
)
def test_only_staff_see_them(client, member, path):
    assert client.get(path).url == f"/accounts/login/?next={path}"
    client.force_login(member)
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("slug", PAGES)
def test_a_new_site_has_pages_that_say_what_will_come(client, staff, slug):
    answer = client.get(f"/staff/analytics/{slug}/")
    assert answer.status_code == 200
    assert b"<polyline" not in answer.content


@pytest.mark.parametrize(
    ("slug", "n_queries"),
    [
        ("overview", 8),
        ("recommendations", 12),
        ("retention", 4),
        ("accuracy", 4),
        ("shown", 7),
        ("speed", 5),
        ("drift", 3),
    ],
)
@pytest.mark.parametrize("n", [1, 3])
def test_the_same_queries_for_any_number(client, staff, figures, django_assert_num_queries, slug, n_queries, n):
    figures(n, n)
    client.get(f"/staff/analytics/{slug}/")
    with django_assert_num_queries(n_queries):
        client.get(f"/staff/analytics/{slug}/")


def test_every_number_of_a_panel_is_in_its_file(client, staff, figures):
    figures(2)
    rows = read_csv(client, "recommendations", "widgets")
    assert rows[0][:4] == ["By widget", "Opened", "lower bound", "upper bound"]
    assert rows[1][0] == "Title: similar titles"
    assert [float(value) for value in rows[1][1:2]] == [0.15]
    assert rows[1][-2:] == ["400", "200"]


def test_rates_have_wilsons_interval_and_members_only_where_there_is_a_list(client, staff, figures):
    figures(1)
    (_, row) = read_csv(client, "recommendations", "models")
    numbers = [float(value) for value in row[1:]]
    assert numbers == pytest.approx([0.15, 0.1071, 0.2061, 0.10, 0.0552, 0.1744, 0.04, 0.03, 0.01, 200, 100], abs=1e-4)


def test_narrowed_to_a_widget_that_showed_nothing(client, staff, figures):
    figures(1)
    assert read_csv(client, "recommendations", "widgets", widget="rows")[1:] == []


def test_demo_members_are_left_out_until_they_are_asked_for(client, staff, figures):
    figures(1)
    WidgetDay.objects.update(is_synthetic=True)
    assert read_csv(client, "recommendations", "widgets")[1:] == []
    assert len(read_csv(client, "recommendations", "widgets", synthetic="on")) == 2


def test_accuracy_is_of_the_model_and_of_what_was_shown_before(client, staff, figures):
    figures(3)
    row = read_csv(client, "accuracy", "models")[1]
    assert [float(value) for value in row[1:]] == [2, 1, 1, 1, 0.25, 12, 3]


def test_coverage_is_of_the_catalogue(client, staff, figures, make_title):
    figures(1)
    make_title()
    rows = read_csv(client, "shown", "coverage")
    assert rows[1] == ["Title: similar titles", "0.5", "0.5", "1.0", "1", "5"]


def test_adult_titles_are_not_among_those_shown_most(client, staff, figures):
    figures(1)
    from catalog.models import Title

    Title.objects.update(is_adult=True)
    assert read_csv(client, "shown", "most")[1:] == []


def test_freshness(client, staff, figures):
    figures(2)
    rows = read_csv(client, "speed", "sources")
    assert rows[1:] == [["precomputed", "0.75", repr(2 / 6), "6"], ["most popular", "0.25", "0.0", "2"]]


def test_retention_is_the_share_of_a_cohort(client, staff, figures):
    figures(3)
    assert read_csv(client, "retention", "average")[1] == ["0", "0.5", "30", "15"]


@pytest.mark.parametrize(
    "asked",
    [
        {"first": "soon"},
        {"first": "2026-02-30"},
        {"first": "2026-03-02", "last": "2026-03-01"},
        {"first": "0001-01-01"},
        {"first": "2020-01-01", "last": "2026-01-01"},
        {"version": "x"},
        {"version": "99"},
        {"widget": "ads"},
        {"variant": "-1"},
    ],
)
def test_what_cannot_be_asked_for_is_said(client, staff, asked):
    answer = client.get("/staff/analytics/recommendations/", asked)
    assert answer.status_code == 400
    assert b"errorlist" in answer.content


@pytest.mark.parametrize("path", ["/staff/analytics/weather/", "/staff/analytics/speed/?csv=nothing"])
def test_what_there_is_not_is_not_found(client, staff, path):
    assert client.get(path).status_code == 404


def test_a_name_that_looks_like_a_formula_is_none_in_the_file(client, staff, make_title):
    from catalog.models import Studio

    make_title().studios.add(Studio.objects.create(name="=cmd()"))
    assert read_csv(client, "catalogue", "studios")[1] == ["'=cmd()", "1", "1.0"]


def test_the_catalogue_is_counted_by_year_and_type(client, staff, make_title):
    make_title(season_year=2020, format="tv", episode_seconds=1440)
    make_title(season_year=2020, format="movie", episode_seconds=6000)
    make_title(season_year=None, format="movie")
    assert read_csv(client, "catalogue", "years") == [
        ["Year", "All", "TV", "Movie"], ["2020", "2", "1", "1"], ["Unknown", "1", "0", "1"],
    ]  # fmt: skip
    assert ["15–26", "1"] in read_csv(client, "catalogue", "lengths")


def test_an_imported_audience_can_be_chosen(client, staff):
    AudienceFigure.objects.create(source="survey", part="gender", value="woman", people=40)
    assert read_csv(client, "audience", "gender")[1:] == []
    assert read_csv(client, "audience", "gender", source="survey")[1:] == [["Woman", "40", "1.0"]]
    assert client.get("/staff/analytics/audience/", {"source": "nobody"}).status_code == 400


@pytest.mark.parametrize(
    "path", [*(f"/staff/analytics/{slug}/" for slug in PAGES), "/staff/jobs/", "/settings/statistics/"]
)
def test_nonsense_in_any_parameter_is_answered(client, staff, path):
    names = (
        "first",
        "last",
        "synthetic",
        "widget",
        "version",
        "variant",
        "segment",
        "source",
        "csv",
        "page",
        "state",
        "task",
    )
    answers = [
        client.get(path, dict.fromkeys(part, value)).status_code for part in (names[:3], names[3:]) for value in BAD
    ]
    assert set(answers) <= {200, 400, 404}


def test_the_catalogue_is_counted_for_what_a_viewer_may_see(client, make_member, make_title):
    make_title(format="tv")
    make_title(format="movie", is_adult=True)
    counts = []
    for shows_adult in (False, True):
        client.force_login(make_member(is_staff=True, shows_adult=shows_adult))
        counts.append(read_csv(client, "catalogue", "formats")[1:])
    assert counts == [[["TV", "1"]], [["TV", "1"], ["Movie", "1"]]]
