"""Links to a title in other catalogues."""

from __future__ import annotations

from collections.abc import Iterable

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
    "offline-database": "anime-offline-database (ODbL)",
    "shikimori": "Shikimori",
    "id-map": "Fribb/anime-lists",
}


def source_names(sources: Iterable[str]) -> list[str]:
    """Return the names of sources, each once. The sample has none."""
    return list(dict.fromkeys(SOURCES[source] for source in sources if source in SOURCES))


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
