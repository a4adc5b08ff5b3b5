"""Benchmark of live ranking after a list change, and its agreement with the published list."""

import time
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from threadpoolctl import threadpool_limits

from accounts.entries.writing import set_score
from accounts.models import User
from catalog.models import Title
from recommendations.artifact_store import load_recommender
from recommendations.benchmark.publishing import create_members
from recommendations.inputs.member_lists import member_lists
from recommendations.inputs.title_rules import title_rules
from recommendations.models import ModelVersion
from recommendations.publishing.rows import write_members
from recommendations.serving import recommend_for

N, SHOWN = 100, 20
BAR_MS, BAR_OVERLAP = 15, 0.9


class Command(BaseCommand):
    help = "Compare live and published lists (run by make bench on its own site; creates members)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=200)

    def handle(self, *, members: int, **options: Any) -> None:
        version = ModelVersion.active()
        if version is None:
            raise CommandError("no model is published: run `manage.py seed` or `manage.py rebuild` first")
        user_ids = create_members(members, typical_length=90)
        p95 = np.percentile(_milliseconds(version, user_ids), 95)
        overlaps = [_overlap(version, user) for user in User.objects.filter(pk__in=user_ids)]
        self.stdout.write(
            f"\none list folded in, ranked, its top {N} explained: p95 {p95:.1f} ms (bar < {BAR_MS})"
            f"{'' if p95 < BAR_MS else '  missed'}\n"
            f"live list right after a rating against the published list of the same ratings: overlap@{SHOWN} "
            f"{np.mean(overlaps):.3f} on average, {min(overlaps):.3f} at least (bar ≥ {BAR_OVERLAP})"
            f"{'' if np.mean(overlaps) >= BAR_OVERLAP else '  missed'}"
        )


def _milliseconds(version: ModelVersion, user_ids: list[int]) -> list[float]:
    recommender = load_recommender(version)
    rules = title_rules(recommender.items)
    lists = [own for *_, own in member_lists(recommender.items, user_ids)]
    recommender.recommend(lists[0], rules, N)  # warm-up: one-time work isn't measured
    times = []
    with threadpool_limits(1, "blas"):
        for own in lists:
            started = time.perf_counter()
            recommender.recommend(own, rules, N)
            times.append((time.perf_counter() - started) * 1000)
    return times


def _overlap(version: ModelVersion, member: User) -> float:
    """Score the member's first recommendation, and return the share of the live list that is in the published one."""
    first = recommend_for(member, 1).items[0].title
    set_score(member, Title.objects.get(pk=first.pk), 9)
    member.refresh_from_db()
    live = recommend_for(member, SHOWN)
    recommender = load_recommender(version)
    write_members(version, recommender, title_rules(recommender.items), [member.pk])
    published = recommend_for(member, SHOWN)
    if (live.source, published.source) != ("live", "table"):
        raise CommandError(f"cannot measure: the lists come from {live.source} and {published.source}")
    live_ids = {item.title.pk for item in live.items}
    return len(live_ids & {item.title.pk for item in published.items}) / max(len(live_ids), 1)
