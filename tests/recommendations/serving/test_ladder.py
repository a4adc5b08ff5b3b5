from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.entries import writing as lists
from catalog.models import Tag, Title
from catalog.versioning import catalogue_changed
from recommendations.artifact_store import load_recommender
from recommendations.engine.data.interactions import IdMap
from recommendations.engine.models.rerankers import RatingBlend
from recommendations.engine.ranking import RankingOptions
from recommendations.inputs.title_rules import title_rules
from recommendations.models import MemberRecommendations
from recommendations.pipelines.segments import publish_segments
from recommendations.publishing.publish import activate
from recommendations.publishing.rows import write_members
from recommendations.serving import ladder as personal
from recommendations.serving import predicted_score, prediction, recommend_for, recommend_for_guest
from tests.recommendations.engine.toys import clusters
from tests.recommendations.serving.impressions import codes, forgotten, shown


class TestSources:
    def test_without_a_model_the_best_known_titles_are_shown(self, member, catalogue):
        found = recommend_for(member, 3)

        assert shown(found) == catalogue[:3]
        assert (found.source, found.model) == ("popular", "none")
        assert codes(found) == ("model.missing",)

    def test_an_empty_list_gets_what_most_people_like(self, member, publish_model):
        publish_model()

        found = recommend_for(member, 5)

        assert found.source == "popular"
        assert codes(found) == ("table.missing", "live.too_few_titles")
        assert [item.predicted for item in found.items] == [None] * 5

    def test_a_published_row_is_served_from_the_table(self, fan, odd, publish_model):
        version = publish_model()

        found = recommend_for(fan, 6)

        assert (found.source, codes(found), found.n_inputs, found.model) == ("table", (), 4, str(version))
        assert found.computed_at == MemberRecommendations.objects.get(user=fan).computed_at
        assert set(shown(found)) <= set(odd[4:])

    def test_a_new_rating_shows_at_once(self, fan, odd, even, publish_model):
        publish_model()
        first = recommend_for(fan, 5)
        lists.set_score(fan, first.items[0].title, 9)

        found = recommend_for(fan, 5)

        assert (found.source, codes(found), found.n_inputs) == ("live", ("table.outdated",), 5)
        assert first.items[0].title not in shown(found)

    def test_live_scores_are_those_that_the_table_gets_from_the_same_list(self, fan, publish_model):
        version = publish_model()
        table = recommend_for(fan, 10)
        MemberRecommendations.objects.all().delete()

        live = recommend_for(fan, 10)

        assert live.source == "live"
        assert shown(live) == shown(table)
        assert [item.predicted for item in live.items] == pytest.approx([item.predicted for item in table.items])
        assert [[(r.title_id, r.share) for r in i.reasons] for i in live.items] == [
            [(r.title_id, pytest.approx(r.share)) for r in i.reasons] for i in table.items
        ]
        assert live.model == str(version)

    def test_rolling_back_serves_the_earlier_version_s_rows(self, fan, publish_model):
        first, second = publish_model(), publish_model()
        assert recommend_for(fan, 3).model == str(second)

        activate(first)

        found = recommend_for(fan, 3)
        assert (found.source, found.model) == ("table", str(first))


class TestFewTitles:
    """One or two titles are enough for a segment, but not for personal recommendations."""

    @pytest.fixture
    def segmented(self, catalogue, publish_model):
        """Publish a model whose segments watch odd or even titles."""
        version = publish_model()
        for name, titles in (("Music", catalogue[0::2]), ("Sports", catalogue[1::2])):
            Tag.objects.create(kind="genre", name=name, slug=name.lower()).titles.set(titles)
        train = clusters()
        ids = np.array([title.pk for title in catalogue])
        publish_segments(version, replace(train, items=IdMap(ids)))
        return version

    def test_get_what_the_like_minded_like(self, member, odd, segmented):
        lists.set_score(member, odd[0], 9)

        found = recommend_for(member, 8)

        assert (found.source, found.n_inputs) == ("segment", 1)
        assert codes(found) == ("table.missing", "live.too_few_titles")
        assert set(shown(found)) <= set(odd[1:])

    def test_even_when_a_row_was_published_for_them(self, member, odd, publish_model):
        lists.set_score(member, odd[0], 9)
        publish_model()

        found = recommend_for(member, 8)

        assert found.source == "popular"  # the version has no segments
        assert codes(found)[0] == "table.too_few_titles"

    def test_a_guest_s_first_rating_counts(self, odd, even, segmented):
        found = recommend_for_guest({even[3].pk: 9}, 8)

        assert found.source == "segment"
        assert set(shown(found)) <= set(even) - {even[3]}

    def test_the_third_title_brings_their_own(self, member, odd, segmented):
        for title in odd[:3]:
            lists.set_score(member, title, 9)

        assert recommend_for(member, 8).source == "live"

    def test_hidden_and_adult_titles_stay_away(self, member, odd, segmented):
        lists.set_score(member, odd[0], 9)
        lists.hide_title(member, odd[1])
        Title.objects.filter(pk=odd[2].pk).update(is_adult=True)
        catalogue_changed()

        assert not {odd[0], odd[1], odd[2]} & set(shown(recommend_for(member, 40)))


class TestOptions:
    GEMS, HITS = RankingOptions(niche=1), RankingOptions(niche=-1)

    @pytest.fixture
    def gems(self, odd, even):
        """Make every second odd title little known."""
        found = set(odd[1::2])
        Title.objects.filter(pk__in=[title.pk for title in found]).update(members=2_000)
        Title.objects.filter(pk__in=[title.pk for title in [*odd[::2], *even]]).update(members=2_000_000)
        catalogue_changed()
        return found

    def test_what_is_asked_for_is_scored_live_and_says_so(self, fan, publish_model, gems):
        publish_model()

        found = {niche: recommend_for(fan, 6, options=RankingOptions(niche=niche)) for niche in (-1, 0, 1)}

        assert {niche: (f.source, codes(f)) for niche, f in found.items()} == {
            -1: ("live", ("table.options",)),
            0: ("table", ()),
            1: ("live", ("table.options",)),
        }
        hits, plain, few = (len(gems & set(shown(f))) for f in found.values())
        assert hits <= plain <= few
        assert hits < few

    def test_every_wish_has_its_own_place_in_the_cache(self, fan, publish_model, gems):
        publish_model()
        first = [shown(recommend_for(fan, 6, options=options)) for options in (self.GEMS, self.HITS)]

        assert [shown(recommend_for(fan, 6, options=options)) for options in (self.GEMS, self.HITS)] == first
        assert first[0] != first[1]

    def test_a_guest_and_the_fallback_follow_them(self, odd, publish_model, gems):
        publish_model()
        scores = {title.pk: 9 for title in odd[:4]}

        few, hits = (recommend_for_guest(scores, 6, options=options) for options in (self.GEMS, self.HITS))
        known = recommend_for_guest({}, 40, options=RankingOptions(minimum_audience=10_000))

        assert (few.source, hits.source, known.source) == ("live", "live", "popular")
        assert len(gems & set(shown(few))) > len(gems & set(shown(hits)))
        assert not gems & set(shown(known))


class TestReasons:
    def test_reasons_cite_liked_titles_with_the_score_given_and_a_share(self, fan, odd, publish_model):
        publish_model()

        found = recommend_for(fan, 5)

        given_scores = dict(zip(odd[:4], (9, 10, 8, 9), strict=True))
        for item in found.items:
            assert len(item.reasons) == 2
            assert all(given_scores[reason.title] == reason.score for reason in item.reasons)
            assert 1 >= item.reasons[0].share >= item.reasons[1].share > 0

    def test_a_list_can_be_seen_without_one_of_its_reasons(self, fan, odd, publish_model):
        publish_model()

        found = recommend_for(fan, 10, without_reason=[odd[0].pk])

        assert (found.source, found.n_inputs) == ("live", 3)
        assert odd[0] not in shown(found)
        assert odd[0] not in [reason.title for item in found.items for reason in item.reasons]

    def test_a_title_dropped_without_a_score_is_not_read(self, fan, even, publish_model):
        lists.set_status(fan, even[0], "dropped")
        publish_model()

        found = recommend_for(fan, 10)

        assert found.n_inputs == 4
        assert even[0] not in shown(found)


class TestNeverShown:
    """Each title here would rank first without the rule."""

    @pytest.fixture
    def first(self, fan, publish_model):
        publish_model()
        return recommend_for(fan, 1).items[0].title

    def test_what_was_put_on_the_list_since(self, fan, first):
        fan.entries.create(title=first, status="planned")  # bypasses the list version: the row still counts as fresh

        assert first not in shown(recommend_for(fan, 36))

    def test_what_was_hidden_since(self, fan, first):
        fan.hidden.create(title=first)

        assert first not in shown(recommend_for(fan, 36))

    @pytest.mark.parametrize(
        "change", [{"is_adult": True}, {"status": "upcoming"}, {"format": "music"}, {"medium": "manga"}], ids=str
    )
    def test_what_became_unshowable_since(self, fan, first, change):
        Title.objects.filter(pk=first.pk).update(**change)

        found = recommend_for(fan, 36)
        assert found.source == "table"
        assert first not in shown(found)

    def test_adult_titles_are_shown_with_the_opt_in(self, fan, first):
        Title.objects.filter(pk=first.pk).update(is_adult=True)
        fan.shows_adult = True

        assert first in shown(recommend_for(fan, 36))

    def test_the_other_parts_of_a_franchise_that_was_begun(self, fan, odd, first):
        Title.objects.filter(pk__in=[first.pk, odd[0].pk]).update(franchise_entry=odd[0])
        catalogue_changed()
        lists.set_score(fan, odd[5], 8)

        found = recommend_for(fan, 36)
        assert found.source == "live"
        assert first not in shown(found)

    @pytest.mark.parametrize("turned_away", ["dropped", "hidden"])
    @pytest.mark.parametrize("begins_with", ["known", "unknown"])
    def test_the_franchise_of_what_was_turned_away_though_the_model_does_not_know_that_part(
        self, fan, first, make_title, turned_away, begins_with
    ):
        unknown = make_title("A part that nobody rated yet")
        entry = first if begins_with == "known" else unknown
        Title.objects.filter(pk__in=[first.pk, unknown.pk]).update(franchise_entry=entry)
        catalogue_changed()
        if turned_away == "dropped":
            lists.set_status(fan, unknown, "dropped")
        else:
            lists.hide_title(fan, unknown)

        found = recommend_for(fan, 36)
        assert found.source == "live"
        assert first not in shown(found)

    def test_nor_to_a_visitor_who_rated_a_part_that_the_model_does_not_know(self, odd, make_title, published):
        scores = {title.pk: 9 for title in odd[:4]}
        first = recommend_for_guest(scores, 1).items[0].title
        unknown = make_title("A part that nobody rated yet")
        Title.objects.filter(pk__in=[first.pk, unknown.pk]).update(franchise_entry=first)
        catalogue_changed()

        assert first in shown(recommend_for_guest(scores, 36))
        assert first not in shown(recommend_for_guest({**scores, unknown.pk: 9}, 36))

    def test_a_full_list_comes_back_when_the_first_ones_may_not_be_shown(self, fan, publish_model, monkeypatch):
        publish_model()
        monkeypatch.setattr(personal, "SPARE", 2)
        best = [item.title for item in recommend_for(fan, 15).items]
        Title.objects.filter(pk__in=[title.pk for title in best[:10]]).update(is_adult=True)

        assert shown(recommend_for(fan, 5)) == best[10:15]


@pytest.fixture
def published(publish_model):
    return publish_model()


@pytest.mark.property
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    scores=st.dictionaries(st.integers(0, 39), st.integers(1, 10) | st.none(), max_size=15),
    hidden=st.sets(st.integers(0, 39), max_size=5),
    adult=st.sets(st.integers(0, 39), max_size=8),
    upcoming=st.sets(st.integers(0, 39), max_size=5),
    shows_adult=st.booleans(),
    source=st.sampled_from(["table", "live"]),
)
def test_never_on_the_list_hidden_adult_or_upcoming(
    make_member, catalogue, published, scores, hidden, adult, upcoming, shows_adult, source
):
    with forgotten():
        Title.objects.update(is_adult=False, status="finished")
        Title.objects.filter(pk__in=[catalogue[i].pk for i in adult]).update(is_adult=True)
        Title.objects.filter(pk__in=[catalogue[i].pk for i in upcoming]).update(status="upcoming")
        catalogue_changed()
        anybody = make_member(shows_adult=shows_adult)
        drafts = [
            lists.EntryDraft(catalogue[i].pk, "completed" if s else "planned", score=s) for i, s in scores.items()
        ]
        lists.write_entries(anybody, drafts)
        for i in hidden:
            lists.hide_title(anybody, catalogue[i])
        if source == "table":
            recommender = load_recommender(published)
            write_members(published, recommender, title_rules(recommender.items), [anybody.pk])

        found = recommend_for(anybody, 40)

        never = {*scores, *hidden, *upcoming, *(() if shows_adult else adult)}
        assert not {title.pk for title in shown(found)} & {catalogue[i].pk for i in never}
        assert not {r.title_id for item in found.items for r in item.reasons} & {
            catalogue[i].pk for i in adult if not shows_adult
        }


class TestGuests:
    def test_from_the_third_rating_recommendations_are_their_own(self, odd, publish_model):
        publish_model()
        scores = {odd[0].pk: 9, odd[1].pk: 10}

        early = recommend_for_guest(scores, 5)
        own = recommend_for_guest({**scores, odd[2].pk: 8}, 5)

        assert (early.source, codes(early)) == ("popular", ("live.too_few_ratings",))
        assert (own.source, own.n_inputs) == ("live", 3)
        assert set(shown(own)) <= set(odd[3:])
        assert own.items[0].reasons[0].score in {8, 9, 10}

    def test_what_was_rated_is_never_shown(self, catalogue, publish_model):
        publish_model()

        for n_rated in (1, 2, 3, 6):
            scores = {title.pk: 8 for title in catalogue[:n_rated]}
            assert not {title.pk for title in shown(recommend_for_guest(scores, 40))} & set(scores)

    def test_titles_that_no_longer_exist_do_no_harm(self, odd, publish_model):
        publish_model()

        found = recommend_for_guest({10**9: 9, odd[0].pk: 9, odd[1].pk: 9}, 5)

        assert found.source == "live"
        assert found.n_inputs == 2

    def test_adult_titles_are_never_shown(self, odd, publish_model):
        publish_model()
        Title.objects.filter(pk__in=[title.pk for title in odd[4:10]]).update(is_adult=True)

        found = recommend_for_guest({title.pk: 9 for title in odd[:3]}, 40)

        assert not set(shown(found)) & set(odd[4:10])


class TestQueries:
    """Query counts don't depend on the number of titles."""

    @pytest.mark.parametrize("n", [1, 20])
    def test_from_the_table(self, fan, publish_model, n, django_assert_num_queries):
        publish_model()
        recommend_for(fan, n)  # warm this process's title cards

        with django_assert_num_queries(3):
            recommend_for(fan, n)

    @pytest.mark.parametrize("n", [1, 20])
    def test_live_for_a_guest(self, odd, publish_model, n, django_assert_num_queries):
        publish_model()
        scores = {title.pk: 9 for title in odd[:3]}
        recommend_for_guest(scores, n)

        with django_assert_num_queries(3):
            recommend_for_guest(scores, n)


class TestPredictedScore:
    def test_liked_kinds_are_predicted_higher(self, fan, odd, even, publish_model):
        publish_model()

        assert predicted_score(fan, odd[8]) > 7 > predicted_score(fan, even[8])

    def test_bounds_are_given_where_they_were_learned(self, fan, odd, publish_model, monkeypatch):
        assert prediction(fan, odd[8]) is None
        publish_model()
        found = prediction(fan, odd[8])
        assert (found.score, found.bounds) == (pytest.approx(predicted_score(fan, odd[8])), None)
        monkeypatch.setattr(RatingBlend, "interval_rows", lambda self, rows: np.tile([7.0, 9.5], (len(rows), 1)))

        assert prediction(fan, odd[8]).bounds == (7.0, 9.5)

    def test_the_score_given_is_no_evidence(self, fan, odd, publish_model):
        publish_model()
        before = predicted_score(fan, odd[0])
        lists.set_score(fan, odd[0], 1)

        assert predicted_score(fan, odd[0]) == pytest.approx(before)

    def test_there_is_none_without_scores_model_or_knowledge_of_the_title(
        self, member, fan, odd, make_title, publish_model
    ):
        assert predicted_score(fan, odd[5]) is None
        publish_model()
        assert predicted_score(fan, make_title()) is None
        lists.remove_entry(fan, odd[0])
        for title in odd[1:4]:
            lists.set_score(fan, title, None)
        assert predicted_score(fan, odd[5]) is None
