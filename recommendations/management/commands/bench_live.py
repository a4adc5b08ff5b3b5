"""Benchmark of live ranking after a list change, and its agreement with the published list."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from threadpoolctl import threadpool_limits

from accounts.entries.writing import set_score
from accounts.models import User
from catalog.models import Title
from recommendations.artifact_store import load_recommender
from recommendations.benchmark.publishing import create_members
from recommendations.engine.member_list import MemberList
from recommendations.engine.models.rerankers import RankedCandidates
from recommendations.engine.ranking import TitleRules, allowed_titles
from recommendations.engine.recommender import Recommender
from recommendations.inputs.member_lists import member_lists
from recommendations.inputs.title_rules import title_rules
from recommendations.models import ModelVersion
from recommendations.publishing.rows import write_members
from recommendations.serving import recommend_for

N, SHOWN = 100, 20
BAR_RANKED_MS, BAR_MS, BAR_OVERLAP = 5, 15, 0.9


class Command(BaseCommand):
    help = "Compare live and published lists (run by make bench on its own site; creates members)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=200)

    def handle(self, *, members: int, **options: Any) -> None:
        version = ModelVersion.active()
        if version is None:
            raise CommandError("no model is published: run `manage.py seed` or `manage.py rebuild` first")
        user_ids = create_members(members, typical_length=90)
        ranked, p95 = np.percentile(_milliseconds(version, user_ids), 95, axis=0)
        overlaps = [_overlap(version, user) for user in User.objects.filter(pk__in=user_ids)]
        self.stdout.write(
            f"\none list folded in and ranked: p95 {ranked:.1f} ms (bar ≤ {BAR_RANKED_MS})"
            f"{'' if ranked <= BAR_RANKED_MS else '  missed'}\n"
            f"by all rules, its top {N} explained, with expected scores: p95 {p95:.1f} ms (bar < {BAR_MS})"
            f"{'' if p95 < BAR_MS else '  missed'}\n"
            f"live list right after a rating against the published list of the same ratings: overlap@{SHOWN} "
            f"{np.mean(overlaps):.3f} on average, {min(overlaps):.3f} at least (bar ≥ {BAR_OVERLAP})"
            f"{'' if np.mean(overlaps) >= BAR_OVERLAP else '  missed'}"
        )


def _milliseconds(version: ModelVersion, user_ids: list[int]) -> list[tuple[float, float]]:
    """Return the times of each list: to read and rank it, and to recommend with reasons."""
    recommender = load_recommender(version)
    rules = title_rules(recommender.items)
    lists = [own for *_, own in member_lists(recommender.items, user_ids)]
    recommender.recommend(lists[0], rules, N)  # warm-up: one-time work isn't measured
    with threadpool_limits(1, "blas"):
        return [(_time(_rank, recommender, rules, own), _time(recommender.recommend, own, rules, N)) for own in lists]


def _rank(recommender: Recommender, rules: TitleRules, own: MemberList) -> RankedCandidates:
    return recommender.hybrid.rank(
        recommender.read(own), allowed_titles(rules, own.on_list, own.hidden, own.shows_adult)
    )


def _time(work: Callable[..., object], *arguments: object) -> float:
    """Return the milliseconds that the work takes."""
    started = time.perf_counter()
    work(*arguments)
    return (time.perf_counter() - started) * 1000


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
