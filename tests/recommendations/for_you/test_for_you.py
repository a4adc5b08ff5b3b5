from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.entries import writing as lists
from catalog.models import Tag, Title
from recommendations.artifact_store import _loaded, artifact_folder
from recommendations.models import Mood
from tests.html import one_line
from tests.recommendations.serving.impressions import codes

pytestmark = pytest.mark.django_db


def fragment(client, address, target, **parameters):
    return client.get(address, parameters, HTTP_HX_REQUEST="true", HTTP_HX_TARGET=target)


@pytest.fixture
def own(client, member, odd, publish_model):
    """Sign in a member who likes odd titles."""
    for title, score in zip(odd[:4], (9, 10, 8, 9), strict=True):
        lists.set_score(member, title, score)
    publish_model()
    client.force_login(member)
    return client


@pytest.fixture
def mood(odd):
    tag = Tag.objects.create(kind="theme", name="Quiet", slug="quiet")
    tag.titles.set(odd)
    return Mood.objects.create(name="Quiet days", slug="quiet-days", description="Calm.", weights={"quiet": 1})


class TestFiltersWithoutAHit:
    @pytest.fixture
    def page(self, own, odd, even):
        Title.objects.filter(pk__in=[title.pk for title in odd[6:9]]).update(format="movie", season_year=1999)
        return own.get("/for-you/", {"format": "movie", "year_min": "2015"})

    def test_says_which_filter_to_drop_and_what_that_finds(self, page):
        ways = [(way.label, way.query, way.n) for way in page.context["ways_out"]]

        assert ways == [("Movie", "?year_min=2015", 33), ("From year: 2015", "?format=movie", 3)]
        assert "Remove one of these filters:" in one_line(page)

    def test_does_not_treat_the_member_as_a_newcomer(self, page):
        assert "Rate a few titles" not in one_line(page)
        assert "until you rate enough" not in one_line(page)


class TestRows:
    def test_stand_below_the_picks_as_links_and_places_to_load_into(self, own, odd):
        content = one_line(own.get("/"))

        for slug in ("continue", f"because-{odd[3].pk}", "season", "gems"):
            assert f'id="row-{slug}" hx-get="/for-you/{slug}/"' in content
            assert f'<a class="link push" href="/for-you/{slug}/">' in content

    def test_a_fragment_leaves_out_what_is_shown_above(self, own):
        picks = [item.title for item in own.get("/").context["list"].items]
        sent = ",".join(str(title.pk) for title in picks[:6])

        items = fragment(own, "/for-you/picks/", "row-picks", shown=sent).context["items"]

        assert [item.title for item in items][:6] == picks[6:12]

    @pytest.mark.parametrize("sent", ["", "x,,1e9", "9" * 50, "-1,\0", ",".join(["7"] * 5000)])
    def test_whatever_is_said_to_be_shown(self, own, sent):
        assert fragment(own, "/for-you/gems/", "row-gems", shown=sent).status_code == 200

    def test_alone_a_row_is_a_page(self, own):
        page = own.get("/for-you/gems/")

        assert "<h1>Hidden gems</h1>" in one_line(page)
        assert {template.name for template in page.templates} >= {"recommendations/for_you/row.html"}

    def test_an_empty_row_says_what_would_fill_it(self, own):
        content = fragment(own, "/for-you/continue/", "row-continue").content.decode()

        assert content.strip() == (
            '<p class="quiet">No sequels yet. When you complete a season, the next one appears here.</p>'
        )

    @pytest.mark.parametrize("slug", ["nonsense", "because-999999", "because-x"])
    def test_what_is_no_row_is_not_found(self, own, slug):
        assert own.get(f"/for-you/{slug}/").status_code == 404

    def test_is_for_members(self, client):
        assert client.get("/for-you/gems/").url == "/accounts/login/?next=/for-you/gems/"

    @pytest.mark.parametrize(("slug", "queries"), [("picks", 7), ("gems", 7), ("season", 10)])
    @pytest.mark.parametrize("n", [1, 3])
    def test_takes_the_same_number_of_queries_for_any_number_of_titles(
        self, own, member, catalogue, slug, queries, n, django_assert_num_queries
    ):
        from django.utils import timezone

        from recommendations.serving.season import season_of

        year, season = season_of(timezone.localdate())
        Title.objects.exclude(pk__in=[title.pk for title in catalogue[: 8 + 2 * n]]).update(status="upcoming")
        Title.objects.update(season_year=year, season=season)
        fragment(own, f"/for-you/{slug}/", f"row-{slug}")
        with django_assert_num_queries(queries):
            fragment(own, f"/for-you/{slug}/", f"row-{slug}")


class TestFilters:
    def test_a_full_list_comes_back(self, own, odd, even):
        Title.objects.filter(pk__in=[title.pk for title in even]).update(format="movie")

        context = own.get("/for-you/", {"format": "movie"}).context

        assert {item.title for item in context["list"].items} == set(even)
        assert (context["n_fitting"], "rows" in context) == (20, False)

    def test_the_page_says_how_many_fit_where_they_do_not_fill_it(self, own, odd):
        Title.objects.filter(pk__in=[title.pk for title in odd[:6]]).update(format="movie")

        response = own.get("/for-you/", {"format": "movie"})

        assert {item.title for item in response.context["list"].items} == set(odd[4:6])
        assert "6 matching titles · 2 recommended" in " ".join(one_line(response).split())

    def test_nothing_that_fits_is_said_with_a_way_out(self, own):
        assert "No matching titles" in one_line(own.get("/for-you/", {"format": "ova"}))

    def test_a_wrong_value_is_an_error_of_its_field(self, own):
        content = one_line(own.get("/for-you/", {"year_min": "1234567"}))

        assert "Ensure this value is less than or equal to 2200." in content

    def test_others_than_the_form_shows_are_carried_along(self, own, odd):
        content = one_line(own.get("/for-you/", {"members_min": "1980"}))

        assert '<input type="checkbox" name="members_min" value="1980" checked>' in content

    def test_an_adult_genre_is_offered_to_those_who_opted_in_alone(self, own, member, odd):
        adult = Tag.objects.create(kind="genre", name="Erotica", slug="erotica", is_adult=True)
        adult.titles.set(odd)

        shown = []
        for shows_adult in (True, False):
            member.shows_adult = shows_adult
            member.save()
            shown.append('value="erotica"' in one_line(own.get("/")))

        assert shown == [True, False]

    def test_the_api_takes_the_same(self, own, even):
        Title.objects.filter(pk__in=[title.pk for title in even[:3]]).update(format="movie")

        found = own.get(reverse("api:my-recommendations"), {"format": "movie"}).json()

        assert {item["title"]["id"] for item in found["items"]} == {title.pk for title in even[:3]}
        assert own.get(reverse("api:my-recommendations"), {"year_min": "soon"}).status_code == 400


class TestReasonsLeftOut:
    def test_each_card_leads_to_the_list_without_a_reason(self, own, odd):
        content = one_line(own.get("/for-you/"))

        assert f'href="/for-you/?without_reason={odd[0].pk}">Ignore Title 1</a>' in content

    def test_the_address_holds_them_and_each_can_count_again(self, own, odd):
        response = own.get("/for-you/", {"without_reason": f"{odd[0].pk},{odd[1].pk}", "niche": "0.5"})

        assert response.context["left_out"] == odd[:2]
        assert f'href="/for-you/?niche=0.5&amp;without_reason={odd[1].pk}"' in one_line(response)
        reasons = {reason.title for item in response.context["list"].items for reason in item.reasons}
        assert not reasons & set(odd[:2])

    @pytest.mark.parametrize("wrong", ["x", "1,2,x", "-3", "9" * 30, "1.5"])
    def test_what_is_no_title_s_id_is_refused(self, own, wrong):
        assert own.get("/for-you/", {"without_reason": wrong}).status_code == 400


class TestMoods:
    def test_is_ranked_for_a_member_and_shown_to_a_visitor(self, client, own, mood, odd):
        page = own.get("/moods/quiet-days/")
        assert ({item.title for item in page.context["list"].items}, page.context["list"].source) == (
            set(odd[4:]),
            "live",
        )
        client.logout()
        assert {item.title for item in client.get("/moods/quiet-days/").context["list"].items} == set(odd)

    def test_are_offered_on_for_you(self, own, mood):
        assert '<a class="chip" href="/moods/quiet-days/">Quiet days</a>' in one_line(own.get("/"))

    def test_others_are_not_found(self, client):
        assert client.get("/moods/nonsense/").status_code == 404

    @pytest.mark.parametrize("n", [1, 3])
    def test_queries(self, own, mood, odd, n, django_assert_num_queries):
        mood.weights = {f"tag-{n}": 1}
        mood.save()
        Tag.objects.create(kind="theme", name=f"tag-{n}", slug=f"tag-{n}").titles.set(odd[8 : 8 + n])
        own.get("/moods/quiet-days/")
        with django_assert_num_queries(9):
            own.get("/moods/quiet-days/")


class TestSurprise:
    def test_shows_one_with_its_reason_and_the_way_to_another(self, own):
        response = own.get("/surprise/")
        title = response.context["item"].title

        assert f'hx-get="?not={title.pk}"' in one_line(response)
        assert "because you rated" in one_line(response)
        assert fragment(own, "/surprise/", "surprise").content.decode().lstrip().startswith("<section")

    def test_keeps_to_filters(self, own, even):
        Title.objects.filter(pk=even[7].pk).update(format="movie")

        assert own.get("/surprise/", {"format": "movie", "not": str(even[7].pk)}).context["item"].title == even[7]

    def test_without_a_title_that_fits_it_says_so(self, own):
        assert "No surprises left" in one_line(own.get("/surprise/", {"format": "ova"}))

    @pytest.mark.parametrize("wrong", ["x", "-1", "9" * 40, "²"])
    def test_a_wrong_title_before_is_none(self, own, wrong):
        assert own.get("/surprise/", {"not": wrong}).status_code == 200

    def test_is_for_visitors_too(self, client, make_title):
        title = make_title()
        assert client.get("/surprise/").context["item"].title == title


class TestSeasonRanking:
    def test_is_a_fragment_for_the_chart_and_a_page(self, own, odd):
        Title.objects.filter(pk=odd[9].pk).update(season="fall", season_year=2019)
        address = reverse("recommendations:season_ranking", args=[2019, "fall"])

        assert [item.title for item in own.get(address).context["titles"]] == [odd[9]]
        content = fragment(own, address, "season-titles").content.decode()
        assert ('<section id="season-titles"' in content, "<html" in content) == (True, False)

    @pytest.mark.parametrize(
        "address", ["/season/2019/monsoon/for-you/", "/season/1800/fall/for-you/", "/season/9999/fall/for-you/"]
    )
    def test_there_is_no_such_season(self, client, address):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "address", ["/", "/for-you/?niche=1", "/for-you/gems/", "/for-you/season/", "/moods/quiet-days/", "/surprise/",
                "/taste/", "/segments/", "/season/2020/fall/for-you/"],
)  # fmt: skip
def test_no_page_fails_with_a_model_that_cannot_be_read(own, member, odd, mood, address, caplog):
    from recommendations.models import MemberRecommendations, ModelVersion

    (artifact_folder(ModelVersion.active()) / "linear.weights.npy").write_bytes(b"")
    MemberRecommendations.objects.all().delete()
    _loaded.clear()

    assert own.get(address).status_code == 200
    assert own.get(f"/for-you/because-{odd[0].pk}/").status_code == 200
    found = own.get("/for-you/").context["list"]
    assert (found.source, codes(found)) == ("popular", ("model.unreadable",))
    assert "linear.weights.npy" in caplog.text
