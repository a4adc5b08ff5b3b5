"""Finding titles in a real browser: filters with and without JavaScript, seasons, the calendar, top lists."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from catalog.models import SourceRecord, Title
from catalog.versioning import forget
from tests.e2e.conftest import Watched

pytestmark = pytest.mark.django_db(transaction=True)
PLAYER = "https://www.youtube-nocookie.com/embed/abcdEFGH-_1"


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_filters_count_as_one_chooses_and_the_address_keeps_them(visit):
    page = visit("/titles/")
    comedies = number(page.locator("li:has(#w-comedy) small").inner_text())

    page.locator("#w-comedy").click()

    expect(page.locator(".count")).to_have_text(f"{comedies} titles")
    expect(page.locator("#w-comedy")).to_be_focused()
    dramas = number(page.locator("li:has(#w-drama) small").inner_text())
    page.locator("#n-drama").click()
    expect(page.locator(".count")).to_have_text(f"{comedies - dramas} titles")
    page.locator("#w-drama").click()  # a tag has one sign at a time
    expect(page.locator(".count")).to_have_text(f"{dramas} titles")
    page.reload()
    expect(page.locator(".count")).to_have_text(f"{dramas} titles")
    page.get_by_role("link", name="Remove: Drama").click()
    expect(page.locator(".count")).to_have_text(f"{comedies} titles")


def test_a_wrong_number_is_named_at_its_control(visit):
    page = visit("/titles/")
    page.get_by_label("From year").fill("1800")
    expect(page.locator("#wrong-year_min")).to_have_text("Ensure this value is greater than or equal to 1900.")


def test_everything_is_found_without_javascript(visit):
    page = visit("/titles/", java_script_enabled=False)
    page.locator("#n-comedy").check()
    page.locator("#o-format-movie").check()
    page.get_by_role("button", name="Apply").click()
    assert "tag_not=comedy" in page.url
    assert page.locator(".active li").count() == 3  # both filters, and clear all
    for name in ("Season", "Calendar", "Top anime"):
        page.get_by_role("navigation", name="Catalogue pages").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.fixture
def title(site) -> Title:
    title = Title.objects.get(names__text="Cowboy Bebop", names__kind="main")
    now = timezone.now()
    SourceRecord.objects.create(
        title=title, source="jikan", key="mal:1", data={"ids": {}, "trailer": "abcdEFGH-_1"}, digest=b"", as_of=now,
        seen_at=now, changed_at=now,
    )  # fmt: skip
    forget()
    return title


def test_the_trailer_is_loaded_by_a_click_and_nothing_from_elsewhere_before(browser, site, title) -> None:
    context = browser.new_context(base_url=site.url)
    watched = Watched(context, site.url)
    watched.page.goto(title.get_absolute_url())
    watched.page.get_by_role("heading", name="Staff and cast").scroll_into_view_if_needed()
    watched.page.get_by_text("Shinichirou Watanabe").wait_for()
    assert watched.problems == []

    watched.page.get_by_role("link", name="Play trailer").click()

    assert watched.page.locator("iframe").get_attribute("src") == PLAYER
    asked = [problem for problem in watched.problems if problem.startswith("asked another site")]
    assert asked[:1] == [f"asked another site: {PLAYER}"]
    assert [problem for problem in watched.problems if "Content Security Policy" in problem] == []
    context.close()
