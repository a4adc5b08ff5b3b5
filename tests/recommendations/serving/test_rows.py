from __future__ import annotations

import random

import pytest
from django.http import QueryDict

from accounts.entries import writing as lists
from catalog.browse.filters import TitleFilter
from catalog.models import Tag, Title
from recommendations import serving
from recommendations.engine.ranking import RankingOptions
from recommendations.models import Mood
from recommendations.serving.season import season_of
from tests.recommendations.serving.impressions import shown


def slugs(member) -> list[str]:
    return [row.slug for row in serving.rows_for(member)]


class TestRows:
    def test_stand_in_a_fixed_order_with_the_last_favourites_between(self, fan, odd):
        assert slugs(fan) == [
            "continue", f"because-{odd[3].pk}", "season", f"because-{odd[2].pk}", "gems", f"because-{odd[1].pk}",
        ]  # fmt: skip

    def test_one_favourite_a_franchise(self, fan, odd):
        Title.objects.filter(pk__in=[odd[2].pk, odd[3].pk]).update(franchise_entry=odd[2])

        assert [slug for slug in slugs(fan) if "because" in slug] == [f"because-{odd[place].pk}" for place in (3, 1, 0)]

    def test_what_is_no_longer_visible_is_no_favourite(self, fan, odd):
        Title.objects.filter(pk=odd[3].pk).update(is_adult=True)

        assert f"because-{odd[3].pk}" not in slugs(fan)

    @pytest.mark.parametrize("slug", ["nonsense", "because-", "because-x", "because-0", f"because-{'9' * 40}"])
    def test_there_are_no_others(self, fan, slug):
        with pytest.raises(LookupError):
            serving.find_row(fan, slug)

    def test_only_a_liked_title_leads_to_others(self, fan, odd, even):
        lists.set_score(fan, even[0], 3)

        for title in (even[0], odd[10]):
            with pytest.raises(LookupError):
                serving.find_row(fan, f"because-{title.pk}")

    def test_what_a_favourite_leads_to_is_like_it(self, fan, odd, publish_model):
        publish_model()

        found = serving.fill(serving.find_row(fan, f"because-{odd[0].pk}"), fan, 5)

        assert {item.title for item in found} <= set(odd[4:])
        assert len(found) == 5

    def test_leave_out_what_is_shown_above_and_stay_full(self, fan, publish_model):
        publish_model()
        picks = [item.title.pk for item in serving.fill(serving.find_row(fan, "picks"), fan, 6)]

        below = [item.title.pk for item in serving.fill(serving.find_row(fan, "picks"), fan, 6, exclude=picks)]

        assert (len(below), set(below) & set(picks)) == (6, set())

    def test_gems_are_what_few_know(self, fan, catalogue, publish_model):
        Title.objects.filter(pk__in=[title.pk for title in catalogue[:12]]).update(members=900_000)
        publish_model()

        found = serving.fill(serving.find_row(fan, "gems"), fan, 10)

        assert found
        assert not {item.title for item in found} & set(catalogue[:12])


class TestMoods:
    @pytest.fixture
    def tagged(self, make_title):
        quiet, loud = (Tag.objects.create(kind="theme", name=name, slug=name) for name in ("quiet", "loud"))
        made = {name: make_title(name, episodes=10, episode_seconds=600, score=8) for name in ("both", "calm", "noise")}
        made["both"].tags.set([quiet, loud])
        made["calm"].tags.set([quiet])
        made["noise"].tags.set([loud])
        return made

    @pytest.mark.parametrize(
        ("fields", "fitting"),
        [
            ({"weights": {"quiet": 1}}, ["both", "calm"]),
            ({"weights": {"quiet": 0.5, "loud": 0.5}}, ["both"]),
            ({"weights": {"quiet": 1, "loud": -1}}, ["calm"]),
            ({"weights": {"quiet": 1}, "without": ["loud"]}, ["calm"]),
            ({"weights": {"quiet": 1, "unheard-of": 1}, "without": ["nowhere"]}, ["both", "calm"]),
            ({"weights": {"quiet": 1}, "length_max": 99}, []),
            ({"weights": {"quiet": 1}, "length_min": 100, "year_min": 2020, "score_min": 8}, ["both", "calm"]),
            ({"weights": {"quiet": 1}, "formats": ["movie"]}, []),
        ],
        ids=str,
    )
    def test_hold_what_fits_weights_and_conditions(self, tagged, fields, fitting):
        mood = Mood.objects.create(name="Mood", slug="mood", **fields)

        found = Title.objects.filter(pk__in=serving.in_mood(mood).title_ids.tolist())

        assert sorted(title.name for title in found) == fitting

    def test_one_that_nothing_can_fit_is_refused(self, db):
        from django.core.exceptions import ValidationError

        for wrong in ({"weights": {"quiet": 0.5}}, {"weights": {"quiet": "much"}}, {"weights": [1]}):
            with pytest.raises(ValidationError) as refused:
                Mood(name="Mood", slug="mood", description="…", **wrong).full_clean()
            assert list(refused.value.message_dict) == ["weights"]

    def test_a_visitor_gets_the_best_known_first(self, tagged, publish_model):
        publish_model()
        mood = Mood.objects.create(name="Mood", slug="mood", weights={"quiet": 1})
        Title.objects.filter(name="calm").update(members=5000)

        found = serving.recommend(serving.Reader(None), 5, choice=serving.in_mood(mood))

        assert [title.name for title in shown(found)] == ["calm", "both"]


class TestFilters:
    def test_an_asked_limit_binds_also_with_a_choice(self, fan, odd, make_title, publish_model):
        publish_model()
        small = make_title("Small", members=5)
        choice = serving.Choice(serving.filtered(_filters(fan, "year_min=1990")).title_ids)

        everything = serving.recommend_for(fan, 60, choice=choice)
        known = serving.recommend_for(fan, 36, choice=choice, options=RankingOptions(minimum_audience=1970))

        assert small in shown(everything)
        assert {title.members >= 1970 for title in Title.objects.filter(pk__in=[t.pk for t in shown(known)])} == {True}

    def test_without_a_filter_there_is_no_choice(self, fan):
        assert serving.filtered(_filters(fan, "sort=score&niche=1")) is None

    def test_a_wrong_value_filters_nothing(self, fan, catalogue):
        assert serving.filtered(_filters(fan, "year_min=soon")) is None

    def test_an_age_limit_is_kept_to_before_the_best_are_taken(self, fan, catalogue, odd, publish_model):
        publish_model()
        fitting = [*catalogue[30:], odd[0]]
        Title.objects.filter(pk__in=[title.pk for title in fitting]).update(age_rating="g")
        fan.age_limit = "g"
        fan.save()

        assert set(shown(serving.recommend_for(fan, 10))) == set(catalogue[30:])


class TestSurprise:
    def test_comes_by_chance_likelier_what_suits_better(self, fan, publish_model):
        publish_model()
        order = shown(serving.recommend_for(fan, 36))
        chance = random.Random(7)

        places = [order.index(serving.surprise(serving.Reader(fan), chance=chance).title) for _ in range(60)]

        assert len(set(places)) > 8
        assert sum(place < 8 for place in places) > sum(place >= len(order) - 8 for place in places)

    def test_another_one_is_another_one(self, make_title):
        first, second = make_title(), make_title()

        assert serving.surprise(serving.Reader(None), without=[first.pk]).title == second
        assert serving.surprise(serving.Reader(None), without=[first.pk, second.pk]) is not None

    def test_an_empty_catalogue_surprises_nobody(self, db):
        assert serving.surprise(serving.Reader(None)) is None


class TestSeason:
    @pytest.fixture
    def fall(self, odd, even):
        for title in (*odd[4:6], *even[4:6]):
            Title.objects.filter(pk=title.pk).update(season="fall", season_year=2019)
        return [*odd[4:6], *even[4:6]]

    def test_is_ordered_by_what_suits(self, fan, fall, odd, publish_model):
        publish_model()

        found = serving.season_ranking(serving.Reader(fan), 2019, "fall")

        assert {item.title for item in found} == set(fall)
        assert {item.title for item in found[:2]} == set(odd[4:6])
        assert [item.suits for item in found] == sorted((item.suits for item in found), reverse=True)

    def test_is_by_audience_for_somebody_unknown(self, fall, publish_model):
        publish_model()

        found = serving.season_ranking(serving.Reader(None), 2019, "fall")

        assert [item.title for item in found] == sorted(fall, key=lambda title: -title.members)
        assert {item.suits for item in found} == {None}

    def test_shows_nothing_adult(self, fan, fall):
        Title.objects.filter(pk=fall[0].pk).update(is_adult=True)

        assert {item.title for item in serving.season_ranking(serving.Reader(fan), 2019, "fall")} == set(fall[1:])

    def test_as_a_row_it_holds_only_what_is_new_to_the_member(self, fan, fall):
        lists.set_status(fan, fall[0], "planned")
        lists.hide_title(fan, fall[1])

        found = serving.season_ranking(serving.Reader(fan), 2019, "fall", new_only=True)

        assert {item.title for item in found} == set(fall[2:])

    @pytest.mark.parametrize(
        ("month", "season"), [(1, "winter"), (3, "winter"), (4, "spring"), (9, "summer"), (12, "fall")]
    )
    def test_of_a_day(self, month, season):
        from datetime import date

        assert season_of(date(2021, month, 28)) == (2021, season)


def _filters(member, query: str) -> TitleFilter:
    return TitleFilter(QueryDict(query), Title.objects.visible_to(member), viewer=member)


def test_gems_are_series_and_films_that_the_member_should_like_about_as_much_as_usual(fan, odd, publish_model):
    publish_model()
    Title.objects.filter(pk=odd[-1].pk).update(format="special")
    mean = 9.0  # of the fan's scores 9, 10, 8 and 9

    found = serving.fill(serving.find_row(fan, "gems"), fan, 40)

    assert found
    assert odd[-1] not in [item.title for item in found]
    assert all(item.predicted >= mean - 0.25 for item in found)
