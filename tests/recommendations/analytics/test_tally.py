"""Counters of web processes: response times, active members, and sources of recommendations."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from django.db.models import Sum

from anirec.lib.valkey import valkey
from recommendations.analytics import tally as counting
from recommendations.analytics.minutes import add_minutes
from recommendations.analytics.tally import KEY, bucket_of, milliseconds_of, tally
from recommendations.models import ActiveDay, RequestDay, ServedDay

pytestmark = pytest.mark.django_db
LATER = 180  # seconds until a minute is finished


def requests():
    return sorted(RequestDay.objects.exclude(route="").order_by().values_list("kind", "route").annotate(Sum("n")))


@pytest.fixture
def over():
    """Add all finished minutes."""

    def add() -> int:
        tally.flush()
        return add_minutes(time.time() + LATER)

    return add


def test_requests_are_counted_by_kind_and_route(client, make_title, over):
    client.get("/about/")
    client.get("/about/")
    client.get("/about/", headers={"HX-Request": "true"})
    client.get("/api/v1/titles/")
    client.get("/nowhere/")
    client.get(f"/posters/{make_title().pk}.svg")
    over()
    assert requests() == [
        ("api", "api:titles", 1), ("fragment", "recommendations:about", 1), ("page", "recommendations:about", 2),
        ("rest", "catalog:poster", 1),
    ]  # fmt: skip


def test_a_minute_is_added_once_and_not_before_it_is_over(client, over):
    client.get("/about/")
    tally.flush()
    assert (add_minutes(), requests()) == (0, [])
    assert [over(), over()] == [1, 0]
    assert requests() == [("page", "recommendations:about", 1)]


def test_a_minute_whose_key_was_left_behind_is_not_added_again(client, over):
    client.get("/about/")
    tally.flush()
    (key,) = valkey().keys(f"{KEY}:*")
    kept = valkey().hgetall(key)
    over()
    valkey().hset(key, mapping=kept)  # as if the task was killed before it deleted the key
    assert (over(), requests()) == (0, [("page", "recommendations:about", 1)])


def test_a_member_is_active_on_a_day_once(client, member, over):
    client.force_login(member)
    client.get("/list/")
    client.get("/settings/")
    over()
    over()
    assert list(ActiveDay.objects.values_list("member", "day")) == [(member.pk, datetime.now(UTC).date())]


def test_a_member_who_is_deleted_meanwhile_is_not_counted(client, member, over):
    client.force_login(member)
    client.get("/list/")
    member.delete()
    over()
    assert ActiveDay.objects.count() == 0


def test_lists_of_suggestions_are_counted_by_where_they_come_from(client, member, make_entry, over):
    for _ in range(3):
        make_entry(member, score=8)
    client.force_login(member)
    client.get("/for-you/")
    over()
    assert list(ServedDay.objects.values_list("source", "n")) == [("popular", 1)]


def test_without_valkey_pages_are_served_and_the_counts_are_lost(client, monkeypatch, settings):
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    monkeypatch.setattr(counting, "valkey", lambda: redis.Redis(port=1, retry=Retry(NoBackoff(), 0)))
    assert client.get("/about/").status_code == 200
    tally.flush()


def test_it_asks_the_database_nothing(rf, django_assert_num_queries):
    request = rf.get("/about/")
    request.resolver_match = type("Match", (), {"view_name": "recommendations:about"})
    from django.http import HttpResponse

    with django_assert_num_queries(0):
        counting.count_request(request, HttpResponse(), 10)


def test_buckets_are_a_fifth_wide():
    for milliseconds in (0.3, 1.0, 7.5, 80.0, 1500.0):
        assert milliseconds_of(bucket_of(milliseconds)) == pytest.approx(milliseconds, rel=0.1)


def test_all_routes_of_a_kind_are_also_counted_together(client, over):
    client.get("/about/")
    client.get("/titles/")
    over()
    together = RequestDay.objects.filter(route="").order_by().values_list("kind").annotate(Sum("n"))
    assert list(together) == [("page", 2)]
