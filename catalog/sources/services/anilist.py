"""AniList: air times of titles that are on members' lists. Its terms allow no copy of its catalogue. Off by default.

It documents 90 requests a minute, and allows 30.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from catalog.importing.parsers.services import anilist
from catalog.models import ExternalId
from catalog.sources.client.requests import Manners, Service, SourceRequest
from catalog.sources.need import listed_ids
from catalog.sources.services.parsing import of_bytes

EVERY = timedelta(hours=12)
PAGE = 50


def requests() -> Iterator[SourceRequest]:
    ids = listed_ids(ExternalId.Provider.ANILIST)
    for number, start in enumerate(range(0, len(ids), PAGE)):
        variables = anilist.airing_variables(ids[start : start + PAGE])
        yield SourceRequest(
            key=f"airing:{number}",
            url=settings.ANILIST_URL,
            every=EVERY,
            parse=of_bytes(anilist.parse_airing),
            method="POST",
            json={"query": anilist.AIRING_QUERY, "variables": variables},
        )


def service() -> Service:
    return Service(
        name="anilist",
        label="AniList",
        address=settings.ANILIST_URL,
        manners=Manners(pause=2.5, per_minute=20, per_day=1000),
        requests=requests,
    )
