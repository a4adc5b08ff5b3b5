"""Aspect scores, and what the model reads in reviews, on pages and in the API."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from social.models import Block, Review, ReviewReading
from social.review_reading.reading import read_unread
from tests.social.review_reading.conftest import PLAIN, fitted, panning, praise, reader, sample_texts

__all__ = ["fitted", "panning", "praise", "reader", "sample_texts"]
pytestmark = pytest.mark.django_db
HTMX_FORM = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "write-review"}


@pytest.fixture
def own(client, member):
    client.force_login(member)
    return client


@pytest.fixture
def make_review(make_member, make_title):
    def make(text, author=None, title=None, **fields):
        return Review.objects.create(author=author or make_member(), title=title or make_title(), text=text, **fields)

    return make


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


class TestAspects:
    def test_are_given_in_the_form_and_shown_with_the_review(self, own, make_title, praise):
        title = make_title()
        own.post(reverse("social:write_review", args=[title.pk]), {"text": praise, "story": "9", "sound": "4"})
        review = Review.objects.get()
        assert review.aspects == {"story": 9, "art": None, "sound": 4, "characters": None, "enjoyment": None}
        shown = text_of(own.get(review.get_absolute_url()))
        assert ("Story 9" in shown, "Sound 4" in shown, "Characters" in shown) == (True, True, False)

    def test_can_be_changed_without_a_new_version_of_the_text(self, own, member, make_review, praise):
        review = make_review(praise.strip(), member, story=9)
        own.post(reverse("social:write_review", args=[review.title_id]), {"text": praise, "story": "", "art": "7"})
        review.refresh_from_db()
        assert (review.story, review.art, review.versions.count(), review.edited_at) == (None, 7, 0, None)

    @pytest.mark.parametrize("score", ["0", "11", "x", "1.5"])
    def test_other_numbers_are_refused(self, own, make_title, praise, score):
        response = own.post(reverse("social:write_review", args=[make_title().pk]), {"text": praise, "story": score})
        assert (response.status_code, list(response.context["form"].errors)) == (422, ["story"])
        assert not Review.objects.exists()

    def test_of_the_api_keep_what_is_omitted(self, own, member, make_review, praise):
        review = make_review(praise.strip(), member, story=9, art=3)
        response = own.put(
            f"/api/v1/my/reviews/{review.title_id}/",
            {"text": praise, "aspects": {"art": None, "sound": 8}},
            content_type="application/json",
        )
        assert response.json()["aspects"] == {
            "story": 9, "art": None, "sound": 8, "characters": None, "enjoyment": None,
        }  # fmt: skip

    def test_of_the_api_are_1_to_10(self, own, make_title, praise):
        url = f"/api/v1/my/reviews/{make_title().pk}/"
        response = own.put(url, {"text": praise, "aspects": {"art": 11}}, content_type="application/json")
        assert response.status_code == 400
        assert "aspects" in response.content.decode()


class TestBeforePublishing:
    def test_a_score_that_the_text_does_not_fit_is_shown_first(self, own, member, make_entry, reader, panning):
        entry = make_entry(member, score=10)
        url = reverse("social:write_review", args=[entry.title_id])
        response = own.post(url, {"text": panning, "story": "9"})
        assert (response.status_code, Review.objects.count()) == (200, 0)
        page = text_of(response)
        assert "You gave 10, but your text reads like" in page
        assert response.context["mismatch"].explanation.lowered != []
        assert response.context["form"]["text"].value() == panning

    def test_it_never_stops_them(self, own, member, make_entry, reader, panning):
        entry = make_entry(member, score=10)
        url = reverse("social:write_review", args=[entry.title_id])
        own.post(url, {"text": panning, "as_it_is": "yes"})
        assert Review.objects.get().text == panning

    def test_with_htmx_the_form_alone_comes_back(self, own, member, make_entry, reader, panning):
        entry = make_entry(member, score=10)
        url = reverse("social:write_review", args=[entry.title_id])
        assert "<html" not in own.post(url, {"text": panning}, **HTMX_FORM).content.decode()
        response = own.post(url, {"text": panning, "as_it_is": "yes"}, **HTMX_FORM)
        assert response["HX-Redirect"] == reverse("social:title_reviews", args=[entry.title_id])

    @pytest.mark.parametrize("score", [None, 2])
    def test_says_nothing_without_a_score_or_with_one_that_fits(self, own, member, make_entry, reader, panning, score):
        entry = make_entry(member, score=score)
        own.post(reverse("social:write_review", args=[entry.title_id]), {"text": panning})
        assert Review.objects.count() == 1

    def test_says_nothing_before_the_first_reader(self, own, member, make_entry, panning):
        entry = make_entry(member, score=10)
        own.post(reverse("social:write_review", args=[entry.title_id]), {"text": panning})
        assert Review.objects.count() == 1


class TestReadsLike:
    def test_is_shown_where_no_score_is_visible(self, client, make_member, make_entry, make_review, reader, praise):
        scored, private, unscored = make_member(), make_member(), make_member()
        entry = make_entry(scored, score=9)
        make_entry(private, title=entry.title, score=2, visibility="private")
        for author in (scored, private, unscored):
            make_review(praise, author, entry.title)
        read_unread()
        page = client.get(reverse("social:title_reviews", args=[entry.title_id]))
        assert {one.author: one.reads_like is not None for one in page.context["page"]} == {
            scored: False, private: True, unscored: True,
        }  # fmt: skip
        assert text_of(page).count("Reads like") == 2

    def test_its_words_are_shown_on_demand(self, client, make_review, reader, praise):
        review = make_review(praise)
        url = reverse("social:review_reading", args=[review.pk])
        page, fragment = client.get(url), client.get(url, HTTP_HX_REQUEST="true")
        assert page.context["explanation"].raised != []
        assert ("<html" in page.content.decode(), "<html" in fragment.content.decode()) == (True, False)

    def test_the_words_of_a_spoiler_are_not_given_away(self, client, make_review, reader, praise):
        review = make_review(praise, has_spoilers=True)
        assert client.get(reverse("social:review_reading", args=[review.pk])).status_code == 404
        hidden = make_review(f"{praise} ||wonderful brilliant||")
        page = client.get(reverse("social:review_reading", args=[hidden.pk]))
        text = page.context["explanation"].raised
        assert all("||" not in one.text for one in text)

    def test_a_language_that_is_not_known_is_said(self, client, make_review, reader):
        review = make_review("Die Geschichte hat mich begeistert, und die Figuren sind so liebevoll gezeichnet. " * 2)
        page = client.get(reverse("social:review_reading", args=[review.pk]))
        assert "its language isn’t known to the model" in text_of(page)

    def test_a_reading_goes_when_the_text_is_edited(self, own, member, make_review, reader, praise, panning):
        review = make_review(praise, member)
        read_unread()
        own.post(reverse("social:write_review", args=[review.title_id]), {"text": panning})
        assert not ReviewReading.objects.filter(score__gt=6).exists()


class TestOrderAndFilter:
    @pytest.fixture
    def opinions(self, make_member, make_title, make_entry, make_review, reader, praise):
        """Return a title with reviews: scored 9, 6 and 2; unscored praise; and one that can't be read."""
        title = make_title()
        reviews = {}
        for name, score in (("nine", 9), ("six", 6), ("two", 2)):
            author = make_member()
            make_entry(author, title=title, score=score)
            reviews[name] = make_review(praise, author, title)
        reviews["praise"] = make_review(praise, title=title)
        reviews["unread"] = make_review("Die Geschichte hat mich begeistert und die Figuren auch. " * 4, title=title)
        read_unread()
        ReviewReading.objects.filter(review=reviews["praise"]).update(score=8.2)
        return title, {review.pk: name for name, review in reviews.items()}

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("sort=favourable", ["nine", "praise", "six", "two", "unread"]),
            ("sort=critical", ["two", "six", "praise", "nine", "unread"]),
            ("sort=favourable&tone=favourable", ["nine", "praise"]),
            ("tone=balanced", ["six"]),
            ("tone=critical", ["two"]),
            ("tone=other&sort=newest", ["unread", "praise", "two", "six", "nine"]),
        ],
    )
    def test_by_given_score_first_and_by_reading_where_there_is_none(self, client, opinions, query, names):
        title, name_of = opinions
        page = client.get(reverse("social:title_reviews", args=[title.pk]) + f"?{query}")
        assert [name_of[review.pk] for review in page.context["page"]] == names
        if "other" not in query:
            found = client.get(f"/api/v1/titles/{title.pk}/reviews/?{query}").json()["results"]
            assert [name_of[review["id"]] for review in found] == names

    def test_pages_of_the_api_follow_each_other(self, client, opinions):
        title, name_of = opinions
        url, names = f"/api/v1/titles/{title.pk}/reviews/?sort=favourable&limit=2", []
        while url:
            answer = client.get(url).json()
            names += [name_of[review["id"]] for review in answer["results"]]
            url = answer["next"]
        assert names == ["nine", "praise", "six", "two", "unread"]

    def test_the_api_refuses_another_tone(self, client, opinions):
        assert client.get(f"/api/v1/titles/{opinions[0].pk}/reviews/?tone=angry").status_code == 400


class TestSummary:
    @pytest.fixture
    def title(self, make_title, make_review, reader):
        title = make_title()
        for n in range(4):
            make_review("The music is wonderful, moving and brilliant to me. " * 2 + PLAIN[n % 3], title=title)
        make_review("The music is a terrible, boring and stupid mess, in the end. " * 2 + PLAIN[0], title=title)
        read_unread()
        return title

    def summary(self, client, title):
        return client.get(reverse("social:title_reviews", args=[title.pk])).context["summary"]

    def test_counts_reviews_and_quotes_them(self, client, title):
        (aspect,) = self.summary(client, title)
        assert (aspect.label, aspect.n, aspect.n_praise, aspect.n_criticism) == ("Sound", 5, 4, 1)
        assert {quote.text for quote in aspect.praise} == {"The music is wonderful, moving and brilliant to me."}
        page = client.get(reverse("social:title_reviews", args=[title.pk]))
        assert "4 of 5 reviews that judge it praise it" in text_of(page)
        assert all(quote.review.get_absolute_url() in page.content.decode() for quote in aspect.praise)

    def test_needs_three_reviews(self, client, title):
        for review in Review.objects.order_by("pk")[:3]:
            review.delete()
        assert self.summary(client, title) == []

    def test_spoilers_removed_reviews_and_suspended_authors_are_left_out(self, client, title):
        one, two, three, *_others = Review.objects.order_by("pk")
        Review.objects.filter(pk=one.pk).update(has_spoilers=True)
        Review.objects.filter(pk=two.pk).update(is_removed=True)
        type(three.author).objects.filter(pk=three.author_id).update(is_active=False)
        assert self.summary(client, title) == []

    def test_blocked_authors_are_left_out(self, own, member, title):
        Block.objects.create(blocker=member, blocked=Review.objects.order_by("pk").first().author)
        (aspect,) = self.summary(own, title)
        assert (aspect.n, aspect.n_praise) == (4, 3)

    def test_the_authors_own_score_of_an_aspect_decides(self, client, title):
        Review.objects.filter(pk=Review.objects.order_by("pk").first().pk).update(sound=3)
        (aspect,) = self.summary(client, title)
        assert (aspect.n, aspect.n_praise) == (5, 3)

    def test_many_reviews_cost_no_more_queries(self, client, title, make_review):
        def queries():
            from django.db import connection
            from django.test.utils import CaptureQueriesContext

            with CaptureQueriesContext(
                connection,
            ) as captured:
                client.get(reverse("social:title_reviews", args=[title.pk]))
            return len(captured)

        few = queries()
        for _n in range(5):
            make_review("The music is wonderful, moving and brilliant to me. " * 3, title=title)
        read_unread()
        assert queries() == few


def test_aspect_scores_survive_an_export_and_its_way_back(member, make_member, make_title, make_review, praise):
    from social.reviews.export import export_reviews, restore_reviews

    title = make_title()
    title.external_ids.create(provider="mal", medium="anime", value="5")
    make_review(praise.strip(), member, title, story=9, enjoyment=2)
    items = export_reviews(member)
    assert items[0]["aspects"] == {"story": 9, "enjoyment": 2}
    items[0]["aspects"] |= {"art": 99, "plot": 3}
    other = make_member()
    restore_reviews(other, items)
    assert Review.objects.get(author=other).aspects == {
        "story": 9, "art": None, "sound": None, "characters": None, "enjoyment": 2,
    }  # fmt: skip
