"""Links to a title in other catalogues."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from catalog.models import ExternalId, Title

Provider = ExternalId.Provider
PAGES = {  # "{medium}" is anime or manga
    Provider.MAL: "https://myanimelist.net/{medium}/{value}",
    Provider.ANILIST: "https://anilist.co/{medium}/{value}",
    Provider.KITSU: "https://kitsu.app/{medium}/{value}",
    Provider.ANIDB: "https://anidb.net/{medium}/{value}",
    Provider.ANIME_PLANET: "https://www.anime-planet.com/{medium}/{value}",
    Provider.ANN: "https://www.animenewsnetwork.com/encyclopedia/{medium}.php?id={value}",
    Provider.LIVECHART: "https://www.livechart.me/{medium}/{value}",
    Provider.NOTIFY: "https://notify.moe/{medium}/{value}",
    Provider.ANISEARCH: "https://www.anisearch.com/{medium}/{value}",
    Provider.SIMKL: "https://simkl.com/{medium}/{value}",
    Provider.ANIMECOUNTDOWN: "https://animecountdown.com/{value}",
}

# Authors of imported texts. Texts by staff and from our sample need no credit.
AUTHORS = {
    **dict.fromkeys(("myanimelist", "jikan", "mal-2020", "synopses", "myanimelist-page"), Provider.MAL),
    "anilist": Provider.ANILIST,
    "kitsu": Provider.KITSU,
    **dict.fromkeys(("anidb", "anidb-page"), Provider.ANIDB),
    "anisearch-page": Provider.ANISEARCH,
    "livechart-page": Provider.LIVECHART,
}  # fmt: skip

# Names of all sources with data, as their licences ask.
SOURCES = {
    **{source: str(provider.label) for source, provider in AUTHORS.items()},
    "offline-database": "anime-offline-database",
    "shikimori": "Shikimori",
    "id-map": "Fribb/anime-lists",
}


def source_names(sources: Iterable[str]) -> list[str]:
    """Return the names of sources, each once. The sample has none."""
    return list(dict.fromkeys(SOURCES[source] for source in sources if source in SOURCES))


class OpenDatabase(NamedTuple):
    """A database whose license asks to be named wherever its data is shown."""

    name: str
    license: str
    url: str


OPEN_DATABASES = {
    "offline-database": OpenDatabase(
        "anime-offline-database",
        "Open Database License (ODbL) 1.0",
        "https://github.com/manami-project/anime-offline-database",
    )
}
SHORT = {Provider.MAL: "MAL"}  # as its members call it


def open_database_of(title: Title) -> OpenDatabase | None:
    """Return the open database that some of the title's data comes from, or None."""
    return next((OPEN_DATABASES[source] for source in title.field_sources.values() if source in OPEN_DATABASES), None)


def community_of(title: Title, field: str) -> str:
    """Return the name of the catalogue whose members a number counts: MyAnimeList's unless its source is another."""
    author = AUTHORS.get(title.field_sources.get(field, ""), Provider.MAL)
    if title.field_sources.get(field) in OPEN_DATABASES:
        return str(_("Mean"))
    return SHORT.get(author, str(author.label))


def author_of(title: Title, field: str) -> str:
    """Return the name of the catalogue that a field's text comes from."""
    author = AUTHORS.get(title.field_sources.get(field, ""))
    return str(author.label) if author else ""


def external_links(ids: Iterable[ExternalId]) -> list[tuple[str, str]]:
    """Return (catalogue name, URL) for each id."""
    return [
        (
            Provider(external_id.provider).label,
            PAGES[Provider(external_id.provider)].format(medium=_medium(external_id), value=external_id.value),
        )
        for external_id in ids
    ]


def _medium(external_id: ExternalId) -> str:
    return "anime" if external_id.medium == "anime" else "manga"
