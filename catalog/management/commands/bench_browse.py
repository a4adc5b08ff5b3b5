from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from random import Random
from time import perf_counter
from typing import Any, TypeVar
from urllib.parse import urlencode

import numpy as np
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.browse.facets import Facets
from catalog.browse.queries import title_filter
from catalog.index.titles import TitleIndex, build_index
from catalog.models import Title

Result = TypeVar("Result")
BARE_COUNT = """
    SELECT count(*) FROM catalog_title JOIN catalog_title_tags ON title_id = catalog_title.id
    WHERE NOT is_adult AND tag_id = %s AND season_year >= %s AND score >= %s
"""


class Command(BaseCommand):
    help = "Time the browse page with six random filters, and its exact option counts against a bare SELECT count."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--requests", type=int, default=200)
        parser.add_argument("--member", help="username of the member who browses (default: a visitor)")

    def handle(self, *, requests: int, member: str | None, **options: Any) -> None:
        if not Title.objects.exists():
            raise CommandError("The catalogue is empty. Import one first.")
        client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS else "localhost")
        if member:
            client.force_login(get_user_model().objects.get(username=member))
        seconds, index = timed(build_index)
        self.stdout.write(f"{len(index.ids):,} titles, indexed in {seconds * 1000:.0f} ms")
        queries = [six_filters(index, Random(number)) for number in range(requests)]
        browse = reverse("catalog:browse")
        client.get(f"{browse}?{queries[0]}")  # warm-up
        with CaptureQueriesContext(connection) as captured:
            client.get(f"{browse}?{queries[0]}")
        self.stdout.write(f"queries of a page: {len(captured)}")
        self._print("browse, six filters", [timed(partial(client.get, f"{browse}?{query}"))[0] for query in queries])
        self._print("counts of every option", [timed(partial(count_all, query))[0] for query in queries])
        self._print("bare SELECT count", [timed(partial(bare_count, index, Random(n)))[0] for n in range(requests)])

    def _print(self, label: str, seconds: list[float]) -> None:
        middle, high = np.percentile(seconds, [50, 95]) * 1000
        self.stdout.write(f"{label:<23} p50 {middle:6.1f} ms  p95 {high:6.1f} ms  max {max(seconds) * 1000:6.1f} ms")


def six_filters(index: TitleIndex, dice: Random) -> str:
    """Return a query with six filters: tags around those of a random title, two minimums and a status."""
    place = dice.choice(np.flatnonzero(index.visible_to(None)).tolist())
    tags = [index.tags.terms[term].slug for term in index.tags.term_of[index.tags.title_of == place].tolist()]
    tags = [slug for slug in tags if slug in index.tags_visible_to(None)]
    others = sorted(index.tags_visible_to(None) - set(tags))
    pairs = [("tag", slug) for slug in dice.sample(tags, min(2, len(tags)))]
    pairs += [("tag_not", slug) for slug in dice.sample(others, min(3 - len(pairs), len(others)))]
    pairs += [("score_min", str(dice.randrange(1, 7))), ("year_min", str(dice.randrange(1960, 2015)))]
    return urlencode([*pairs, ("status", "finished"), ("sort", dice.choice(["score", "newest", "name", "popular"]))])


def count_all(query: str) -> None:
    facets = Facets(title_filter(QueryDict(query), None))
    for options in (facets.tags, facets.studios, facets.formats, facets.statuses, facets.sources, facets.ages,
                    facets.seasons):  # fmt: skip
        options()


def bare_count(index: TitleIndex, dice: Random) -> None:
    tag = dice.choice(index.tags.terms)
    with connection.cursor() as cursor:
        cursor.execute(BARE_COUNT, [tag.pk, dice.randrange(1960, 2015), dice.randrange(1, 7)])
        cursor.fetchone()


def timed(act: Callable[[], Result]) -> tuple[float, Result]:
    start = perf_counter()
    result = act()
    return perf_counter() - start, result
