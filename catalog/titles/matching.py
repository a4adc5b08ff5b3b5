"""Which title a row of a file means: by another catalogue's id, else by an unmistakable name."""

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

PROVIDERS = tuple(ExternalId.Provider.values)  # in the order in which they are believed: MyAnimeList first


class Sought(NamedTuple):
    """What a row says of its title. ids: provider → the title's id there."""

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
    """Row number → title id, for the rows of which an id is known; the provider believed most counts."""
    found = {}
    for row in rows:
        known = (owners.get((provider, row.ids[provider])) for provider in PROVIDERS if provider in row.ids)
        if title_id := next(filter(None, known), None):
            found[row.row] = title_id
    return found


def owners_of(ids: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """(provider, value) → title id, in one query; ids of providers that we do not know are left out."""
    values: defaultdict[str, set[str]] = defaultdict(set)
    for provider, value in ids:
        if provider in PROVIDERS:
            values[provider].add(value)
    if not values:
        return {}
    wanted = reduce(or_, (Q(provider=provider, value__in=some) for provider, some in values.items()))
    known = ExternalId.objects.filter(wanted, medium=Medium.ANIME).values_list("provider", "value", "title_id")
    return {(provider, value): title_id for provider, value, title_id in known}


def match_names(
    rows: Sequence[Sought], titles: TitleQuerySet, *, is_strict: bool, claimed: Collection[int] = ()
) -> dict[int, int]:
    """Row number → title id, for the rows whose name exactly one of `titles` has that fits the year and format.

    is_strict: year and format must be the same; else only those that the row states. A title with another id at a
    provider that the row names is another title; so is one that is `claimed`.
    """
    if not rows:
        return {}
    candidates = _candidates({search_key(row.name) for row in rows}, titles)
    providers = _providers(candidate.title_id for some in candidates.values() for candidate in some)
    found = {}
    for row in rows:
        fitting = {
            candidate.title_id
            for candidate in candidates[search_key(row.name)]
            if _fits(candidate, row, is_strict)
            and candidate.title_id not in claimed
            and providers[candidate.title_id].isdisjoint(row.ids)
        }
        if len(fitting) == 1:
            found[row.row] = fitting.pop()
    return found


def _fits(candidate: Candidate, row: Sought, is_strict: bool) -> bool:
    if is_strict:
        return (candidate.year, candidate.format) == (row.year, row.format)
    return row.year in (None, candidate.year) and row.format in ("", candidate.format)


def _candidates(keys: Iterable[str], titles: TitleQuerySet) -> defaultdict[str, set[Candidate]]:
    anime = titles.filter(medium=Medium.ANIME).order_by()
    names = TitleName.objects.filter(key__in=list(keys), title__in=anime).select_related("title")
    found: defaultdict[str, set[Candidate]] = defaultdict(set)
    for name in names.only("key", "title__season_year", "title__started_on", "title__format"):
        found[name.key].add(Candidate(name.title_id, name.title.year, name.title.format))
    return found


def _providers(title_ids: Iterable[int]) -> defaultdict[int, set[str]]:
    found: defaultdict[int, set[str]] = defaultdict(set)
    for title_id, provider in ExternalId.objects.filter(title__in=set(title_ids)).values_list("title_id", "provider"):
        found[title_id].add(provider)
    return found
