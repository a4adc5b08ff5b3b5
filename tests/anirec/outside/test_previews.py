"""Cards, OpenGraph, structured data and oEmbed: what a chat or a search engine shows of a page."""

from __future__ import annotations

import json
import re
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from PIL import Image

from accounts.entries.writing import set_score, update_entry
from anirec.bench.outside import validated
from anirec.outside.cards import Card, rendering
from anirec.outside.cards.drawing import HEIGHT, MARGIN, WIDTH, heading_lines, svg
from anirec.outside.cards.fonts import drawable, fonts
from anirec.outside.kinds.find import find
from catalog.models import Credit, Person, Studio, Tag, Title
from social.custom_lists.writing import add_title, create_list
from social.reviews.writing import write_review

pytestmark = pytest.mark.django_db
TEXT = "It takes its time, and that is what it is about. " * 3


@pytest.fixture(autouse=True)
def _own_cards(settings, tmp_path):
    """Cards of this test alone: other processes of the suite would share the folder."""
    settings.CACHES = {**settings.CACHES, "cards": {**settings.CACHES["cards"], "LOCATION": str(tmp_path)}}


@pytest.fixture
def world(make_member, make_title) -> dict[str, str]:
    """The path of a page of each kind."""
    ada, title = make_member("ada"), make_title("Mushishi", season="fall", season_year=2005, synopsis="Quiet.")
    title.tags.add(Tag.objects.create(kind="genre", name="Mystery", slug="mystery"))
    set_score(ada, title, 7)
    best = create_list(ada, "Best", visibility="public")
    add_title(best, title, "")
    return {
        "title": title.get_absolute_url(),
        "review": write_review(ada, title, TEXT).get_absolute_url(),
        "list": best.get_absolute_url(),
        "member": ada.get_absolute_url(),
        "season": "/season/2005/fall/",
        **makers_of(title),
    }


def makers_of(title: Title) -> dict[str, str]:
    studio = Studio.objects.create(name="Artland", slug="artland")
    title.studios.add(studio)
    person = Person.objects.create(name="Haru Kaze", slug="haru-kaze", key="haru kaze")
    Credit.objects.create(title=title, person=person, kind="staff", role="Director", position=0)
    return {"studio": studio.get_absolute_url(), "person": person.get_absolute_url()}


KINDS = ("title", "review", "list", "member", "season", "studio", "person")


def properties(client, path: str) -> dict[str, str]:
    content = client.get(path).content.decode()
    return {
        name: unescape(value)
        for name, value in re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', content)
    }


def nodes(client, path: str) -> list[dict[str, Any]]:
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(path).content.decode(), re.S)
    return json.loads(text)["@graph"]


def path_of(address: str) -> str:
    assert address.startswith(settings.SITE_URL)
    return address.removeprefix(settings.SITE_URL)


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_a_card_that_caches_may_keep_for_ever(client, world, kind):
    told = properties(client, world[kind])
    response = client.get(path_of(told["og:image"]))
    with Image.open(BytesIO(response.content)) as image:
        assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
    assert response.headers["Cache-Control"].endswith("immutable")
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert told["og:url"] == settings.SITE_URL + world[kind]
    assert told["twitter:card"] == "summary_large_image"
    assert "robots" not in told


@pytest.mark.parametrize("kind", KINDS)
def test_structured_data_has_only_what_the_vocabulary_allows(client, world, kind):
    kinds = [type(validated(node)).__name__ for node in nodes(client, world[kind])]
    assert kinds == [node["@type"] for node in nodes(client, world[kind])]


def test_a_card_changes_its_address_with_its_content_and_the_old_one_leads_there(client, world, make_member):
    old = properties(client, world["title"])["og:image"]
    assert properties(client, world["title"])["og:image"] == old
    set_score(make_member("ben"), find_title_of(world), 10)
    new = properties(client, world["title"])["og:image"]
    assert new != old
    assert client.get(path_of(old)).headers["Location"] == new


def find_title_of(world):
    return Title.objects.get(pk=world["title"].split("/")[2])


def test_a_card_is_the_same_in_every_language(client, world):
    english = properties(client, world["season"])["og:image"]
    german = client.get(world["season"], headers={"accept-language": "de"}).content.decode()
    assert english in german  # the address names what is drawn


def test_a_card_is_drawn_once(client, world, monkeypatch):
    path = path_of(properties(client, world["title"])["og:image"])
    first = client.get(path).content
    monkeypatch.setattr(rendering, "_rendered", lambda drawing: pytest.fail("drawn again"))
    assert client.get(path).content == first


def test_a_card_that_would_wait_too_long_is_refused(client, world, monkeypatch):
    path = path_of(properties(client, world["title"])["og:image"])
    monkeypatch.setattr(rendering, "WAIT", 0.01)
    rendering._turn.acquire()
    try:
        response = client.get(path)
    finally:
        rendering._turn.release()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")


class TestPrivate:
    def refused(self, client, kind: str, key: Any, path: str = "") -> bool:
        """Return whether there is neither card, nor oEmbed, nor OpenGraph."""
        card = client.get(reverse("outside:card", args=[kind, key, "0123456789abcdef"]))
        embed = client.get(reverse("outside:oembed"), {"url": settings.SITE_URL + path})
        told = properties(client, path) if client.get(path).status_code == 200 else {}
        listed = client.get(path).status_code == 200 and told.get("robots") != "noindex"
        return (card.status_code, embed.status_code) == (404, 404) and "og:image" not in told and not listed

    @pytest.mark.parametrize(
        "hidden", [{"list_visibility": "private"}, {"list_visibility": "followers"}, {"is_active": False}]
    )
    def test_a_member_who_is_not_public(self, client, make_member, hidden):
        ada = make_member("ada", **hidden)
        assert self.refused(client, "member", "ada", ada.get_absolute_url())
        assert client.get(reverse("outside:member_feed", args=["ada"])).status_code == 404

    def test_an_adult_title_its_reviews_and_its_season(self, client, make_member, make_title):
        ada = make_member("ada", shows_adult=True)
        title = make_title(is_adult=True, season="fall", season_year=2005)
        review = write_review(ada, title, TEXT)
        assert self.refused(client, "title", title.pk, title.get_absolute_url())
        assert self.refused(client, "review", review.pk, review.get_absolute_url())
        assert client.get(reverse("outside:card", args=["season", "2005-fall", "x"])).status_code == 404

    @pytest.mark.parametrize("visibility", ["followers", "link", "private"])
    def test_a_list_that_is_not_for_everyone(self, client, make_member, visibility):
        hidden = create_list(make_member("ada"), "Secret", visibility=visibility)
        assert self.refused(client, "list", hidden.pk, hidden.get_absolute_url())
        assert self.refused(client, "list", hidden.pk, reverse("social:shared_list", args=[hidden.link_key]))

    def test_a_member_finds_no_card_of_what_only_they_may_see(self, client, make_member, make_title):
        ada = make_member("ada", shows_adult=True)
        client.force_login(ada)
        title = make_title(is_adult=True)
        assert client.get(reverse("outside:card", args=["title", title.pk, "x"])).status_code == 404

    def test_a_list_shows_nothing_adult(self, make_member, make_title):
        ada = make_member("ada", shows_adult=True)
        best = create_list(ada, "Best", visibility="public")
        for title in (make_title("Fine"), make_title("Not for all", is_adult=True)):
            add_title(best, title, "")
        subject = find("list", str(best.pk))
        assert subject is not None
        assert "Not for all" not in repr(subject)
        assert [sheet.name for sheet in subject.card.sheets] == ["Fine"]

    @pytest.mark.parametrize("key", ["0", "x", "-1", "9" * 30, "٣", "2005-fall-x", "0000-fall", "2005-xyz", "\0"])
    @pytest.mark.parametrize("kind", [*KINDS, "user"])
    def test_what_is_not_there(self, kind, key):
        assert find(kind, key) is None


class TestText:
    HARD = (
        "進撃の巨人 " * 30,
        "W" * 300,
        "a " * 200,
        "Łódź Việt Ελλ Кот 진격 " * 9,
        "x",
        "الع ไทย",
        "\U0001f389",
        "<&>\"'\0\x1b",
    )

    @pytest.mark.parametrize("text", HARD)
    def test_any_text_fits(self, text):
        for left, most_lines in ((2 * MARGIN + 356, 4), (MARGIN, 2)):
            size, lines = heading_lines(Card(text, "Fallback", ()), left, most_lines)
            assert len(lines) <= most_lines
            for line in lines:
                widest = max(font.getlength(line) for font in fonts()) / 24 * size
                assert widest <= WIDTH - left

    @pytest.mark.parametrize("text", HARD)
    def test_any_text_can_be_drawn(self, text):
        assert rendering._rendered(svg(Card(text, text, (text,), avatar=(text, "")))).startswith(b"\x89PNG")

    def test_letters_without_a_font_are_left_out_not_drawn_as_boxes(self):
        assert drawable("A \U0001f389 ไ Ż 進 진") == "A Ż 進 진"
        assert heading_lines(Card("ไทย", "Thai", ()), MARGIN, 2)[1] == ["Thai"]
        assert heading_lines(Card("ไทย", "ไ", ()), MARGIN, 2)[1] == ["Untitled"]

    def test_the_second_font_draws_what_the_first_lacks(self):
        assert '<tspan font-family="Noto Sans">Łódź</tspan>' in svg(Card("Łódź 進撃", "", ()))


class TestStructuredData:
    def test_a_title_has_the_ratings_of_this_sites_members_only(self, client, world, make_member):
        title = find_title_of(world)
        title.score, title.scored_by = 9.9, 5000
        title.save()
        set_score(make_member("ben"), title, 10)
        set_score(make_member("robot", is_synthetic=True), title, 1)
        update_entry(make_member("shy"), title, score=1, visibility="private")
        node = nodes(client, world["title"])[0]
        assert (node["@type"], node["name"], node["genre"]) == ("TVSeries", "Mushishi", ["Mystery"])
        assert node["aggregateRating"] == {
            "@type": "AggregateRating", "ratingValue": 8.5, "ratingCount": 2, "bestRating": 10, "worstRating": 1
        }  # fmt: skip

    def test_a_title_that_nobody_has_rated_says_so_by_silence(self, client, make_title):
        title = make_title(score=9.9, scored_by=5000)
        assert "aggregateRating" not in nodes(client, title.get_absolute_url())[0]
        assert "9.9" not in repr(find("title", str(title.pk)))

    def test_a_film_is_a_movie(self, client, make_title):
        assert nodes(client, make_title(format="movie").get_absolute_url())[0]["@type"] == "Movie"

    def test_a_review_has_its_own_stars(self, client, world, make_member):
        set_score(make_member("ben"), find_title_of(world), 1)
        node = nodes(client, world["review"])[0]
        assert (node["@type"], node["author"]["name"], node["reviewRating"]["ratingValue"]) == ("Review", "ada", 7)
        assert find("review", world["review"].split("/")[2]).card.stars == 7

    def test_spoilers_stay_on_the_page(self, client, make_member, make_title):
        hidden = write_review(make_member("ada"), make_title(), "He did it, I tell you. " * 9, has_spoilers=True)
        partly = write_review(make_member("ben"), make_title(), "Fine. ||He did it|| and more of it. " * 5)
        for review in (hidden, partly):
            assert "He did it" not in repr(find("review", str(review.pk)))

    def test_every_page_says_where_it_is(self, client, world):
        for path in world.values():
            crumbs = nodes(client, path)[1]
            assert crumbs["@type"] == "BreadcrumbList"
            assert crumbs["itemListElement"][-1]["item"]["@id"] == settings.SITE_URL + path

    def test_the_home_page_says_how_to_search(self, client, make_title):
        (node,) = nodes(client, "/")
        assert node["potentialAction"]["target"]["urlTemplate"] == f"{settings.SITE_URL}/search/?q={{query}}"

    def test_no_text_ends_the_script(self, client, make_title):
        title = make_title("</script><script>alert(1)</script>&amp;")
        content = client.get(title.get_absolute_url()).content.decode()
        assert "<script>alert" not in content
        assert nodes(client, title.get_absolute_url())[0]["name"] == title.name

    def test_members_pages_are_spared_it(self, client, member, world):
        client.force_login(member)
        assert "og:image" not in properties(client, world["title"])


class TestOEmbed:
    def ask(self, client, **query: str):
        return client.get(reverse("outside:oembed"), query)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_page_leads_to_its_own(self, client, world, kind):
        content = client.get(world[kind]).content.decode()
        (address,) = re.findall(r'application/json\+oembed"[^>]* href="([^"]+)"', content)
        response = client.get(path_of(unescape(address)))
        answer = response.json()
        assert (answer["version"], answer["type"], answer["provider_name"]) == ("1.0", "link", "anirec")
        assert answer["thumbnail_url"] == properties(client, world[kind])["og:image"]
        assert response.headers["Access-Control-Allow-Origin"] == "*"

    def test_a_picture_that_is_too_large_is_left_out(self, client, world):
        url = settings.SITE_URL + world["title"]
        assert "thumbnail_url" not in self.ask(client, url=url, maxwidth="600").json()
        assert "thumbnail_url" in self.ask(client, url=url, maxwidth="1200", maxheight="630").json()

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ({}, 400), ({"url": "x", "maxwidth": "wide"}, 400), ({"url": "x", "format": "xml"}, 501),
            ({"url": "https://evil.example/titles/1/"}, 404), ({"url": "http://[x"}, 404), ({"url": "/\0"}, 404),
        ],
    )  # fmt: skip
    def test_errors_say_what_is_wrong(self, client, query, status):
        response = self.ask(client, **query)
        assert (response.status_code, bool(response.json()["error"])) == (status, True)
