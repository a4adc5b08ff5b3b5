"""Match file rows to titles, by another catalogue's id or else by an unambiguous name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q

from catalog.models import ExternalId, TitleName
from catalog.models.titles import Format, Medium, TitleQuerySet, id_space
from catalog.search.keys import name_keys, search_key
from catalog.titles.external_ids import in_space, provider_and_space

PROVIDERS = tuple(ExternalId.Provider.values)  # most trusted first: MyAnimeList


class Sought(NamedTuple):
    """A row's description of its title. ids: provider → id, among those of its medium."""

    row: int
    name: str
    year: int | None
    format: str
    ids: Mapping[str, str]
    medium: str = Medium.ANIME.value


class Candidate(NamedTuple):
    title_id: int
    year: int | None
    format: str
    is_main: bool = False  # whether the name is the title's main name
    text: str = ""
    medium: str = Medium.ANIME.value


def match_titles(rows: Sequence[Sought], titles: TitleQuerySet) -> dict[int, int]:
    """Map row numbers to title ids, by a known id or else by a name among `titles`, with three queries."""
    owners = owners_of((in_space(name, row.medium), value) for row in rows for name, value in row.ids.items())
    matches = match_ids(rows, owners)
    unmatched = [row for row in rows if row.row not in matches and row.name]
    return matches | match_names(unmatched, titles, is_strict=False)


def match_ids(rows: Iterable[Sought], owners: Mapping[tuple[str, str], int]) -> dict[int, int]:
    """Map row numbers to title ids, for rows with a known id. The most trusted provider's id wins."""
    matches = {}
    for row in rows:
        known = (provider for provider in PROVIDERS if provider in row.ids)
        title_ids = (owners.get((in_space(provider, row.medium), row.ids[provider])) for provider in known)
        if title_id := next(filter(None, title_ids), None):
            matches[row.row] = title_id
    return matches


def owners_of(ids: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Map (provider, value) to title ids, in one query. Ids of unknown providers are left out.

    The provider carries the medium of its ids, unless it's anime: see `catalog.titles.external_ids`.
    """
    values: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for name, value in ids:
        provider, medium = provider_and_space(name)
        if provider in PROVIDERS:
            values[provider, medium].add(value)
    if not values:
        return {}
    conditions = (Q(provider=provider, medium=medium, value__in=some) for (provider, medium), some in values.items())
    rows = ExternalId.objects.filter(reduce(or_, conditions)).values_list("provider", "medium", "value", "title_id")
    return {(in_space(provider, medium), value): title_id for provider, medium, value, title_id in rows}


def match_names(
    rows: Sequence[Sought], titles: TitleQuerySet, *, is_strict: bool, claimed: Collection[int] = ()
) -> dict[int, int]:
    """Map row numbers to title ids, for rows whose name fits exactly one of `titles` best.

    is_strict: name, year and format must be equal; otherwise, year and format only decide between titles, and seasons
    may be written in another way. Titles with an id from one of the row's providers don't match, nor do those `claimed`
    by other rows.
    """
    if not rows:
        return {}
    keys = {row.row: [search_key(row.name)] if is_strict else name_keys(row.name) for row in rows}
    candidates = _candidates({key for some in keys.values() for key in some}, titles, {row.medium for row in rows})
    providers = _providers(candidate.title_id for some in candidates.values() for candidate in some)
    matches = {}
    for row in rows:
        ranks = {
            candidate.title_id: min(
                _rank(other, row, n) for other in candidates[key] if other.title_id == candidate.title_id
            )
            for n, key in reversed(list(enumerate(keys[row.row])))
            for candidate in candidates[key]
            if (not is_strict or (candidate.year, candidate.format) == (row.year, row.format))
            and candidate.title_id not in claimed
            and _may_be_of_medium(candidate, row)
            and _may_be_film(candidate, row, key)
            and providers[candidate.title_id].isdisjoint(row.ids)
        }
        best = [title_id for title_id, rank in ranks.items() if is_strict or rank == min(ranks.values())]
        if len(best) == 1:
            matches[row.row] = best[0]
    return matches


def _may_be_of_medium(candidate: Candidate, row: Sought) -> bool:
    """Return whether the media agree. Lists of MyAnimeList call a light novel a manga, but never the reverse."""
    return candidate.medium == row.medium or (candidate.medium, row.medium) == (Medium.LIGHT_NOVEL, Medium.MANGA)


def _may_be_film(candidate: Candidate, row: Sought, key: str) -> bool:
    """Return False for a series that would be found by the name of a film without the word "movie"."""
    drops_movie = "movie" in search_key(row.name).split() and "movie" not in key.split()
    return not drops_movie or candidate.format == Format.MOVIE


def _rank(candidate: Candidate, row: Sought, n_key: int) -> tuple[bool, ...]:
    """Return how badly a candidate fits: the name's spelling, then the year, which name it is, and the format."""
    is_other_year = bool(row.year and candidate.year and abs(row.year - candidate.year) > 1)
    return (
        candidate.medium != row.medium,
        n_key > 0,
        is_other_year,
        not candidate.is_main,
        candidate.text.casefold() != row.name.casefold(),
        bool(row.year) and row.year != candidate.year,
        bool(row.format) and row.format != candidate.format,
    )


def _candidates(keys: Iterable[str], titles: TitleQuerySet, media: Collection[str]) -> defaultdict[str, set[Candidate]]:
    spaces = {id_space(medium) for medium in media}
    among = titles.of_media([medium for medium in Medium.values if id_space(medium) in spaces]).order_by()
    names = TitleName.objects.filter(key__in=list(keys), title__in=among).select_related("title")
    fields = ("season_year", "started_on", "format", "medium")
    candidates: defaultdict[str, set[Candidate]] = defaultdict(set)
    for name in names.only("key", "kind", "text", *(f"title__{field}" for field in fields)):
        is_main, title = name.kind == TitleName.Kind.MAIN, name.title
        candidates[name.key].add(Candidate(title.pk, title.year, title.format, is_main, name.text, title.medium))
    return candidates


def _providers(title_ids: Iterable[int]) -> defaultdict[int, set[str]]:
    providers: defaultdict[int, set[str]] = defaultdict(set)
    for title_id, provider in ExternalId.objects.filter(title__in=set(title_ids)).values_list("title_id", "provider"):
        providers[title_id].add(provider)
    return providers
