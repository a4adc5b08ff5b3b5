"""A cover is for those who may see its title, on pages and by its address."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as PropertyTestCase

from accounts.models import User
from catalog.covers import files
from catalog.models import Title
from catalog.models.titles import AgeRating

WEBP = b"RIFF\x00\x00\x00\x00WEBP"


def give_cover(title: Title) -> str:
    """Give the title a cover, and return the address of its small file."""
    digest = files.save(title.pk, dict.fromkeys(files.WIDTHS, WEBP + str(title.pk).encode()))
    Title.objects.filter(pk=title.pk).update(cover_digest=digest, cover_colour="#204060", cover_width=450)
    title.refresh_from_db()
    return f"/covers/{digest}-225.webp"


@pytest.fixture(autouse=True)
def _on(settings, tmp_path):
    settings.COVERS, settings.MEDIA_ROOT = True, tmp_path


@pytest.mark.django_db
class TestAddress:
    def test_it_is_kept_by_the_browser_alone_for_as_long_as_the_same_person_looks(self, client, make_title):
        title = make_title()
        address = give_cover(title)

        answer = client.get(address)

        assert answer.content == WEBP + str(title.pk).encode()
        assert {
            "Content-Type": "image/webp",
            "Cache-Control": "private, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Vary": "Cookie",
        }.items() <= dict(answer.headers).items()
        assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304

    def test_only_the_files_that_exist_have_one(self, client, make_title, settings):
        address = give_cover(make_title())

        assert client.get(address.replace("-225", "-226")).status_code == 404
        assert client.get("/covers/..-225.webp").status_code == 404
        assert client.get("/covers/0123-225.webp").status_code == 404
        settings.COVERS = False
        assert client.get(address).status_code == 404

    def test_names_differ_between_titles_and_sites(self, settings):
        content = dict.fromkeys(files.WIDTHS, WEBP)
        one, other = files.save(1, content), files.save(2, content)
        settings.SECRET_KEY = "of another site"

        assert len({one, other, files.save(1, content)}) == 3

    def test_a_cover_that_becomes_adult_is_no_longer_served(self, client, make_title):
        title = make_title()
        address = give_cover(title)
        etag = client.get(address)["ETag"]
        Title.objects.update(is_adult=True)

        assert client.get(address, headers={"If-None-Match": etag}).status_code == 404


class TestVisibility(PropertyTestCase):
    @pytest.mark.property
    @given(
        rating=st.sampled_from(AgeRating.values),
        is_adult=st.booleans(),
        limit=st.sampled_from(AgeRating.values),
        shows_adult=st.booleans(),
        is_member=st.booleans(),
    )
    def test_it_is_served_exactly_to_those_who_may_see_the_title(
        self, rating: str, is_adult: bool, limit: str, shows_adult: bool, is_member: bool
    ) -> None:
        title = Title.objects.create(name="T", age_rating=rating, is_adult=is_adult)
        address = give_cover(title)
        viewer = None
        if is_member:
            viewer = User.objects.create_user("ada", "ada@example.org", age_limit=limit, shows_adult=shows_adult)
            self.client.force_login(viewer)
        else:
            self.client.logout()

        status = self.client.get(address).status_code

        may_see = Title.objects.visible_to(viewer).filter(pk=title.pk).exists()
        assert (status == 200) == may_see
        if is_adult:
            assert may_see == (is_member and shows_adult and not limit)
        assert (self.client.get(title.get_absolute_url()).status_code == 200) == may_see


class _Images(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append(dict(attrs))


def images(html: str) -> list[dict[str, str | None]]:
    parser = _Images()
    parser.feed(html)
    return parser.found


@pytest.mark.django_db
class TestPages:
    def test_a_large_poster_offers_both_widths_and_reserves_its_place(self, client, make_title):
        title = make_title()
        small = give_cover(title)

        html = client.get(title.get_absolute_url()).content.decode()

        large = small.replace("-225", "-450")
        shown = next(image for image in images(html) if image["width"] == "240")
        assert (shown["src"], shown["srcset"]) == (small, f"{small} 225w, {large} 450w")
        assert (shown["height"], shown["alt"]) == ("360", "")
        assert shown["sizes"] == "(max-width: 560px) 42vw, 264px"
        assert 'fill="#204060"' in html

    def test_a_title_without_cover_and_a_site_without_covers_have_the_drawn_poster(self, client, make_title, settings):
        without, title = make_title(), make_title()
        give_cover(title)

        assert f"/posters/{without.pk}.svg" in client.get(without.get_absolute_url()).content.decode()
        settings.COVERS = False
        html = client.get(title.get_absolute_url()).content.decode()
        assert f"/posters/{title.pk}.svg" in html
        assert "/covers/" not in html

    def test_lists_and_cards_name_covers_of_visible_titles_only(self, client, make_title, make_member):
        plain, adult = make_title("Mokomoko"), make_title("Mokomoko After Dark", is_adult=True)
        shown, hidden = give_cover(plain), give_cover(adult)
        grown = make_member("ada", shows_adult=True)

        client.force_login(grown)
        seen = client.get("/titles/").content.decode()
        client.force_login(make_member("ben", age_limit="pg"))
        limited = client.get("/titles/").content.decode()
        client.logout()
        visitors = client.get("/titles/").content.decode()

        assert (shown in seen, hidden in seen) == (True, True)
        assert (shown in limited, hidden in limited) == (False, False)
        assert (shown in visitors, hidden in visitors) == (True, False)

    def test_cards_need_no_query_for_covers(self, make_title, django_assert_num_queries):
        for _ in range(3):
            give_cover(make_title())
        titles = list(Title.objects.for_cards())

        with django_assert_num_queries(0):
            html = Template(
                "{% load titles %}{% for t in titles %}{% poster t %}{% poster_url t %}{% endfor %}"
            ).render(Context({"titles": titles}))

        assert html.count("srcset") == 3
