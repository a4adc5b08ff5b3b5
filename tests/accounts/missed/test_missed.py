"""What a member hasn't seen of what they're watching."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.missed.queries import missed_titles
from accounts.models import HiddenTitle, ListEntry, User
from catalog.models import Broadcast, Title

pytestmark = pytest.mark.django_db
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def tomorrow():
    return timezone.now().replace(microsecond=0) + DAY


@pytest.fixture
def frieren(make_title, tomorrow) -> Title:
    """Its eleventh episode airs tomorrow."""
    return make_title("Frieren", status="airing", episodes=28, next_airing_at=tomorrow, next_episode=11)


@pytest.fixture
def watched(member, frieren, make_entry) -> ListEntry:
    return make_entry(member, frieren, status="watching", progress=8)


def test_counts_from_the_progress_newest_first(member, watched, tomorrow):
    (missed,) = missed_titles(member)
    assert [(one.number, one.at) for one in missed.episodes] == [(10, tomorrow - WEEK), (9, tomorrow - 2 * WEEK)]
    assert (missed.n, missed.since) == (2, tomorrow - 2 * WEEK)


def test_knows_recorded_times_better_than_the_rhythm(member, frieren, watched, tomorrow):
    Broadcast.objects.create(title=frieren, number=9, at=tomorrow - 3 * WEEK)
    (missed,) = missed_titles(member)
    assert [one.at for one in missed.episodes] == [tomorrow - WEEK, tomorrow - 3 * WEEK]


def test_has_the_end_of_a_title_that_is_over_by_now(member, make_title, make_entry, tomorrow):
    over = make_title(status="finished", episodes=12)
    make_entry(member, over, status="watching", progress=11)
    Broadcast.objects.create(title=over, number=12, at=tomorrow - WEEK)
    assert [(one.title, one.n) for one in missed_titles(member)] == [(over, 1)]


def test_titles_with_the_newest_episodes_come_first_and_long_lists_are_short(
    member, watched, frieren, make_title, make_entry, tomorrow
):
    other = make_title(status="airing", episodes=30, next_airing_at=tomorrow + DAY, next_episode=21)
    make_entry(member, other, status="watching", progress=2)
    first, second = missed_titles(member)
    assert [first.title, second.title] == [other, frieren]
    assert (first.n, len(first.episodes), first.n_more) == (18, 3, 15)


@pytest.mark.parametrize("why", ["seen", "dropped", "planned", "hidden", "adult", "age", "unnumbered", "not begun"])
def test_has_nothing_else(member, frieren, watched, why):
    {
        "seen": lambda: ListEntry.objects.update(progress=10),
        "dropped": lambda: ListEntry.objects.update(status="dropped"),
        "planned": lambda: ListEntry.objects.update(status="planned"),
        "hidden": lambda: HiddenTitle.objects.create(user=member, title=frieren),
        "adult": lambda: Title.objects.update(is_adult=True),
        "age": lambda: User.objects.update(age_limit="pg"),
        "unnumbered": lambda: Title.objects.update(next_episode=None),
        "not begun": lambda: Title.objects.update(next_episode=1),
    }[why]()
    assert missed_titles(User.objects.get(pk=member.pk)) == []


@pytest.mark.parametrize("n", [1, 3])
def test_takes_the_same_number_of_queries(
    client, member, make_title, make_entry, tomorrow, n, django_assert_num_queries
):
    for _ in range(n):
        title = make_title(status="airing", next_airing_at=tomorrow, next_episode=4)
        make_entry(member, title, status="watching")
    client.force_login(member)
    with django_assert_num_queries(5):
        client.get(reverse("accounts:missed"))


def test_the_page_takes_steps_and_comes_back(client, member, frieren, watched):
    client.force_login(member)
    page = reverse("accounts:missed")
    assert "Episode 9" in client.get(page).content.decode()
    entry = reverse("accounts:entry", args=[frieren.pk])
    answer = client.post(entry, {"episode": 9, "next": page})
    assert (answer.status_code, answer["Location"]) == (302, page)
    client.post(entry, {"progress": 10, "next": page})
    assert "You’re up to date" in client.get(page).content.decode()


def test_the_api_lists_them(api, member, watched, frieren):
    (missed,) = api.get("/api/v1/my/missed/").json()
    assert (missed["title"]["id"], missed["n"], missed["episodes"][0]["number"]) == (frieren.pk, 2, 10)
