"""A server with Jikan's API over MyAnimeList's pages. The public one ended in October 2026, so there is no default."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from django.conf import settings

from catalog.importing.parsers.services import jikan
from catalog.models import ExternalId
from catalog.sources.client.requests import Manners, Service, SourceRequest
from catalog.sources.need import MONTHLY, WEEKLY, ids_by_need, reading_by_need
from catalog.sources.services.parsing import of_bytes

HALF_A_DAY = timedelta(hours=12)
LISTS = {"seasons/now": HALF_A_DAY, "seasons/upcoming": HALF_A_DAY, "top/anime": MONTHLY}
READ_PAGES = 240  # of 25 manga and light novels


def requests() -> Iterator[SourceRequest]:
    for path, every in LISTS.items():
        yield _request(path, path, every)
    for mal_id, every in ids_by_need(ExternalId.Provider.MAL):
        yield _request(f"details:{mal_id}", f"anime/{mal_id}/full", max(every, WEEKLY))
    yield replace(_request("read:popular", "top/manga?filter=bypopularity", MONTHLY), most_pages=READ_PAGES)
    for mal_id, every in reading_by_need(ExternalId.Provider.MAL):
        yield _request(f"read-details:{mal_id}", f"manga/{mal_id}/full", every)


def _request(key: str, path: str, every: timedelta) -> SourceRequest:
    url = f"{settings.JIKAN_URL}/{path}"
    return SourceRequest(key=key, url=url, every=every, parse=of_bytes(partial(jikan.parse_titles, base=url)))


def service() -> Service:
    return Service(
        name="jikan",
        label="Jikan",
        address=settings.JIKAN_URL,
        manners=Manners(pause=1, per_minute=30, per_day=2000),
        requests=requests,
    )
