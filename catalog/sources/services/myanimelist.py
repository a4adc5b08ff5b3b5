"""MyAnimeList's API v2: seasons and rankings in a few large pages, details by need. It needs the owner's client ID.

It doesn't publish its limits, and answers 403 when asked too much.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from catalog.airing.seasons import Season
from catalog.importing.parsers.services import myanimelist
from catalog.models import ExternalId
from catalog.sources.client.requests import Manners, Parse, Service, SourceRequest
from catalog.sources.clock import clock
from catalog.sources.need import MONTHLY, WEEKLY, ids_by_need
from catalog.sources.services.parsing import of_bytes

HALF_A_DAY = timedelta(hours=12)
PAGE = 500
RANKINGS = {"airing": HALF_A_DAY, "upcoming": HALF_A_DAY, "all": MONTHLY}


def requests() -> Iterator[SourceRequest]:
    now = Season.at(clock().now().date())
    for season, every in (
        (now, HALF_A_DAY),
        (now.next, HALF_A_DAY),
        (now.previous, HALF_A_DAY),
        (now.next.next, WEEKLY),
    ):
        yield _list(f"season:{season.address}", f"season/{season.year}/{season.name}", every)
    for ranking, every in RANKINGS.items():
        yield _list(f"ranking:{ranking}", "ranking", every, ranking_type=ranking)
    for mal_id, every in ids_by_need(ExternalId.Provider.MAL):
        # Everything but relations and statistics is in the lists, more often.
        yield _request(f"details:{mal_id}", mal_id, max(every, WEEKLY), of_bytes(myanimelist.parse_details), {})


def _season(season: Season, every: timedelta) -> SourceRequest:
    return _list(f"season:{season.address}", f"season/{season.year}/{season.name}", every)


def _list(key: str, path: str, every: timedelta, **params: str) -> SourceRequest:
    return _request(key, path, every, of_bytes(myanimelist.parse_list), {**params, "limit": PAGE})


def _request(key: str, path: str, every: timedelta, parse: Parse, params: dict[str, str | int]) -> SourceRequest:
    return SourceRequest(
        key=key,
        url=f"{settings.MAL_API_URL}/anime/{path}",
        every=every,
        parse=parse,
        params={**params, "nsfw": "true", "fields": myanimelist.FIELDS},
        headers={"X-MAL-CLIENT-ID": settings.MAL_CLIENT_ID},
    )


def service() -> Service:
    return Service(
        name="myanimelist",
        label="MyAnimeList",
        address=settings.MAL_API_URL if settings.MAL_CLIENT_ID else "",
        manners=Manners(pause=1.2, per_minute=30, per_day=1500),
        requests=requests,
    )
