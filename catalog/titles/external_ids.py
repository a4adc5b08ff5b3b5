"""Lookup of title ids by other catalogues' ids."""

from collections.abc import Collection

from catalog.models import ExternalId
from catalog.models.titles import Medium


def title_ids_by_mal(medium: str = Medium.ANIME, mal_ids: Collection[int] | None = None) -> dict[int, int]:
    """Map MyAnimeList ids to title ids, for all titles or for `mal_ids`."""
    external_ids = ExternalId.objects.filter(provider=ExternalId.Provider.MAL, medium=medium)
    if mal_ids is not None:
        external_ids = external_ids.filter(value__in=[str(mal_id) for mal_id in mal_ids])
    return {int(value): title_id for value, title_id in external_ids.values_list("value", "title_id")}
