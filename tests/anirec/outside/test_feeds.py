"""Atom feeds: a member's public activity and the latest seasons."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.entries.writing import set_score, update_entry
from catalog.airing.seasons import Season

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client, path: str) -> list[tuple[str, str]]:
    """Return titles and contents of the feed's entries."""
    response = client.get(path)
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)
    assert feed.findtext(f"{ATOM}id", "").startswith(settings.SITE_URL)
    found = feed.findall(f"{ATOM}entry")
    return [(entry.findtext(f"{ATOM}title", ""), entry.findtext(f"{ATOM}summary", "")) for entry in found]


def test_activity_is_as_guests_see_it(client, make_member, make_title):
    ada = make_member("ada", shows_adult=True)
    set_score(ada, make_title("Shown"), 9)
    set_score(ada, make_title("Adult", is_adult=True), 9)
    update_entry(ada, make_title("Hidden"), score=8, visibility="private")

    found = entries(client, "/members/ada/activity.atom")

    titles = {title for title, _content in found}
    assert "ada scored a title" in titles
    contents = "".join(content for _title, content in found)
    assert (f'<a href="{settings.SITE_URL}/titles/' in contents, "Shown" in contents) == (True, True)
    assert ("Adult" in contents, "Hidden" in contents) == (False, False)


def test_it_is_the_same_for_who_is_logged_in(client, make_member, make_title):
    ada = make_member("ada")
    update_entry(ada, make_title("Hidden"), score=8, visibility="private")
    client.force_login(ada)
    assert entries(client, "/members/ada/activity.atom") == []


def test_a_profile_leads_to_it(client, make_member):
    page = client.get(make_member("ada").get_absolute_url()).content.decode()
    assert 'href="/members/ada/activity.atom"' in page


def test_new_seasons_come_with_their_titles(client, make_title):
    season = Season.at(timezone.localdate())
    make_title("New", season=season.name, season_year=season.year)
    make_title("Adult", season=season.name, season_year=season.year, is_adult=True)
    ((title, content),) = entries(client, "/season/new.atom")
    assert (title, "New" in content, "Adult" in content) == (season.label, True, False)
    page = client.get(f"/season/{season.year}/{season.name}/").content.decode()
    assert 'href="/season/new.atom"' in page
