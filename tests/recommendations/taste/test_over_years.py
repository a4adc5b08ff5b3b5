"""Taste over the years, and the questions about old scores."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import ListEntry
from catalog.index.titles import title_index
from catalog.models import Tag
from recommendations.models import KeptScore
from recommendations.taste.lists import ReadList, list_in_model
from recommendations.taste.old_scores import ASKED, old_scores
from recommendations.taste.over_years import over_years

pytestmark = pytest.mark.django_db


@pytest.fixture
def finish(member, make_title, make_entry):
    """Add n titles of a genre, finished in a year."""

    def add(n, year, genre="Drama", score=8):
        tag, _ = Tag.objects.get_or_create(kind="genre", name=genre, slug=genre.lower())
        for number in range(n):
            title = make_title()
            title.tags.add(tag)
            make_entry(member, title, status="completed", score=score, finished_on=f"{year}-{number % 12 + 1:02}-05")

    return add


def years(member):
    return over_years(ReadList.of(ListEntry.objects.own(member), title_index().tags_visible_to(member)))


def test_each_year_names_what_was_watched_more_than_usual(member, finish):
    finish(8, 2015, "Action", 9)
    finish(2, 2015, "Drama", 6)
    finish(6, 2020, "Drama", 7)

    latest, first = years(member)

    assert (first.year, first.finished, round(first.mean, 1)) == (2015, 10, 8.4)
    assert first.genres == (("Action", "action"),)
    assert (latest.year, latest.genres) == (2020, (("Drama", "drama"),))


def test_one_year_or_a_few_titles_are_no_change(member, finish):
    finish(8, 2015)
    finish(4, 2020)

    assert years(member) == []


def test_a_list_without_dates_has_no_years(member, make_entry):
    for _ in range(12):
        make_entry(member, status="completed")

    assert years(member) == []
    assert years(member) == over_years(ReadList.of(ListEntry.objects.none(), frozenset()))


def test_the_page_and_the_api_show_them(client, api, member, finish):
    finish(6, 2015)
    finish(6, 2020, "Action")
    client.force_login(member)

    page = client.get(reverse("recommendations:taste")).content.decode()

    assert "Taste over the years" in page
    assert [year["year"] for year in api.get("/api/v1/my/taste/").json()["over_years"]] == [2020, 2015]


def asked(member):
    return old_scores(member, list_in_model(member))


class TestOldScores:
    @pytest.fixture
    def turned(self, publish_model, catalogue, member, make_entry):
        """The member liked even titles long ago, and odd ones in the last years."""
        publish_model()
        even, odd = catalogue[1::2], catalogue[0::2]
        for number in range(12):
            make_entry(member, even[number], status="completed", score=10, finished_on=f"2010-{number + 1:02}-03")
            make_entry(member, odd[number], status="completed", score=9, finished_on=f"2020-{number + 1:02}-03")
        return member

    def test_high_scores_that_the_latest_titles_speak_against_are_asked_about(self, turned, catalogue):
        found = asked(turned)

        assert 1 <= len(found) <= ASKED
        assert {one.title for one in found} <= set(catalogue[1::2])
        assert all((one.score, one.year) == (10, 2010) and one.expected <= 8.5 for one in found)

    def test_one_that_is_kept_is_not_asked_about_again(self, client, turned):
        first = asked(turned)[0].title
        client.force_login(turned)

        page = client.get(reverse("recommendations:taste")).content.decode()
        answer = client.post(reverse("recommendations:keep_score", args=[first.pk]))

        assert "Would you still give these scores?" in page
        assert answer.status_code == 302
        assert KeptScore.objects.filter(user=turned, title=first).exists()
        assert first not in {one.title for one in asked(turned)}

    def test_a_score_that_was_never_given_cannot_be_kept(self, client, member, make_title):
        client.force_login(member)

        assert client.post(reverse("recommendations:keep_score", args=[make_title().pk])).status_code == 404

    def test_without_dates_nothing_is_asked(self, turned):
        ListEntry.objects.filter(user=turned).update(finished_on="")

        assert asked(turned) == []
