"""How fast members' rows are scored and stored, on members made for it in an otherwise empty site."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from recommendations.artifact_store import load_recommender
from recommendations.community import add_members
from recommendations.engine.metrics.ranking import top_k
from recommendations.engine.recommender import Recommender
from recommendations.models import ModelVersion
from recommendations.pipelines.member_lists import member_lists
from recommendations.pipelines.publish import MEMBERS_IN_A_SHARD
from recommendations.pipelines.rows import TOP, write_members
from recommendations.titles import title_rules

BAR = 500  # members a second


class Command(BaseCommand):
    help = "Measure publishing (make bench calls it on a site of its own; it makes members and leaves them)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=2000)
        parser.add_argument("--length", type=int, default=90, help="typical number of titles on a list")

    def handle(self, *, members: int, length: int, **options: Any) -> None:
        version = ModelVersion.active()
        if version is None:
            raise CommandError("no model is published: run `manage.py seed` or `manage.py rebuild` first")
        if User.objects.filter(is_synthetic=False).count() > 1:
            raise CommandError("this site has members: `make bench` measures on one of its own")
        add_members(members, typical_length=length)
        user_ids = list(User.objects.filter(is_synthetic=True).order_by("pk").values_list("pk", flat=True))
        recommender = load_recommender(version)
        rules = title_rules(recommender.items)
        lengths = [len(own.items) for _, _, own in member_lists(recommender.items, user_ids)]

        def publish() -> None:
            for start in range(0, len(user_ids), MEMBERS_IN_A_SHARD):
                write_members(version, recommender, rules, user_ids[start : start + MEMBERS_IN_A_SHARD])

        publish()  # warm
        published = len(user_ids) / _seconds(publish)
        bare = len(user_ids) / _seconds(lambda: _score_and_top(recommender, user_ids))
        self.stdout.write(
            f"\npublishing: {len(user_ids):,} members, {np.mean(lengths):.0f} known titles a list, {len(recommender.items):,} "
            f"titles in the model, top {TOP} with reasons, one process"
        )
        self.stdout.write(
            f"read, scored, explained and stored: {published:,.0f} members/s (bar > {BAR})"
            f"{'' if published > BAR else '  missed'}; only scored and cut to {TOP}: {bare:,.0f}/s, ratio {published / bare:.2f}"
        )


def _score_and_top(recommender: Recommender, user_ids: list[int]) -> None:
    """The least that must be done: scores for all titles and the best of them."""
    for _, _, own in member_lists(recommender.items, user_ids):
        top_k(recommender.scores(own.items, own.scores)[None], min(TOP, len(recommender.items)))


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
