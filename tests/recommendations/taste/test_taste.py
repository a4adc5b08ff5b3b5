from __future__ import annotations

import re

import numpy as np
import pytest
from django.urls import reverse

from accounts.models import EntryChange, ListEntry, Visibility
from catalog.index.titles import title_index
from catalog.models import Studio, Tag, Title
from recommendations.taste.episodes import episodes_of
from recommendations.taste.influence import most_influential
from recommendations.taste.lists import ReadList, list_in_model
from recommendations.taste.profile import profile
from recommendations.taste.year import year_in_review, years_of
from social.people.relations import follow
from tests.html import one_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(member, make_title, make_entry):
    """List six titles, 12 h 40 min: three of drama scored 9, two of mecha scored 5, a film without a
    score."""
    drama, mecha = (Tag.objects.create(kind="genre", name=name, slug=name.lower()) for name in ("Drama", "Mecha"))
    studio = Studio.objects.create(name="Studio", slug="studio")
    finished = ["2020-03-04", "2020-03", "2020", "2019-12-31", ""]
    for place, date in enumerate(finished):
        title = make_title(
            episodes=6, episode_seconds=1200, season="fall", season_year=1995 + place, members=100 * place
        )
        title.tags.set([drama] if place < 3 else [mecha])
        title.studios.set([studio])
        make_entry(member, title, status="completed", score=9 if place < 3 else 5, progress=6, finished_on=date)
    film = make_title("Film", format="movie", episodes=1, episode_seconds=7200, season_year=2011)
    make_entry(member, film, status="completed", rewatches=1)  # without progress
    make_entry(member, status="planned")
    return member


def read(member) -> ReadList:
    entries = ListEntry.objects.filter(user=member)
    return ReadList.of(entries, title_index().tags_visible_to(member))


def rows(found, name) -> dict[str, str]:
    (chart,) = [chart for chart in found.charts if chart.name == name]
    return {mark.row.label: mark.row.said for mark in chart.marks}


class TestNumbers:
    def test_count_what_was_watched(self, listed):
        found = profile(read(listed))

        assert (found.n_titles, found.n_completed, found.n_scored, found.mean) == (6, 6, 5, 7.4)
        assert found.hours == pytest.approx(5 * 6 * 20 / 60 + 2 * 2)

    def test_of_an_empty_list_are_nothing(self, member):
        found = profile(read(member))

        assert (found.n_titles, found.hours, found.mean, found.mainstream, found.charts) == (0, 0, None, None, ())

    def test_mainstream_is_where_the_middle_of_the_list_is_in_the_catalogue(self, member, make_title, make_entry):
        titles = [make_title(members=members) for members in (10, 20, 30, 40)]
        make_entry(member, titles[3], status="completed")

        assert profile(read(member)).mainstream == 0.75

    def test_titles_of_unknown_length_have_no_hours(self, member, make_title, make_entry):
        make_entry(member, make_title(episodes=None, episode_seconds=None), status="watching", progress=5)

        assert profile(read(member)).hours == 0


class TestCharts:
    def test_scores_stand_beside_everybody_s(self, listed, make_member, make_entry):
        for _ in range(5):
            make_entry(make_member(), status="completed", score=10)

        (chart,) = [chart for chart in profile(read(listed)).charts if chart.name == "scores"]

        assert [mark.row.said for mark in chart.marks][4:9:4] == ["40.0%", "60.0%"]
        assert [mark.row.beside_said for mark in chart.marks][8:] == ["30.0%", "50.0%"]
        assert chart.says == "Most common score: 9. Average: 7.4 (site average: 8.7)."

    def test_genres_by_heart_count_few_scores_less(self, listed, make_title, make_entry):
        mecha = Tag.objects.get(slug="mecha")
        title = make_title()
        title.tags.set([mecha])
        make_entry(listed, title, status="completed", score=5)

        assert rows(profile(read(listed)), "loved") == {"Drama": "+0.55", "Mecha": "−0.55"}

    def test_no_genre_is_liked_more_where_all_scores_are_the_same(self, listed):
        ListEntry.objects.filter(user=listed).update(score=9)
        assert "loved" not in [chart.name for chart in profile(read(listed)).charts]

    def test_others(self, listed):
        found = profile(read(listed))

        assert rows(found, "time") == {"Drama": "6.0 h", "Mecha": "4.0 h"}
        assert rows(found, "studios") == {"Studio": "10 h"}
        assert rows(found, "decades") == {"1990s": "5", "2000s": "0", "2010s": "1"}
        assert rows(found, "lengths") == {"1": "1", "2–6": "5", "7–13": "0", "14–26": "0", "27–60": "0", "61+": "0"}
        assert rows(found, "seasons") == {"Winter": "0", "Spring": "0", "Summer": "0", "Fall": "5"}

    def test_genres_of_adult_titles_are_not_named_to_others(self, listed):
        Tag.objects.filter(slug="drama").update(is_adult=True)

        assert rows(profile(read(listed)), "time") == {"Mecha": "4.0 h"}


class TestYears:
    def test_count_only_what_is_known_to_be_theirs(self, listed):
        own = read(listed)
        review = year_in_review(listed, own, 2020)

        assert own.years == [2020, 2019]
        assert (review.numbers.n_titles, review.n_undated, review.n_without_month) == (3, 2, 1)
        assert {mark.row.label: mark.row.value for mark in review.months.marks if mark.row.value} == {"Mar": 2}
        assert [score for _, score in review.best] == [9, 9, 9]
        assert review.first == review.last  # one has a full date

    def test_without_a_known_month_has_no_months(self, member, make_entry):
        make_entry(member, status="completed", finished_on="2018")

        assert year_in_review(member, read(member), 2018).months is None


class TestEpisodes:
    @pytest.fixture
    def watched(self, member, make_title):
        """Three episodes in January 2026 by the clock of New York, one of them taken back in February."""
        member.time_zone = "America/New_York"
        member.save()
        title = make_title(episode_seconds=1800)
        for at, n in [("2026-01-05T12:00Z", 2), ("2026-02-01T02:00Z", 1), ("2026-02-03T12:00Z", -1)]:
            EntryChange.objects.create(user=member, title=title, at=at, watched=n)
        return title

    def test_are_counted_by_the_members_month(self, member, watched):
        found = episodes_of(member, 2026)
        assert found.by_month.tolist() == [3, 0, *[0] * 10]
        assert found.hours == 1.0

    def test_make_a_year_to_look_back_at(self, member, watched, client):
        assert years_of(member, read(member)) == [2026]
        client.force_login(member)
        assert "3 episodes watched, 1 hours" in one_line(client.get("/taste/2026/"))

    def test_of_titles_that_are_out_of_sight_are_left_out(self, member, watched):
        watched.is_adult = True
        watched.save()
        assert episodes_of(member, 2026).n == 0
        assert years_of(member, read(member)) == []


class TestPages:
    @pytest.fixture
    def own(self, client, listed):
        client.force_login(listed)
        return client

    def test_every_chart_is_an_image_with_a_text_and_a_table(self, own):
        content = one_line(own.get("/taste/"))

        charts = len(own.get("/taste/").context["profile"].charts)
        assert charts == 6
        assert (content.count('role="img"'), content.count("<desc "), content.count("<table ")) == (charts,) * 3
        assert not re.search(r"<style|style=|<script(?! src)", content)

    def test_numbers_in_drawings_have_a_point_in_every_language(self, own, settings):
        settings.LANGUAGE_CODE = "de"

        content = one_line(own.get("/taste/"))

        assert re.findall(r'(?:x|y|width|height|viewBox)="[^"]*,[^"]*"', content) == []

    def test_an_empty_list_says_what_to_do(self, client, make_member):
        client.force_login(make_member())
        assert "No charts yet" in one_line(client.get("/taste/"))

    def test_a_year_has_its_page(self, own):
        content = one_line(own.get("/taste/2020/"))

        assert "2 completed titles have no end date, so no year includes them." in content
        assert '<a class="chip num" href="/taste/2020/" aria-current="page">2020</a>' in content
        assert own.get("/taste/1987/").status_code == 404

    def test_are_for_members(self, client):
        for address in ("/taste/", "/taste/2020/"):
            assert client.get(address).url == f"/accounts/login/?next={address}"

    @pytest.mark.parametrize(("address", "queries"), [("/taste/", 5), ("/taste/2021/", 6)])
    @pytest.mark.parametrize("n", [1, 3])
    def test_queries(self, client, member, make_entry, address, queries, n, django_assert_num_queries):
        for _ in range(n):
            make_entry(member, status="completed", score=8, finished_on="2021-05-01")
        client.force_login(member)
        client.get(address)
        with django_assert_num_queries(queries):
            client.get(address)


class TestOfOthers:
    def address(self, member):
        return reverse("recommendations:taste_of_member", args=[member.username])

    def test_is_made_of_what_the_viewer_may_see(self, client, listed, make_member):
        hidden, for_followers, adult = listed.entries.filter(status="completed").order_by("pk")[:3]
        ListEntry.objects.filter(pk=hidden.pk).update(visibility=Visibility.PRIVATE)
        ListEntry.objects.filter(pk=for_followers.pk).update(visibility=Visibility.FOLLOWERS)
        Title.objects.filter(pk=adult.title_id).update(is_adult=True)
        follower = make_member("follower")
        follow(follower, listed)

        def seen_by(viewer):
            client.logout()
            if viewer:
                client.force_login(viewer)
            return client.get(self.address(listed)).context["profile"].n_titles

        assert [seen_by(viewer) for viewer in (None, make_member(), follower, listed)] == [3, 3, 4, 5]

    def test_says_nothing_of_years_or_of_what_moves_suggestions(self, client, listed):
        context = client.get(self.address(listed)).context

        assert "influences" not in context
        assert "/taste/2020/" not in one_line(client.get(self.address(listed)))

    def test_of_nobody_is_not_found(self, client, listed):
        assert client.get("/members/nobody/taste/").status_code == 404
        assert client.get("/members/%00/taste/").status_code == 404


class TestInfluence:
    @pytest.fixture
    def fan(self, member, odd, make_entry):
        for title, score in zip(odd[:4], (9, 10, 8, 9), strict=True):
            make_entry(member, title, status="completed", score=score)
        return member

    def test_names_what_speaks_for_the_suggestions(self, fan, odd, publish_model):
        publish_model()

        found = most_influential(fan, list_in_model(fan))

        assert {item.title for item in found} == set(odd[:4])
        shares = [item.share for item in found]
        assert shares == sorted(shares, reverse=True)
        assert np.sum(shares) == pytest.approx(1)

    @pytest.mark.parametrize("n", [1, 3])
    def test_queries(self, client, fan, odd, n, publish_model, django_assert_num_queries):
        publish_model()
        Title.objects.exclude(pk__in=[title.pk for title in odd[: 4 + n]]).update(status="upcoming")
        client.force_login(fan)
        client.get("/taste/")
        with django_assert_num_queries(13):
            client.get("/taste/")

    def test_never_names_what_became_adult(self, fan, odd, publish_model):
        publish_model()
        Title.objects.filter(pk=odd[0].pk).update(is_adult=True)

        assert odd[0] not in [item.title for item in most_influential(fan, list_in_model(fan))]

    def test_without_a_model_or_a_list_there_is_none(self, fan, make_member, publish_model):
        assert most_influential(fan, list_in_model(fan)) == []
        publish_model()
        newcomer = make_member()
        assert most_influential(newcomer, list_in_model(newcomer)) == []
