from __future__ import annotations

import json

import pytest
from rest_framework.test import APIClient

from accounts.entries.writing import update_entry
from anirec.lib.valkey import valkey
from catalog.models import Tag
from recommendations.experiments import intake, lifecycle
from recommendations.models import Experiment, Mood, Variant


def names(answer) -> list[str]:
    return [item["title"]["name"] for item in answer.json()["items"]]


def test_the_rows_of_for_you_are_named_and_filled(api, member, make_title):
    first, second = make_title("First", started_on="2001"), make_title("Second", started_on="2002")
    for title in (first, second):
        title.franchise_entry = first
        title.save()
    update_entry(member, first, status="completed", score=9)

    slugs = [row["slug"] for row in api.get("/api/v1/my/rows/").json()]

    assert {"continue", "season", "gems"} <= set(slugs)
    assert names(api.get("/api/v1/my/rows/continue/")) == ["Second"]
    assert api.get("/api/v1/my/rows/nothing/").status_code == 404


def test_moods_are_for_everybody(api, make_title):
    drama = Tag.objects.create(kind="genre", name="Drama", slug="drama")
    Mood.objects.all().delete()
    Mood.objects.create(name="Cosy", slug="cosy", description="Warm", weights={"drama": 1})
    make_title("Warm", members=5000).tags.add(drama)
    make_title("Cold", members=5000)

    assert [mood["slug"] for mood in APIClient().get("/api/v1/moods/").json()] == ["cosy"]
    assert names(APIClient().get("/api/v1/moods/cosy/")) == ["Warm"]
    assert names(api.get("/api/v1/moods/cosy/")) == ["Warm"]


def test_a_surprise_is_one_title_and_never_kept(api, make_title):
    assert names(api.get("/api/v1/my/surprise/")) == []
    make_title("Only one", members=5000)
    answer = api.get("/api/v1/my/surprise/")
    assert (names(answer), answer["Cache-Control"]) == (["Only one"], "no-store")


def test_a_taste_in_numbers_and_a_year_of_it(api, member, make_title):
    for score in (7, 9):
        title = make_title(episodes=12, episode_seconds=1500)
        update_entry(member, title, status="completed", score=score, finished_on="2021-04")

    taste, year = api.get("/api/v1/my/taste/").json(), api.get("/api/v1/my/taste/2021/").json()

    assert (taste["n_titles"], taste["mean_score"], taste["hours"], taste["years"]) == (2, 8.0, 10.0, [2021])
    assert (year["n_completed"], next(title["id"] for title in year["best"])) == (2, title.pk)
    assert "scores" in [chart["name"] for chart in taste["charts"]]
    assert api.get("/api/v1/my/taste/1999/").status_code == 404


@pytest.fixture
def running(member) -> Experiment:
    Experiment.objects.all().delete()
    experiment = Experiment.objects.create(
        key="api", name="API", widget="similar", primary_metric="click", planned_days=14
    )
    Variant.objects.create(experiment=experiment, name="a", position=0)
    Variant.objects.create(experiment=experiment, name="b", position=1, parameters={"n": 8})
    lifecycle.start(experiment, member)
    return experiment


def test_a_widget_elsewhere_is_told_what_to_show_and_tells_what_was_seen(api, running, make_title):
    shown = api.get("/api/v1/experiments/assignments/", {"widget": "similar"}).json()
    visitor = APIClient().get("/api/v1/experiments/assignments/", {"widget": "similar"})
    batch = [{"ticket": shown["ticket"], "seen": [[make_title().pk, 0]]}]
    kept = APIClient().post("/api/v1/experiments/events/", batch, format="json")
    (_id, fields), *_rest = valkey().xrevrange(intake.STREAM, count=1)

    assert shown["parameters"]["n"] in (8, 12)
    assert (visitor.json()["ticket"], "Set-Cookie" in visitor, kept.status_code) == ("", False, 202)
    assert json.loads(fields[b"batch"])["experiment"] == running.pk


@pytest.mark.parametrize(
    ("batch", "status"),
    [
        ([], 400),
        ([{"ticket": "a:b:c", "seen": []}], 403),
        ([{"seen": [[1, 1]]}], 403),
        ([{"ticket": 7, "bought": []}], 400),
    ],
)
def test_events_are_taken_whole_or_not_at_all(db, batch, status):
    answer = APIClient().post("/api/v1/experiments/events/", batch, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
