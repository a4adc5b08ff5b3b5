"""Match rows to titles: by external id, or else by an unambiguous name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q

from accounts.models import User
from accounts.portability.formats.rows import ListRow
from catalog.models import ExternalId, Title, TitleName
from catalog.models.titles import Medium
from catalog.search.keys import search_key

PROVIDERS = tuple(ExternalId.Provider.values)  # in the order in which they are believed: MyAnimeList first


class Candidate(NamedTuple):
    title_id: int
    year: int | None
    format: str


def match_titles(rows: Sequence[ListRow], viewer: User) -> dict[int, int]:
    """Row number → title id, for the rows whose title we have. Three queries for any number of rows."""
    owners = _owners({(provider, value) for row in rows for provider, value in row.ids.items()})
    found = {}
    for row in rows:
        known = (owners.get((provider, row.ids[provider])) for provider in PROVIDERS if provider in row.ids)
        if title_id := next(filter(None, known), None):
            found[row.row] = title_id
    return found | _match_names([row for row in rows if row.row not in found and row.name], viewer)


def _owners(ids: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    values: defaultdict[str, set[str]] = defaultdict(set)
    for provider, value in ids:
        if provider in PROVIDERS:
            values[provider].add(value)
    if not values:
        return {}
    wanted = reduce(or_, (Q(provider=provider, value__in=some) for provider, some in values.items()))
    known = ExternalId.objects.filter(wanted, medium=Medium.ANIME).values_list("provider", "value", "title_id")
    return {(provider, value): title_id for provider, value, title_id in known}


def _match_names(rows: Sequence[ListRow], viewer: User) -> dict[int, int]:
    """Rows of which exactly one title that `viewer` may see has the name, and the year and format that they state."""
    if not rows:
        return {}
    candidates = _candidates({search_key(row.name) for row in rows}, viewer)
    providers = _providers(candidate.title_id for some in candidates.values() for candidate in some)
    found = {}
    for row in rows:
        fitting = {
            title_id
            for title_id, year, format in candidates[search_key(row.name)]
            if row.year in (None, year)
            and row.format in ("", format)
            and providers[title_id].isdisjoint(row.ids)  # it has another id there: it is another title
        }
        if len(fitting) == 1:
            found[row.row] = fitting.pop()
    return found


def _candidates(keys: Iterable[str], viewer: User) -> defaultdict[str, set[Candidate]]:
    visible = Title.objects.visible_to(viewer).filter(medium=Medium.ANIME).order_by()
    names = TitleName.objects.filter(key__in=list(keys), title__in=visible).select_related("title")
    found: defaultdict[str, set[Candidate]] = defaultdict(set)
    for name in names.only("key", "title__season_year", "title__started_on", "title__format"):
        found[name.key].add(Candidate(name.title_id, name.title.year, name.title.format))
    return found


def _providers(title_ids: Iterable[int]) -> defaultdict[int, set[str]]:
    found: defaultdict[int, set[str]] = defaultdict(set)
    for title_id, provider in ExternalId.objects.filter(title__in=set(title_ids)).values_list("title_id", "provider"):
        found[title_id].add(provider)
    return found
