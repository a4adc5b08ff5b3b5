"""Formats of catalogue files: one module per format, each with `read(path)`."""

from catalog.importing.parsers.base import Reader
from catalog.importing.parsers.files import anilist, jikan, mal_2020, manga, offline_database, sample, synopses

FORMATS: dict[str, Reader] = {
    "mal-2020": mal_2020.read,
    "jikan": jikan.read,
    "anilist": anilist.read,
    "mal-manga": manga.read,
    "relations": manga.read_relations,
    "offline-database": offline_database.read,
    "synopses": synopses.read,
    "sample": sample.read,
}
