"""Measure the feed of a member who follows many active people. All test data is rolled back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import ListEntry, User
from catalog.models import Title
from social.feed.queries import feed_page
from social.models import Activity, ActivityItem, Comment, Follow, Like

BAR_MS, BAR_QUERIES = 60, 8
ENTRIES, ACTIVITIES, TOGETHER = 60, 30, 2  # per person; titles per activity


class Command(BaseCommand):
    help = "Measure the feed's pages for a member who follows many active people: target, p95, queries."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=1000)
        parser.add_argument("--requests", type=int, default=200)

    def handle(self, *, people: int, requests: int, **options: Any) -> None:
        with transaction.atomic():
            reader = _make_world(people)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            client = Client(SERVER_NAME="localhost")
            client.force_login(reader)
            second = f"/feed/?start={feed_page(reader).next}"
            n_queries = _queries_of(client, "/feed/")
            times = [_milliseconds(client, path) for path in ("/feed/", second) * (requests // 2)]
            client.logout()
            transaction.set_rollback(True)
        p50, p95 = np.percentile(times, [50, 95])
        is_met = p95 < BAR_MS and n_queries <= BAR_QUERIES
        self.stdout.write(
            f"feed of a member who follows {people} active people: p95 < {BAR_MS} ms, ≤ {BAR_QUERIES} queries: "
            f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, {n_queries} queries  {'met' if is_met else 'missed'}"
        )


def _make_world(people: int) -> User:
    generator, now = np.random.default_rng(0), timezone.now()
    titles = list(Title.objects.visible_to(None).order_by("-members", "pk").values_list("pk", flat=True)[:500])
    if len(titles) < ENTRIES:
        raise CommandError(f"The catalogue has {len(titles)} titles; this benchmark needs {ENTRIES}.")
    names = [f"bench-feed-{n}" for n in range(people + 1)]
    reader, *actors = User.objects.bulk_create(
        User(username=name, email=f"{name}@synthetic.invalid", is_synthetic=True) for name in names
    )
    Follow.objects.bulk_create(Follow(follower=reader, followed=actor) for actor in actors)
    entries = ListEntry.objects.bulk_create(
        (
            ListEntry(user=actor, title_id=title_id, status="completed", score=8)
            for actor in actors
            for title_id in generator.choice(titles, ENTRIES, replace=False).tolist()
        ),
        batch_size=5_000,
    )
    hours = generator.exponential(200, len(actors) * ACTIVITIES)
    activities = Activity.objects.bulk_create(
        (
            Activity(actor=actors[n // ACTIVITIES], kind="scored", at=now - timedelta(hours=float(hours[n])))
            for n in range(len(hours))
        ),
        batch_size=5_000,
    )
    ActivityItem.objects.bulk_create(
        (
            ActivityItem(activity=activity, entry=entries[(n // ACTIVITIES) * ENTRIES + n % ACTIVITIES * TOGETHER + k])
            for n, activity in enumerate(activities)
            for k in range(TOGETHER)
        ),
        batch_size=5_000,
    )
    newest = sorted(activities, key=lambda activity: activity.at, reverse=True)[:100]
    Like.objects.bulk_create(Like(activity=one, member=actor) for one in newest for actor in actors[:10])
    Comment.objects.bulk_create(
        Comment(activity=one, author=actors[n % len(actors)], text="Yes.") for n, one in enumerate(newest)
    )
    return reader


def _queries_of(client: Client, path: str) -> int:
    sent: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        _milliseconds(client, path)
    return len(sent)


def _milliseconds(client: Client, path: str) -> float:
    started = time.perf_counter()
    response = client.get(path)
    assert response.status_code == 200
    return (time.perf_counter() - started) * 1000
