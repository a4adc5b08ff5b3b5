"""Lookup of title ids by other catalogues' ids.

Most sites number anime and manga separately. Where ids of several media meet, such as in records, a provider's name
carries the medium unless it's anime: "mal" and "mal@manga".
"""

from collections.abc import Collection

from catalog.models import ExternalId
from catalog.models.titles import Medium, id_space

# The same in SQL, of a row of ExternalId
SPACE_IN_SQL = "CASE medium WHEN 'anime' THEN provider ELSE provider || '@' || medium END"


def in_space(provider: str, medium: str) -> str:
    """Return the provider's name with the space of a medium's ids.

    >>> in_space("mal", "anime"), in_space("mal", "manga"), in_space("mal", "light_novel")
    ('mal', 'mal@manga', 'mal@manga')
    """
    space = id_space(medium)
    return provider if space == Medium.ANIME else f"{provider}@{space}"


def provider_and_space(name: str) -> tuple[str, str]:
    """Return the provider and the medium of its ids.

    >>> provider_and_space("mal"), provider_and_space("mal@manga")
    (('mal', 'anime'), ('mal', 'manga'))
    """
    provider, _, space = name.partition("@")
    return provider, space or Medium.ANIME.value


def title_ids_by_mal(medium: str = Medium.ANIME, mal_ids: Collection[int] | None = None) -> dict[int, int]:
    """Map MyAnimeList ids to title ids, for all titles or for `mal_ids`."""
    external_ids = ExternalId.objects.filter(provider=ExternalId.Provider.MAL, medium=medium)
    if mal_ids is not None:
        external_ids = external_ids.filter(value__in=[str(mal_id) for mal_id in mal_ids])
    return {int(value): title_id for value, title_id in external_ids.values_list("value", "title_id")}
