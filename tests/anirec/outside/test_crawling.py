"""What crawlers find: robots.txt, sitemaps, canonical addresses, and pages that ask not to be listed."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from PIL import Image

from anirec.outside import sitemaps
from catalog.models import Credit, Person, Studio
from social.custom_lists.writing import create_list
from social.reviews.writing import write_review

pytestmark = pytest.mark.django_db
TEXT = "It takes its time, and that is what it is about. " * 3
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(client, path: str) -> list[str]:
    """Return the paths that a sitemap names."""
    tree = ElementTree.fromstring(b"".join(client.get(path)))
    addresses = [str(element.text) for element in tree.iter(f"{SPACE}loc")]
    assert all(address.startswith(settings.SITE_URL) for address in addresses)
    return [address.removeprefix(settings.SITE_URL) for address in addresses]


def test_robots_txt_names_the_sitemap_and_keeps_crawlers_out_of_personal_pages(client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in lines
    assert {"Disallow: /settings/", "Disallow: /search/"} < set(lines)


def test_the_index_names_only_parts_with_something_in_them(client, make_title):
    make_title(season="fall")
    assert locations(client, "/sitemap.xml") == [
        f"/sitemaps/{kind}-1.xml" for kind in ("pages", "titles", "seasons")
    ]  # fmt: skip


def test_all_that_guests_may_see_is_listed(client, make_title, make_member):
    ada = make_member("ada")
    title = make_title(season="fall", season_year=2020)
    review, best = write_review(ada, title, TEXT), create_list(ada, "Best", visibility="public")

    assert locations(client, "/sitemaps/titles-1.xml") == [f"/titles/{title.pk}/"]
    assert locations(client, "/sitemaps/seasons-1.xml") == ["/season/2020/fall/"]
    assert locations(client, "/sitemaps/reviews-1.xml") == [f"/reviews/{review.pk}/"]
    assert locations(client, "/sitemaps/lists-1.xml") == [f"/lists/{best.pk}/"]
    assert locations(client, "/sitemaps/members-1.xml") == ["/members/ada/"]


@pytest.mark.parametrize(("is_adult", "n"), [(False, 1), (True, 0)])
def test_studios_and_people_are_listed_if_guests_may_see_a_title_of_theirs(client, make_title, is_adult, n):
    title = make_title(is_adult=is_adult)
    for name, relation in (("Animators", title.studios), ("Producers", title.producers)):
        relation.add(Studio.objects.create(name=name, slug=name.lower()))
    person = Person.objects.create(name="Haru Kaze", slug="haru-kaze", key="haru kaze")
    Credit.objects.create(title=title, person=person, kind="staff", role="Director", position=0)

    assert locations(client, "/sitemaps/studios-1.xml") == ["/studios/animators/", "/studios/producers/"][: 2 * n]
    assert locations(client, "/sitemaps/people-1.xml") == [f"/people/{person.pk}-haru-kaze/"][:n]


def test_a_change_is_dated(client, make_title):
    title = make_title()
    body = b"".join(client.get("/sitemaps/titles-1.xml")).decode()
    assert f"<lastmod>{title.updated_at.isoformat(timespec='seconds')}</lastmod>" in body


@pytest.mark.parametrize("hidden", [{"list_visibility": "private"}, {"is_active": False}, {"is_synthetic": True}])
def test_nothing_of_a_member_who_is_not_public_is_listed(client, make_title, make_member, hidden):
    ada = make_member("ada", **hidden)
    write_review(ada, make_title(), TEXT)
    create_list(ada, "Best", visibility="public")
    for kind in ("reviews", "lists", "members"):
        assert locations(client, f"/sitemaps/{kind}-1.xml") == []


def test_neither_are_adult_titles_and_lists_for_some(client, make_title, make_member):
    ada = make_member("ada", shows_adult=True)
    write_review(ada, make_title(is_adult=True, season="fall"), TEXT)
    for visibility in ("followers", "link", "private"):
        create_list(ada, visibility, visibility=visibility)
    for kind in ("titles", "seasons", "reviews", "lists"):
        assert locations(client, f"/sitemaps/{kind}-1.xml") == []


def test_a_member_seems_to_change_only_with_what_guests_may_see(client, make_member, make_entry, make_title):
    ada = make_member("ada")
    make_entry(ada, make_title(is_adult=True))
    make_entry(ada, visibility="private")
    assert b"lastmod" not in b"".join(client.get("/sitemaps/members-1.xml"))
    make_entry(ada)
    assert b"lastmod" in b"".join(client.get("/sitemaps/members-1.xml"))


@pytest.mark.parametrize("kind", ["titles", "seasons", "reviews", "lists", "members"])
def test_a_part_takes_one_query_and_has_a_bounded_length(
    client, make_title, make_member, monkeypatch, kind, django_assert_num_queries
):
    monkeypatch.setattr(sitemaps, "PART", 2)
    for year, name in enumerate(("ada", "ben", "cem"), start=2001):
        title = make_title(season="fall", season_year=year)
        write_review(make_member(name), title, TEXT)
        create_list(title.reviews.get().author, "Best", visibility="public")
    for number, n in ((1, 2), (2, 1), (3, 0)):
        with django_assert_num_queries(1):
            assert len(locations(client, f"/sitemaps/{kind}-{number}.xml")) == n
    assert f"/sitemaps/{kind}-2.xml" in locations(client, "/sitemap.xml")


@pytest.mark.parametrize("path", ["/sitemaps/secrets-1.xml", "/sitemaps/titles-0.xml", "/sitemaps/pages-2.xml"])
def test_other_parts_are_not_there(client, path):
    assert client.get(path).status_code == 404


class TestPages:
    def head(self, client, path: str) -> tuple[str, str]:
        """Return the canonical address and what search engines are told."""
        response = client.get(path)
        found = re.search(r'rel="canonical" href="([^"]+)"', response.content.decode())
        canonical = found[1].removeprefix(settings.SITE_URL) if found else ""
        return canonical, response.headers.get("X-Robots-Tag", "")

    def test_a_page_has_one_address(self, client, make_title):
        title = make_title()
        assert self.head(client, f"/titles/{title.pk}/") == (f"/titles/{title.pk}/", "")
        assert self.head(client, "/titles/?page=2") == ("/titles/?page=2", "")
        assert self.head(client, "/titles/?page=1") == ("/titles/", "")

    @pytest.mark.parametrize(
        "path", ["/search/?q=x", "/titles/?sort=name", "/members/?q=a", "/accounts/login/", "/api/v1/titles/"]
    )
    def test_filters_searches_forms_and_data_are_not_listed(self, client, path):
        assert self.head(client, path) == ("", "noindex")

    def test_neither_are_settings(self, client, member):
        client.force_login(member)
        assert self.head(client, "/settings/") == ("", "noindex")


def test_browsers_can_search_the_site(client):
    description = ElementTree.fromstring(client.get("/opensearch.xml").content)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    url = description.find(f"{space}Url[@type='text/html']")
    assert url is not None
    assert url.attrib["template"] == f"{settings.SITE_URL}/search/?q={{searchTerms}}"
    assert b'href="/opensearch.xml"' in client.get("/about/").content


def test_icons_are_there_in_the_sizes_that_are_said(client):
    manifest = json.loads(client.get("/manifest.webmanifest").content)
    pictures = {icon["src"]: icon["sizes"] for icon in manifest["icons"] if icon["type"] == "image/png"}
    assert len(pictures) == 2
    for address, size in pictures.items():
        with Image.open(finders.find(address.removeprefix("/static/"))) as image:
            assert "x".join(map(str, image.size)) == size
    assert b"icon-180.png" in client.get("/about/").content
