"""Catalogue sources: one module per provider, each with `read(path)`."""

from catalog.importing.sources import anilist, jikan, mal_2020, offline_database, sample, synopses
from catalog.importing.sources.base import Reader

FORMATS: dict[str, Reader] = {
    "mal-2020": mal_2020.read,
    "jikan": jikan.read,
    "anilist": anilist.read,
    "offline-database": offline_database.read,
    "synopses": synopses.read,
    "sample": sample.read,
}
