from __future__ import annotations

import re

import nh3
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from social import markdown
from social.models import Report, Review
from social.reviews import writing as reviews

GOOD = "It takes its time, and the time is well spent: every minute of it leads to the last one, " * 2 + "and on."
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "reviews"}


@pytest.fixture
def own(client, member):
    client.force_login(member)
    return client


@pytest.fixture
def make_review(make_member, make_title):
    def make(author=None, title=None, text=GOOD, **fields):
        return Review.objects.create(author=author or make_member(), title=title or make_title(), text=text, **fields)

    return make


def test_pages_are_headed_by_the_title(own, make_title, make_review):
    title = make_title("Monster")
    review = make_review(title=title)
    pages = ("title_reviews", title), ("write_review", title), ("review", review)
    addresses = [reverse(f"social:{name}", args=[about.pk]) for name, about in pages]
    contents = [own.get(address).content.decode() for address in addresses]
    assert [
        re.findall(r"<(?:h1|title)>\s*(.*?)\s*(?: · anirec)?\s*</(?:h1|title)>", content) for content in contents
    ] == [
        ["Reviews of Monster"] * 2,
        ["Your review of Monster"] * 2,
        [f"Monster, reviewed by {review.author.username}"] * 2,
    ]


class TestMarkdown:
    @pytest.mark.parametrize(
        ("text", "html"),
        [
            ("**bold** *italic*", "<p><strong>bold</strong> <em>italic</em></p>\n"),
            ("# Head", "<h3>Head</h3>\n"),
            (
                "![x](https://example.org/x.png)",
                '<p>!<a href="https://example.org/x.png" rel="nofollow ugc noopener">x</a></p>\n',
            ),
            ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
            ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
            ("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>\n"),
        ],
    )
    def test_renders_what_is_harmless(self, text, html):
        assert markdown.render(text) == html

    def test_a_spoiler_is_behind_a_labelled_button(self):
        assert markdown.render("He is ||his *own* father||.") == (
            '<div>He is <details class="spoiler"><summary><span class="to-open">Show spoiler (3 words)</span>'
            '<span class="to-close">Hide spoiler</span></summary><span>his <em>own</em> father</span></details>.'
            "</div>\n"
        )

    def test_paragraphs_without_a_spoiler_stay_paragraphs(self):
        assert markdown.render("One\n\n||Two||\n\nThree").count("<p>") == 2

    @pytest.mark.parametrize("text", ["# ||A||", "- ||A||\n- B", "> ||A||", "**||A||**", "A ||B||\nC ||D||"])
    def test_a_spoiler_stays_inside_the_text_around_it(self, text):
        html = markdown.render(text)
        assert html == nh3.clean(html, tags=markdown.TAGS, attributes={"span": {"class"}, "details": {"class"}})
        assert html.count("<details") == html.count("</details>") == text.count("||") // 2
        assert "<p></p>" not in html

    @pytest.mark.property
    @given(st.text(alphabet="ab|*_`[]()<># \n-", max_size=60))
    def test_nothing_between_bars_is_outside_a_spoiler(self, text):
        html = markdown.render(f"Before ||{'secret'}|| after {text}")
        outside = re.sub(r"<details.*?</details>", "", html, flags=re.DOTALL)
        assert "secret" not in outside

    def test_a_spoiler_is_left_out_where_a_text_is_quoted(self):
        assert markdown.without_spoilers("He is ||his own father||, and ||a ghost||.") == "He is […], and […]."

    @pytest.mark.property
    @given(st.text(alphabet=st.sampled_from("<>\"'=/|*_[]()!#&; \nabonerscriptjv:xhf.`~-\\"), max_size=80))
    def test_never_makes_anything_that_runs(self, text):
        html = markdown.render(text)
        allowed = r"</?(p|br|em|strong|s|blockquote|ul|ol|li|code|pre|hr|h3|h4|div|span|summary|details)\s*/?>"
        rest = re.sub(allowed, "", html)
        rest = re.sub(r'<a href="(https?://[^"<>]*)?" rel="nofollow ugc noopener">|</a>|<a rel="[^"]*">', "", rest)
        rest = re.sub(r'<details class="spoiler">|<span class="to-(open|close)">', "", rest)
        rest = re.sub(r'<a href="[^":<>]*" rel="nofollow ugc noopener">', "", rest)
        assert "<" not in rest


@pytest.mark.django_db
class TestWriting:
    def test_publishes_with_the_score_of_the_list(self, own, member, make_entry):
        entry = make_entry(member, score=8)
        own.post(reverse("social:write_review", args=[entry.title_id]), {"text": GOOD})
        (shown,) = own.get(reverse("social:title_reviews", args=[entry.title_id])).context["page"]
        assert (shown.text, shown.author, shown.score) == (GOOD.strip(), member, 8)

    def test_a_private_score_is_not_shown_to_others(self, client, member, make_entry, make_review):
        entry = make_entry(member, score=8, visibility="private")
        make_review(member, entry.title)
        (shown,) = client.get(reverse("social:title_reviews", args=[entry.title_id])).context["page"]
        assert shown.score is None

    def test_editing_keeps_what_it_said_before(self, client, member, make_title):
        title = make_title()
        reviews.write_review(member, title, GOOD)
        review = reviews.write_review(member, title, GOOD + "And more.", has_spoilers=True)
        reviews.write_review(member, title, GOOD + "And more.", has_spoilers=True)
        page = client.get(review.get_absolute_url())
        assert [version.text for version in page.context["versions"]] == [GOOD.strip()]
        assert page.context["review"].edited_at is not None

    @pytest.mark.parametrize("text", ["", "Good.", "x" * 20_001])
    def test_says_what_is_wrong_and_keeps_nothing(self, own, make_title, text):
        response = own.post(reverse("social:write_review", args=[make_title().pk]), {"text": text})
        assert (response.status_code, list(response.context["form"].errors), Review.objects.count()) == (
            422,
            ["text"],
            0,
        )

    def test_hostile_text_is_shown_inert(self, client, make_review):
        review = make_review(text="<img src=x onerror=alert(1)>" + GOOD)
        content = client.get(review.get_absolute_url()).content.decode()
        assert ("<img src=x" in content, "&lt;img src=x" in content) == (False, True)

    def test_a_visitor_is_asked_to_log_in(self, client, make_title):
        url = reverse("social:write_review", args=[make_title().pk])
        assert client.post(url, {"text": GOOD}).url == f"/accounts/login/?next={url}"

    def test_deleting_is_for_ones_own(self, own, member, make_review):
        theirs, mine = make_review(), make_review(member)
        assert own.post(reverse("social:delete_review", args=[theirs.pk])).status_code == 404
        own.post(reverse("social:delete_review", args=[mine.pk]))
        assert list(Review.objects.all()) == [theirs]


@pytest.mark.django_db
class TestReading:
    def test_the_most_helpful_come_first(self, client, make_member, make_title, make_review):
        title = make_title()
        first, second = make_review(title=title), make_review(title=title)
        reviews.vote_helpful(make_member(), first, True)
        url = reverse("social:title_reviews", args=[title.pk])
        assert list(client.get(url).context["page"]) == [first, second]
        assert list(client.get(url + "?sort=newest").context["page"]) == [second, first]

    def test_reviews_of_adult_titles_need_the_opt_in(self, client, member, make_title, make_review):
        review = make_review(member, make_title(is_adult=True))
        urls = [review.get_absolute_url(), reverse("social:title_reviews", args=[review.title_id])]
        assert [client.get(url).status_code for url in urls] == [404, 404]
        assert list(client.get(reverse("social:member_reviews", args=["member"])).context["page"]) == []

    def test_what_was_taken_down_is_seen_by_its_author_alone(self, client, member, make_review):
        review = make_review(member, is_removed=True)
        assert client.get(review.get_absolute_url()).status_code == 404
        client.force_login(member)
        assert client.get(review.get_absolute_url()).status_code == 200

    def test_a_spoiling_review_is_closed(self, client, make_review):
        content = client.get(make_review(has_spoilers=True).get_absolute_url()).content.decode()
        assert '<details class="spoilers">' in content

    @pytest.mark.parametrize("n", [1, 3])
    def test_takes_the_same_number_of_queries_for_any_number(
        self, own, make_title, make_review, n, django_assert_num_queries
    ):
        title = make_title()
        for _ in range(n):
            make_review(title=title)
        with django_assert_num_queries(7):
            own.get(reverse("social:title_reviews", args=[title.pk]))

    def test_the_title_page_gets_the_first_as_a_fragment(self, client, make_title, make_review):
        title = make_title()
        for _ in range(5):
            make_review(title=title)
        response = client.get(reverse("social:title_reviews", args=[title.pk]), **HTMX)
        assert (len(response.context["reviews"]), "<html" in response.content.decode()) == (3, False)
        assert "All 5 reviews" in response.content.decode()


@pytest.mark.django_db
class TestHelpfulAndReports:
    def test_a_vote_counts_once_and_can_be_taken_back(self, own, make_review):
        review = make_review()
        url = reverse("social:helpful", args=[review.pk])
        for helpful, n in (("yes", 1), ("yes", 1), ("no", 0)):
            own.post(url, {"helpful": helpful})
            assert review.votes.count() == n

    def test_not_for_ones_own(self, member, make_review):
        with pytest.raises(ValidationError):
            reviews.vote_helpful(member, make_review(member), True)

    def test_a_report_reaches_the_queue_once(self, own, member, make_review):
        review = make_review()
        for reason in ("spam", "abuse"):
            own.post(reverse("social:report_review", args=[review.pk]), {"reason": reason})
        assert list(Report.objects.values_list("review", "reporter", "reason", "is_settled")) == [
            (review.pk, member.pk, "abuse", False)
        ]


@pytest.mark.django_db
class TestPortability:
    def test_reviews_move_with_the_list_and_back(self, member, make_member, make_title, make_review):
        from social.reviews.export import export_reviews, restore_reviews, undo_reviews

        title = make_title("Monster")
        title.external_ids.create(provider="mal", medium="anime", value="19")
        make_review(member, title, has_spoilers=True)
        other = make_member()
        items = [*export_reviews(member), {"text": 3}, "x", {"title": {"ids": {"mal": "0"}}, "text": GOOD}]
        written = restore_reviews(other, items)
        assert export_reviews(other) == export_reviews(member)
        undo_reviews(other, written)
        assert export_reviews(other) == []
