"""Shikimori: Russian names, by the owner's wish. It asks for at most 5 requests a second and 90 a minute."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from catalog.importing.parsers.services import shikimori
from catalog.sources.client.requests import Manners, Service, SourceRequest
from catalog.sources.services.parsing import of_bytes
from catalog.titles.external_ids import title_ids_by_mal

EVERY = timedelta(days=60)  # names hardly change
PAGE = 50


def requests() -> Iterator[SourceRequest]:
    """Ask for titles in ranges of ids, newest first, so that a new title changes one question only."""
    ranges: defaultdict[int, list[int]] = defaultdict(list)
    for mal_id in sorted(title_ids_by_mal()):
        ranges[mal_id // PAGE].append(mal_id)
    for number, ids in sorted(ranges.items(), reverse=True):
        yield SourceRequest(
            key=f"names:{number}-{len(ids)}",
            url=settings.SHIKIMORI_URL,
            every=EVERY,
            parse=of_bytes(shikimori.parse_titles),
            method="POST",
            json={"query": shikimori.QUERY, "variables": shikimori.variables(ids)},
        )


def service() -> Service:
    return Service(
        name="shikimori",
        label="Shikimori",
        address=settings.SHIKIMORI_URL,
        manners=Manners(pause=1, per_minute=45, per_day=2000),
        requests=requests,
        is_daily=False,
    )
