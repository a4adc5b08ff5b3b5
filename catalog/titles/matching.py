"""Match file rows to titles, by another catalogue's id or else by an unambiguous name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q

from catalog.models import ExternalId, TitleName
from catalog.models.titles import Medium, TitleQuerySet
from catalog.search.keys import search_key

PROVIDERS = tuple(ExternalId.Provider.values)  # most trusted first: MyAnimeList


class Sought(NamedTuple):
    """A row's description of its title. ids: provider → id."""

    row: int
    name: str
    year: int | None
    format: str
    ids: Mapping[str, str]


class Candidate(NamedTuple):
    title_id: int
    year: int | None
    format: str


def match_ids(rows: Iterable[Sought], owners: Mapping[tuple[str, str], int]) -> dict[int, int]:
    """Map row numbers to title ids, for rows with a known id. The most trusted provider's id wins."""
    matches = {}
    for row in rows:
        title_ids = (owners.get((provider, row.ids[provider])) for provider in PROVIDERS if provider in row.ids)
        if title_id := next(filter(None, title_ids), None):
            matches[row.row] = title_id
    return matches


def owners_of(ids: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Map (provider, value) to title ids, in one query. Ids of unknown providers are left out."""
    values: defaultdict[str, set[str]] = defaultdict(set)
    for provider, value in ids:
        if provider in PROVIDERS:
            values[provider].add(value)
    if not values:
        return {}
    condition = reduce(or_, (Q(provider=provider, value__in=some) for provider, some in values.items()))
    rows = ExternalId.objects.filter(condition, medium=Medium.ANIME).values_list("provider", "value", "title_id")
    return {(provider, value): title_id for provider, value, title_id in rows}


def match_names(
    rows: Sequence[Sought], titles: TitleQuerySet, *, is_strict: bool, claimed: Collection[int] = ()
) -> dict[int, int]:
    """Map row numbers to title ids, for rows whose name, year and format fit exactly one of `titles`.

    is_strict: year and format must be equal; otherwise, a missing one fits any. Titles with an id from one of the row's
    providers don't match, nor do those `claimed` by other rows.
    """
    if not rows:
        return {}
    candidates = _candidates({search_key(row.name) for row in rows}, titles)
    providers = _providers(candidate.title_id for some in candidates.values() for candidate in some)
    matches = {}
    for row in rows:
        fits = {
            candidate.title_id
            for candidate in candidates[search_key(row.name)]
            if _fits(candidate, row, is_strict)
            and candidate.title_id not in claimed
            and providers[candidate.title_id].isdisjoint(row.ids)
        }
        if len(fits) == 1:
            matches[row.row] = fits.pop()
    return matches


def _fits(candidate: Candidate, row: Sought, is_strict: bool) -> bool:
    if is_strict:
        return (candidate.year, candidate.format) == (row.year, row.format)
    return row.year in (None, candidate.year) and row.format in ("", candidate.format)


def _candidates(keys: Iterable[str], titles: TitleQuerySet) -> defaultdict[str, set[Candidate]]:
    anime = titles.filter(medium=Medium.ANIME).order_by()
    names = TitleName.objects.filter(key__in=list(keys), title__in=anime).select_related("title")
    candidates: defaultdict[str, set[Candidate]] = defaultdict(set)
    for name in names.only("key", "title__season_year", "title__started_on", "title__format"):
        candidates[name.key].add(Candidate(name.title_id, name.title.year, name.title.format))
    return candidates


def _providers(title_ids: Iterable[int]) -> defaultdict[int, set[str]]:
    providers: defaultdict[int, set[str]] = defaultdict(set)
    for title_id, provider in ExternalId.objects.filter(title__in=set(title_ids)).values_list("title_id", "provider"):
        providers[title_id].add(provider)
    return providers
