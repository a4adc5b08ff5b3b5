"""What a browser says of a widget under experiment: which titles came into view, and which were opened."""

from __future__ import annotations

import pytest

from anirec.lib.valkey import valkey

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty_stream():
    from recommendations.experiments.intake import STREAM

    for key in valkey().keys(f"{STREAM}*"):
        valkey().delete(key)


def test_what_a_visitor_saw_and_opened_is_counted(visit):
    from recommendations.experiments.collecting import collect
    from recommendations.models import WidgetEvent

    page = visit("/titles/")
    page.locator(".card h3 a").first.click()
    page.locator("#similar-head").scroll_into_view_if_needed()
    cards = page.locator("[data-ticket] .card")
    cards.nth(1).wait_for()
    opened = int(cards.nth(1).get_attribute("id").removeprefix("card-"))
    shelf = cards.count()
    with page.expect_request("**/events/"):
        page.locator("[data-ticket]").scroll_into_view_if_needed()
        page.wait_for_timeout(800)  # half a second in view counts
    cards.nth(1).locator("h3 a").click()
    page.wait_for_url(f"**/titles/{opened}/**")
    page.wait_for_timeout(500)

    collect()

    events = list(WidgetEvent.objects.values_list("kind", "title_id", "position", "member"))
    seen = [position for kind, _, position, _ in events if kind == WidgetEvent.Kind.EXPOSURE]
    assert (1, opened, 1, None) in events
    assert [event for event in events if event[0] == WidgetEvent.Kind.CLICK] == [(2, opened, 1, None)]
    assert sorted(seen) == list(range(len(seen)))  # those in view, each once
    assert len(seen) < shelf


def test_without_javascript_nothing_is_counted(visit):
    from recommendations.experiments.collecting import collect

    page = visit("/titles/", java_script_enabled=False)
    page.locator(".card h3 a").first.click()
    page.get_by_role("link", name="Show", exact=True).last.click()
    assert page.locator("[data-ticket] .card").count() > 0
    assert collect() == 0
