"""Kitsu: a third opinion, and categories. Its pages hold 20 titles, so the whole catalogue is walked in a month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from catalog.importing.parsers.services import kitsu
from catalog.sources.client.requests import Manners, Service, SourceRequest
from catalog.sources.need import MONTHLY
from catalog.sources.services.parsing import of_bytes

HALF_A_DAY = timedelta(hours=12)


def requests() -> Iterator[SourceRequest]:
    yield _list("status:current", HALF_A_DAY, {"filter[status]": "current"})
    yield _list("status:upcoming", HALF_A_DAY, {"filter[status]": "upcoming"})
    yield _list("all", MONTHLY, {"sort": "id"})


def _list(key: str, every: timedelta, params: dict[str, str]) -> SourceRequest:
    return SourceRequest(
        key=key,
        url=f"{settings.KITSU_URL}/anime",
        every=every,
        parse=of_bytes(kitsu.parse_titles),
        params={**kitsu.PARAMETERS, **params},
        headers={"Accept": "application/vnd.api+json"},
    )


def service() -> Service:
    return Service(
        name="kitsu",
        label="Kitsu",
        address=settings.KITSU_URL,
        manners=Manners(pause=2, per_minute=20, per_day=600),
        requests=requests,
    )
