"""Measure how fast suggestions of people to follow are computed, for members of this site."""

from __future__ import annotations

import time

import numpy as np
from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count

from accounts.models import User
from social.taste_match.suggestions import suggest

BAR_MS, SHORTEST, SHOWN = 150, 20, 24


class Command(BaseCommand):
    help = "Measure suggestions of people to follow, computed anew and from the cache: target, p95."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--readers", type=int, default=40)

    def handle(self, *, readers: int, **options: object) -> None:
        """Measure members with lists of all lengths, from SHORTEST titles on."""
        listed = User.objects.annotate(n=Count("entries")).filter(n__gte=SHORTEST).order_by("n", "pk")
        ids = np.array(listed.values_list("pk", flat=True))
        if not len(ids):
            raise CommandError(f"No member has {SHORTEST} titles on their list.")
        chosen = np.unique(ids[np.linspace(0, len(ids) - 1, readers).astype(int)]).tolist()
        members = list(User.objects.filter(pk__in=chosen))
        for member in members:
            cache.delete(f"suggestions:{member.pk}:{member.list_version}")
        for source in ("computed", "cached"):
            p50, p95 = np.percentile([_milliseconds(member) for member in members], [50, 95])
            self.stdout.write(
                f"suggestions, {source}, among {User.objects.count():,} members: p95 < {BAR_MS} ms: "
                f"p50 {p50:.0f} ms, p95 {p95:.0f} ms  {'met' if p95 < BAR_MS else 'missed'}"
            )


def _milliseconds(reader: User) -> float:
    started = time.perf_counter()
    suggest(reader, SHOWN)
    return (time.perf_counter() - started) * 1000
