"""Two members in two browsers: what one does, the other sees without asking."""

# ruff: noqa: E501  (scripts and tables of pages)

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.entries.writing import set_score
from catalog.models import Title

SOON = 5000  # milliseconds, on a machine that runs other tests; `make bench-updates` measures it


@pytest.fixture
def titles(site):
    return list(Title.objects.filter(format="tv", episodes__gt=10, status="finished").order_by("-members", "pk")[:12])


@pytest.fixture
def ada(make_member, titles):
    ada = make_member("ada")
    for title in titles[:5]:
        set_score(ada, title, 9)
    return ada


def wait_for_socket(page) -> None:
    """From here on the page is told of changes."""
    page.wait_for_function("() => document.body.dataset.live === 'open'")


def rate(page, title, score: int) -> None:
    """On the title's page; from here on a second is counted."""
    page.goto(title.get_absolute_url())
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name=str(score), exact=True).first.click()


def test_what_one_rates_the_other_sees_in_the_feed_and_the_row_of_friends(visit, ada, make_member, titles):
    ben = make_member("ben")
    for title in titles[:3]:
        set_score(ben, title, 8)
    of_ben = visit("/members/ada/", member=ben)
    of_ben.get_by_role("button", name="Follow", exact=True).click()
    expect(of_ben.get_by_role("button", name="Unfollow")).to_be_visible()
    of_ben.goto("/feed/")
    wait_for_socket(of_ben)
    row = visit("/for-you/friends/", member=ben)
    wait_for_socket(row)

    of_ada = visit("/", member=ada)
    rate(of_ada, titles[8], 10)

    name = titles[8].name
    expect(of_ben.locator(".news").first).to_contain_text(name, timeout=SOON)
    row.goto("/for-you/friends/")
    expect(row.locator(".card").first).to_contain_text(name)
    expect(row.locator(".card").first).to_contain_text("loved by ada 10")


def test_a_follower_is_announced_at_once(visit, ada, make_member):
    page = visit("/settings/", member=ada)
    wait_for_socket(page)

    other = visit("/members/ada/", member=make_member("ben"))
    other.get_by_role("button", name="Follow", exact=True).click()

    expect(page.locator("#bell .unread")).to_have_text("1", timeout=SOON)


def test_a_rating_in_one_window_changes_the_other(visit, ada, titles):
    page = visit("/for-you/", member=ada)
    wait_for_socket(page)
    first = page.locator("#for-you .card h3").first.inner_text()
    disliked = Title.objects.filter(name=first).first()

    rate(visit("/", member=ada), disliked, 2)

    expect(page.locator("#for-you .card h3").first).not_to_have_text(first, timeout=SOON)


NO_SOCKETS = "window.WebSocket = class { static OPEN = 1; readyState = 3; constructor() { setTimeout(() => this.onclose({ code: 1006 })); } };"


def test_a_page_without_a_socket_looks_when_it_is_looked_at_again(visit, ada, make_member):
    page = visit("/about/", member=ada, before=NO_SOCKETS)
    with page.expect_response("**/live/"):
        page.goto("/settings/")

    other = visit("/members/ada/", member=make_member("ben"))
    other.get_by_role("button", name="Follow", exact=True).click()
    expect(other.get_by_role("button", name="Unfollow")).to_be_visible()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.locator("#bell .unread")).to_have_text("1")
