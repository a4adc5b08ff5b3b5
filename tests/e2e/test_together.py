"""Watching together, in browsers: a group, a plan of it, votes; and a group page that hears what another does."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from accounts.entries.writing import set_score
from catalog.models import Title
from social.models.plans import WatchPlan
from social.people.relations import follow
from social.plans.planning import accept, invite, make_plan, vote
from social.plans.queries import membership
from tests.e2e.test_live import SOON, rate, wait_for_socket


@pytest.fixture
def titles(site):
    return list(Title.objects.filter(format="tv", episodes__gt=10, status="finished").order_by("-members", "pk")[:12])


@pytest.fixture
def ada_and_ben(make_member, titles):
    ada, ben = make_member("ada"), make_member("ben")
    for title in titles[:5]:
        set_score(ada, title, 9)
    for title in titles[5:9]:
        set_score(ben, title, 8)
    follow(ada, ben)
    return ada, ben


def test_what_one_rates_changes_the_open_group_page_of_the_other(visit, ada_and_ben):
    ada, ben = ada_and_ben
    page = visit("/together/?with=ben", member=ada)
    wait_for_socket(page)
    first = page.locator(".group-title h3").first.inner_text()
    title = Title.objects.get(name=first, medium="anime")

    rate(visit("/", member=ben), title, 9)

    expect(page.locator(".group-title h3").first).not_to_have_text(first, timeout=SOON)
    expect(page.get_by_role("heading", name=first)).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_group_becomes_a_plan_that_both_vote_in(visit, ada_and_ben, scripts):
    ada, ben = ada_and_ben
    page = visit("/together/", member=ada, java_script_enabled=scripts)
    page.get_by_label("ben").check()
    if not scripts:
        page.get_by_role("button", name="Show recommendations").click()
    page.get_by_role("button", name="Create watch plan").click()
    expect(page.get_by_role("heading", name="Watching together")).to_be_visible()
    plan = WatchPlan.objects.get()

    other = visit(f"/plans/{plan.pk}/", member=ben, java_script_enabled=scripts)
    other.get_by_role("button", name="Join").click()
    last = other.locator(".plan-titles li").last
    name = last.locator("h3").inner_text()
    last.get_by_role("button", name="Vote").click()

    expect(other.locator(".plan-titles h3").first).to_have_text(name)
    expect(other.locator(".plan-titles li").first.locator(".pill")).to_contain_text("2")


def test_a_vote_of_one_is_seen_on_the_open_page_of_the_other(visit, ada_and_ben, titles):
    ada, ben = ada_and_ben
    plan = make_plan(ada, "Sunday", titles=titles[9:11])
    page = visit(f"/plans/{plan.pk}/", member=ada)
    wait_for_socket(page)

    invite(plan, ben)
    accept(plan, ben)
    expect(page.locator("#plan-members")).to_contain_text("ben", timeout=SOON)
    last = page.locator(".plan-titles h3").last.inner_text()
    vote(membership(plan, ben), plan.titles.get(title__name=last), True)

    expect(page.locator(".plan-titles h3").first).to_have_text(last, timeout=SOON)


@pytest.fixture
def plan_of_ben(visit, ada_and_ben, titles):
    """His page of a plan that is Ada's, and what makes it change: she takes back her vote for its first title."""
    ada, ben = ada_and_ben
    plan = make_plan(ada, "Sunday", titles=titles[9:11])
    invite(plan, ben)
    accept(plan, ben)
    page = visit(f"/plans/{plan.pk}/", member=ben)
    wait_for_socket(page)
    return page, lambda: vote(membership(plan, ada), plan.titles.get(title=titles[9]), False)


def test_an_answer_from_before_a_vote_does_not_undo_it(plan_of_ben, titles):
    page, take_back_a_vote = plan_of_ben
    late: list[Route] = []
    page.route(page.url, lambda route: route.continue_() if late else late.append(route))

    with page.expect_request(page.url):
        take_back_a_vote()
    before = page.request.get(page.url).text()
    page.locator(".plan-titles").get_by_role("button", name=f"Vote {titles[10].name}").click()
    of_all = page.locator(".plan-titles li").first.locator(".pill")
    expect(of_all).to_contain_text("2")
    with page.expect_request(page.url):  # it asks again
        late[0].fulfill(body=before, content_type="text/html")
    expect(of_all).to_contain_text("2")


def test_what_others_do_waits_for_the_answer_to_a_vote(plan_of_ben, titles):
    page, take_back_a_vote = plan_of_ben
    asked, late = [], []
    page.on("request", lambda request: request.url == page.url and asked.append(request))
    page.route("**/titles/*/", lambda route: late.append(route))

    with page.expect_request("**/titles/*/"):
        page.locator(".plan-titles").get_by_role("button", name=f"Vote {titles[10].name}").click()
    take_back_a_vote()
    page.wait_for_timeout(500)
    assert asked == []
    with page.expect_request(page.url):
        late[0].continue_()
    expect(page.locator(".plan-titles li").first.locator(".pill")).to_contain_text("2")
