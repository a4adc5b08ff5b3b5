from __future__ import annotations

import pytest
from django.urls import reverse

from tests.html import one_line

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true"}


def rate(client, title, score, **headers):
    return client.post(reverse("recommendations:guest_rate", args=[title.pk]), {"score": score}, **headers)


class TestFirstVisit:
    def test_offers_titles_to_rate(self, client, make_title):
        shown, _ = make_title("Monster"), make_title("For adults", is_adult=True)
        response = client.get(reverse("recommendations:home"))
        assert (response.context["wall"], response.context["missing"]) == ([shown], 3)

    def test_an_empty_catalogue_says_what_to_do(self, client):
        assert "manage.py seed" in one_line(client.get(reverse("recommendations:home")))

    def test_ratings_are_counted_down_and_kept_for_the_visit(self, client, make_title):
        titles = [make_title() for _ in range(4)]
        for title, score in zip(titles, [9, 3], strict=False):
            rate(client, title, score)
        context = client.get(reverse("recommendations:home")).context
        assert (context["scores"], context["missing"]) == ({titles[0].pk: 9, titles[1].pk: 3}, 1)
        assert [item.title for item in context["list"].items] == titles[2:]  # most popular titles until then

    def test_the_third_rating_brings_suggestions(self, client, make_title):
        titles = [make_title() for _ in range(4)]
        for title in titles[:3]:
            rate(client, title, 9)
        found = client.get(reverse("recommendations:home")).context["list"]
        assert [item.title for item in found.items] == [titles[3]]

    def test_htmx_gets_the_card_and_the_suggestions(self, client, make_title):
        title = make_title("Monster")
        content = one_line(rate(client, title, 9, **HTMX))
        assert f'id="card-{title.pk}"' in content
        assert 'id="live" aria-labelledby="live-head" aria-live="polite" hx-swap-oob="true"' in content
        assert "2 more ratings" in content

    def test_the_sliders_stay_when_another_title_is_rated(self, client, make_title):
        for _ in range(3):
            rate(client, make_title(), 9)
        page = client.get(reverse("recommendations:home"), {"niche": "-0.5"}, **HTMX, HTTP_HX_TARGET="live")
        assert (one_line(page).lstrip().startswith("<section"), page.context["asked"].options.niche) == (
            True,
            -0.5,
        )
        address = reverse("recommendations:guest_rate", args=[make_title().pk])
        rated = client.post(address, {"score": 9}, **HTMX, HTTP_HX_CURRENT_URL="http://testserver/?niche=-0.5")
        assert rated.context["asked"].options.niche == -0.5

    def test_there_are_four_answers(self, client, make_title):
        title = make_title("Monster")
        content = one_line(client.get(reverse("recommendations:home")))
        for score, said in ((9, "I liked Monster"), (7, "Monster was fine"), (4, "I disliked Monster")):
            assert f'<button name="score" value="{score}" aria-pressed="false" aria-label="{said}"' in content
        assert 'name="not_seen" value="1" aria-label="I haven\'t seen Monster"' in content
        assert title.get_absolute_url() in content

    def test_what_was_not_seen_is_not_asked_for_again(self, client, make_title):
        seen, unseen = make_title(), make_title()
        address = reverse("recommendations:guest_rate", args=[unseen.pk])
        assert client.post(address, {"not_seen": "1"}).url == "/"
        response = client.get(reverse("recommendations:home"))
        assert (response.context["wall"], response.context["scores"]) == ([seen], {})

    def test_another_title_takes_the_place_of_one_not_seen(self, client, make_title):
        titles = [make_title(members=10_000 - place) for place in range(122)]
        address = reverse("recommendations:guest_rate", args=[titles[0].pk])
        wall = client.get(reverse("recommendations:home")).context["wall"]
        instead = client.post(address, {"not_seen": "1"}, **HTMX).context["title"]
        assert (len(wall), instead in wall, instead == titles[0]) == (24, False, False)

    def test_more_titles_follow(self, client, make_title):
        titles = {make_title() for _ in range(30)}
        first = client.get(reverse("recommendations:rate_some")).context
        more = client.get(
            reverse("recommendations:rate_some"), {"page": "2"}, **HTMX, HTTP_HX_TARGET="more-to-rate"
        ).context
        assert (len(first["wall"]), first["next_page"], len(more["wall"]), more["next_page"]) == (24, 2, 6, None)
        assert {*first["wall"], *more["wall"]} == titles

    @pytest.mark.parametrize("page", ["0", "-1", "x", "999999"])
    def test_a_wrong_page_is_the_first(self, client, make_title, page):
        title = make_title()
        assert client.get(reverse("recommendations:rate_some"), {"page": page}).context["wall"] == [title]

    def test_it_can_be_skipped_and_a_list_be_brought(self, client, make_title):
        content = one_line(client.get(reverse("recommendations:home")))
        assert 'href="/accounts/signup/?next=/list/import/"' in content
        assert '<a class="btn plain" href="/titles/">Just browse</a>' in content

    def test_a_rating_can_be_changed_and_taken_back(self, client, make_title):
        title = make_title()
        rate(client, title, 9)
        rate(client, title, 4)
        assert client.session["guest_scores"] == {str(title.pk): 4}
        rate(client, title, "")
        assert client.session["guest_scores"] == {}

    def test_all_can_be_cleared(self, client, make_title):
        rate(client, make_title(), 9)
        client.post(reverse("recommendations:guest_clear"))
        assert "guest_scores" not in client.session

    @pytest.mark.parametrize("score", ["0", "11", "ten", "7.5", "-1"])
    def test_no_score_is_no_rating(self, client, make_title, score):
        response = rate(client, make_title(), score)
        assert (response.status_code, "guest_scores" in client.session) == (400, False)
        assert one_line(response) == "Enter a whole number from 1 to 10, or leave the score empty to clear it."

    def test_what_is_not_shown_cannot_be_rated(self, client, make_title):
        assert rate(client, make_title(is_adult=True), 9).status_code == 404
        assert client.post(reverse("recommendations:guest_rate", args=[999_999]), {"score": 9}).status_code == 404

    def test_a_visit_keeps_two_hundred_ratings_at_most(self, client, make_title):
        session = client.session
        session["guest_scores"] = {str(number): 5 for number in range(1_000_000, 1_000_200)}
        session.save()
        content = rate(client, make_title(), 9, **HTMX).content.decode()
        assert "You can rate up to 200 titles without an account." in content
        assert len(client.session["guest_scores"]) == 200

    def test_a_members_rating_goes_on_the_list(self, client, member, make_title):
        client.force_login(member)
        rate(client, make_title(), 9)
        assert member.entries.values_list("status", "score").get() == ("completed", 9)
        assert "guest_scores" not in client.session


class TestForYou:
    @pytest.fixture
    def own(self, client, member, make_entry):
        for score in (9, 8, 3):
            make_entry(member, status="completed", score=score)
        client.force_login(member)
        return client

    def test_is_for_members(self, client):
        response = client.get(reverse("recommendations:for_you"))
        assert (response.status_code, response.url) == (302, "/accounts/login/?next=/for-you/")

    def test_is_the_start_page_of_a_member_with_a_list(self, own, make_title):
        title = make_title()
        context = own.get(reverse("recommendations:home")).context
        assert [item.title for item in context["list"].items] == [title]

    def test_a_new_member_rates_a_few_first(self, client, member, make_title):
        wall = [make_title()]
        client.force_login(member)
        assert client.get(reverse("recommendations:home")).context["wall"] == wall

    def test_says_how_it_was_made(self, own, make_title):
        make_title()
        content = one_line(own.get(reverse("recommendations:for_you")))
        assert "most popular titles" in content
        assert "model: none published yet" in content

    def test_never_shows_what_is_listed_hidden_or_adult(self, own, member, make_title, make_entry):
        from accounts.entries.writing import hide_title

        shown, hidden, _ = make_title("Shown"), make_title("Hidden one"), make_title("Adult one", is_adult=True)
        hide_title(member, hidden)
        found = own.get(reverse("recommendations:for_you")).context["list"]
        assert [item.title for item in found.items] == [shown]

    def test_the_address_holds_what_was_asked_for(self, own, make_title):
        response = own.get(reverse("recommendations:for_you"), {"niche": "0.5", "diversity": "1"})
        assert (response.context["asked"].options.niche, response.context["asked"].options.diversity) == (0.5, 1)
        assert 'min="-1" max="1" step="0.25" value="0.5"' in one_line(response)

    @pytest.mark.parametrize("wrong", [{"niche": "2"}, {"niche": "some"}, {"diversity": "-0.1"}, {"niche": "nan"}])
    def test_what_no_slider_says_is_refused(self, own, wrong):
        assert own.get(reverse("recommendations:for_you"), wrong).status_code == 400

    def test_a_list_that_is_brought_up_to_date_keeps_them(self, own, make_title):
        page = "http://testserver/for-you/?niche=0.5&diversity=0.25"
        response = own.get(reverse("recommendations:for_you"), **HTMX, HTTP_HX_CURRENT_URL=page)
        assert (response.context["asked"].options.niche, response.context["asked"].options.diversity) == (0.5, 0.25)

    def test_htmx_gets_the_lists_alone(self, own, make_title):
        make_title()
        content = one_line(own.get(reverse("recommendations:for_you"), **HTMX, HTTP_HX_TARGET="for-you"))
        assert (content.lstrip().startswith('<div id="for-you"'), "<html" in content) == (True, False)

    @pytest.mark.parametrize("n", [1, 100])
    def test_takes_the_same_number_of_queries_for_any_number_of_titles(
        self, own, make_title, n, django_assert_num_queries
    ):
        for _ in range(n):
            make_title()
        own.get(reverse("recommendations:for_you"))  # warm this process's index and cards
        with django_assert_num_queries(11):
            own.get(reverse("recommendations:for_you"))


class TestParts:
    def test_similar_titles_of_what_may_be_seen(self, client, make_title):
        assert client.get(reverse("recommendations:similar", args=[make_title(is_adult=True).pk])).status_code == 404

    def test_the_expected_score_is_for_members(self, client, member, make_title):
        address = reverse("recommendations:predicted", args=[make_title().pk])
        assert client.get(address).status_code == 302
        client.force_login(member)
        assert one_line(client.get(address)).strip() == "not enough data yet"

    def test_about_the_data(self, client, make_title):
        make_title()
        make_title(is_adult=True)
        assert client.get(reverse("recommendations:about")).context["n_titles"] == 1
