"""MyAnimeList's API v2: seasons and rankings in a few large pages, details by need. It needs the owner's client ID.

Of manga and light novels it asks for the most popular ones, and for those on members' lists.

It doesn't publish its limits, and answers 403 when asked too much.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from django.conf import settings

from catalog.airing.seasons import Season
from catalog.importing.parsers.services import myanimelist
from catalog.models import ExternalId
from catalog.sources.client.requests import Manners, Parse, Service, SourceRequest
from catalog.sources.clock import clock
from catalog.sources.need import MONTHLY, WEEKLY, ids_by_need, reading_by_need
from catalog.sources.services.parsing import of_bytes

HALF_A_DAY = timedelta(hours=12)
PAGE = 500
WATCHED, READ = myanimelist.FIELDS, myanimelist.READ_FIELDS
DETAILS = of_bytes(myanimelist.parse_details)
RANKINGS = {"airing": HALF_A_DAY, "upcoming": HALF_A_DAY, "all": MONTHLY}
READ_PAGES = 12  # of the most popular manga and light novels; all of them would be more than the anime


def requests() -> Iterator[SourceRequest]:
    now = Season.at(clock().now().date())
    for season, every in (
        (now, HALF_A_DAY),
        (now.next, HALF_A_DAY),
        (now.previous, HALF_A_DAY),
        (now.next.next, WEEKLY),
    ):
        yield _list(f"season:{season.address}", f"anime/season/{season.year}/{season.name}", every)
    for ranking, every in RANKINGS.items():
        yield _list(f"ranking:{ranking}", "anime/ranking", every, ranking_type=ranking)
    for mal_id, every in ids_by_need(ExternalId.Provider.MAL):
        # Everything but relations and statistics is in the lists, more often.
        yield _request(f"details:{mal_id}", f"anime/{mal_id}", max(every, WEEKLY), DETAILS, {})
    yield replace(_list("read:popular", "manga/ranking", MONTHLY, ranking_type="bypopularity"), most_pages=READ_PAGES)
    for mal_id, every in reading_by_need(ExternalId.Provider.MAL):
        yield _request(f"read-details:{mal_id}", f"manga/{mal_id}", every, DETAILS, {})


def _list(key: str, path: str, every: timedelta, **params: str) -> SourceRequest:
    return _request(key, path, every, of_bytes(myanimelist.parse_list), {**params, "limit": PAGE})


def _request(key: str, path: str, every: timedelta, parse: Parse, params: dict[str, str | int]) -> SourceRequest:
    return SourceRequest(
        key=key,
        url=f"{settings.MAL_API_URL}/{path}",
        every=every,
        parse=parse,
        params={**params, "nsfw": "true", "fields": READ if path.startswith("manga/") else WATCHED},
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
