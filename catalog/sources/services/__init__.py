"""All sources that can be asked, one module for each kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.conf import settings

from catalog.sources.client.requests import Service
from catalog.sources.services import anilist, files, jikan, kitsu, myanimelist, pages, shikimori

SERVICES: dict[str, Callable[[], Service]] = {
    "myanimelist": myanimelist.service,
    "offline-database": files.offline_database_service,
    "jikan": jikan.service,
    "anilist": anilist.service,
    "kitsu": kitsu.service,
    "shikimori": shikimori.service,
    "anidb": files.anidb_service,
    "id-map": files.id_map_service,
    **{site.name: partial(pages.service, site) for site in pages.SITES},
}


def enabled_services() -> list[Service]:
    """Return the sources that the owner has chosen and that have an address, in the order of SERVICES."""
    services = [build() for name, build in SERVICES.items() if name in settings.SOURCES]
    return [service for service in services if service.address]


def service_named(name: str) -> Service:
    """Raise KeyError for an unknown name."""
    return SERVICES[name]()
