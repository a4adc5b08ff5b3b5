"""The in-memory index for filtering, counting and sorting titles, one per process.

A filter is a boolean array over all titles, so the exact counts of a filter's options take one pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings
from django.db.models import Q, Window
from django.db.models.functions import Lower, RowNumber
from numpy.typing import NDArray

from anirec.lib.database.columns import copy_columns
from catalog.index.moods import moods_of
from catalog.index.seasons import SEASONS, season_number
from catalog.models import CoverLook, CoverMood, Service, Stream, Studio, Tag, Title
from catalog.models.titles import AgeRating, Format, Medium, SourceMaterial, Status, media_of, viewing_class
from catalog.versioning import catalogue_version
from catalog.viewers import Viewer

if TYPE_CHECKING:
    from django.db.models import Model


Mask = NDArray[np.bool_]
CHOICES: dict[str, list[str]] = {
    "format": Format.values,
    "status": Status.values,
    "source_material": SourceMaterial.values,
    "age_rating": AgeRating.values,
    "medium": Medium.values,
}
ROWS_AT_ONCE = 1_000
PRIOR_VOTES = 5_000  # votes that the overall mean counts for in weighted scores
LEAST_VOTES = 2_000  # with fewer, the spread of the scores isn't meaningful


@dataclass(frozen=True)
class Term:
    """A tag or a studio."""

    pk: int
    slug: str
    name: str
    kind: str = ""


@dataclass(frozen=True)
class Terms:
    """The pairs of titles and tags (or studios, or services), sorted by term."""

    terms: list[Term]
    term_of: NDArray[np.int32]
    title_of: NDArray[np.int32]
    n_titles: int
    at: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", {term.slug: place for place, term in enumerate(self.terms)})

    def having(self, slug: str) -> Mask:
        """Return the mask (n_titles,) of titles with the term."""
        first, last = np.searchsorted(self.term_of, np.array([self.at[slug], self.at[slug] + 1], dtype=np.int32))
        mask = np.zeros(self.n_titles, dtype=bool)
        mask[self.title_of[first:last]] = True
        return mask

    def counts(self, mask: Mask) -> NDArray[np.int64]:
        """Return (n_terms,) the number of titles in `mask` with each term."""
        return np.bincount(self.term_of[mask[self.title_of]], minlength=len(self.terms))


@dataclass(frozen=True)
class TitleIndex:
    """Arrays over all titles, ordered by id."""

    ids: NDArray[np.int64]
    codes: dict[str, NDArray[np.int8]]  # field → position of the value in CHOICES
    numbers: dict[str, NDArray[np.float64]]  # NaN: unknown
    seasons: NDArray[np.float64]  # (2, n_titles) earliest and latest possible season, as `season_number`
    tags: Terms
    studios: Terms
    producers: Terms  # the same companies
    services: Terms
    moods: Terms  # of covers
    _visibility: dict[Any, tuple[Mask, frozenset[str], frozenset[str]]] = field(default_factory=dict)

    def visible_to(self, viewer: Viewer) -> Mask:
        return self._visible(viewer)[0]

    def of_medium(self, medium: str) -> Mask:
        return self.codes["medium"] == CHOICES["medium"].index(medium)

    def tags_visible_to(self, viewer: Viewer) -> frozenset[str]:
        """Return the slugs of the tags that `viewer` may see: none that only other media than the viewer's have."""
        return self._visible(viewer)[1]

    def studios_visible_to(self, viewer: Viewer) -> frozenset[str]:
        """Return the slugs of the studios, without those that only other media than the viewer's name."""
        return self._visible(viewer)[2]

    def _visible(self, viewer: Viewer) -> tuple[Mask, frozenset[str], frozenset[str]]:
        key = viewing_class(viewer)
        if key not in self._visibility:
            titles = Title.objects.visible_to(viewer).order_by().values_list("pk", flat=True)
            slugs = set(Tag.objects.visible_to(viewer).order_by().values_list("slug", flat=True))
            shown = np.logical_or.reduce([self.of_medium(medium) for medium in media_of(viewer)])
            tags = frozenset(slugs - _only_outside(shown, self.tags))
            studios = frozenset(self.studios.at.keys() - _only_outside(shown, self.studios, self.producers))
            self._visibility[key] = (self.mask_of(titles), tags, studios)
        return self._visibility[key]

    def mask_of(self, title_ids: Iterable[int]) -> Mask:
        mask = np.zeros(len(self.ids), dtype=bool)
        mask[self.places_of(title_ids)] = True
        return mask

    def places_of(self, title_ids: Iterable[int]) -> NDArray[np.int64]:
        """Return the positions of these titles, in the same order, without those missing from the index."""
        ids = np.fromiter(title_ids, dtype=np.int64)
        if not len(self.ids):
            return ids[:0]
        places = np.searchsorted(self.ids, ids).clip(max=len(self.ids) - 1)
        return places[self.ids[places] == ids]


def _only_outside(mask: Mask, *pairs: Terms) -> set[str]:
    """Return the slugs of terms that titles have, but none in `mask`. pairs: of the same terms."""
    inside = np.sum([one.counts(mask) for one in pairs], axis=0)
    overall = np.sum([one.counts(np.ones_like(mask)) for one in pairs], axis=0)
    return {pairs[0].terms[place].slug for place in np.flatnonzero((inside == 0) & (overall > 0))}


_lock = Lock()
_cache: tuple[str, TitleIndex] | None = None  # (catalogue version, index)


def title_index() -> TitleIndex:
    """Return the index of the current catalogue, built once per version."""
    global _cache
    version = catalogue_version()
    with _lock:
        if _cache is None or _cache[0] != version:
            _cache = (version, build_index())
        return _cache[1]


COLUMNS = (
    "pk", *CHOICES, "season", "season_year", "started_on", "score", "members", "episodes", "episode_seconds",
    "scored_by", "score_counts", "place", "popularity", "comparable_score",
)  # fmt: skip


def build_index() -> TitleIndex:
    titles = Title.objects.annotate(place=Window(RowNumber(), order_by=Lower("name")))
    columns = _arrays(titles.order_by("pk").values_list(*COLUMNS).iterator(ROWS_AT_ONCE))
    ids, comparable, votes = (columns.pop(name) for name in ("id", "comparable", "votes"))
    codes = {name: columns.pop(name) for name in CHOICES}
    return TitleIndex(
        ids=ids,
        codes=codes,
        seasons=np.stack([columns.pop("earliest"), columns.pop("latest")]),
        numbers=columns | {"weighted": _weighted(comparable, votes, codes["medium"])},
        tags=_terms(ids, Title.tags.through, "tag_id", Tag, "kind"),
        studios=_terms(ids, Title.studios.through, "studio_id", Studio),
        producers=_terms(ids, Title.producers.through, "studio_id", Studio),
        services=_services(ids),
        moods=_moods(ids),
    )


def _services(ids: NDArray[np.int64]) -> Terms:
    """Return the pairs of titles and streaming services, each once for all languages."""
    terms = [Term(place, service.value, str(service.label)) for place, service in enumerate(Service)]
    pairs = Stream.objects.order_by().values_list("service", "title_id").distinct()
    place = {term.slug: term.pk for term in terms}
    return _paired(ids, terms, *_columns((place[service], title_id) for service, title_id in pairs if service in place))


def _moods(ids: NDArray[np.int64]) -> Terms:
    """Return the pairs of titles and moods of their covers: none where the site shows no covers."""
    terms = [Term(place, mood.value, str(mood.label)) for place, mood in enumerate(CoverMood)]
    looks = CoverLook.objects.exclude(Q(title__cover_digest="") | Q(colours=[])).order_by()
    rows = looks.values_list("title_id", "colours") if settings.COVERS else []
    place = {term.slug: term.pk for term in terms}
    return _paired(ids, terms, *_columns((place[mood], pk) for pk, colours in rows for mood in moods_of(*colours)))


def _columns(pairs: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    return np.array(list(pairs), dtype=np.int64).reshape(-1, 2).T


def _arrays(rows: Iterator[tuple[Any, ...]]) -> dict[str, NDArray[Any]]:
    """Return arrays of all rows. A part at a time: as Python objects they would take six times the memory."""
    parts = [_part_of([])]
    while part := list(islice(rows, ROWS_AT_ONCE)):
        parts.append(_part_of(part))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _part_of(rows: list[tuple[Any, ...]]) -> dict[str, NDArray[Any]]:
    of = dict(zip(COLUMNS, zip(*rows, strict=True) if rows else [()] * len(COLUMNS), strict=True))
    dates, years = [str(date or "") for date in of["started_on"]], of["season_year"]
    minutes, episodes = _numbers(of["episode_seconds"]) / 60, _numbers(of["episodes"])
    earliest, latest = _numbers_of_pairs(map(_seasons_of, of["season"], years, dates))
    return {
        "id": np.array(of["pk"], dtype=np.int64),
        **{name: _codes(of[name], values) for name, values in CHOICES.items()},
        "earliest": earliest,
        "latest": latest,
        "comparable": _numbers(map(_first_known, of["comparable_score"], of["score"])),
        "votes": _votes(of["scored_by"], of["score_counts"], of["members"]),
        "year": _numbers(year or _date_part(date, 0) for year, date in zip(years, dates, strict=True)),
        "started": _numbers(map(_as_number, dates, years)),
        "score": _numbers(of["score"]),
        "divided": _numbers(map(_spread, of["score_counts"])),
        "members": _numbers(of["members"]),
        "popularity": _numbers(of["popularity"]),
        "episodes": episodes,
        "minutes": minutes,
        "length": minutes * episodes,
        "name": _numbers(of["place"]),
    }


def _codes(values: Iterable[str], choices: list[str]) -> NDArray[np.int8]:
    return np.fromiter(map({value: n for n, value in enumerate(choices)}.get, values), dtype=np.int8)


def _numbers(values: Iterable[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _first_known(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def _numbers_of_pairs(pairs: Iterable[tuple[float, float]]) -> NDArray[np.float64]:
    return np.array(list(pairs), dtype=np.float64).reshape(-1, 2).T


def _votes(*columns: Iterable[Any]) -> NDArray[np.float64]:
    """Return each score's number of votes: as counted, else from its histogram, else the audience (an upper bound)."""
    return _numbers(scored or sum(counts or ()) or members for scored, counts, members in zip(*columns, strict=True))


def _weighted(score: NDArray[np.float64], votes: NDArray[np.float64], media: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return scores shrunk towards the mean of their medium by PRIOR_VOTES, since few votes are unreliable."""
    mean = np.zeros(len(score))
    for medium in np.unique(media):
        own = media == medium
        is_known = own & ~np.isnan(score)
        mean[own] = score[is_known].mean() if is_known.any() else 0
    return (score * votes + mean * PRIOR_VOTES) / (votes + PRIOR_VOTES)


def _spread(counts: list[int] | None) -> float | None:
    """Return the standard deviation of the scores; None with fewer than LEAST_VOTES."""
    if not counts or sum(counts) < LEAST_VOTES:
        return None
    scores, weights = np.arange(1, 11), np.array(counts)
    mean = np.average(scores, weights=weights)
    return float(np.average((scores - mean) ** 2, weights=weights) ** 0.5)


def _date_part(date: str, place: int) -> int | None:
    """Return the year (0), month (1) or day (2) of an ISO date, or None if unknown."""
    parts = date.split("-") if date else []
    return int(parts[place]) if place < len(parts) else None


def _as_number(date: str, year: int | None) -> int | None:
    """Return the date, or else the year, as a number that sorts chronologically."""
    if not date:
        return year and year * 10_000
    return (_date_part(date, 0) or 0) * 10_000 + (_date_part(date, 1) or 0) * 100 + (_date_part(date, 2) or 0)


def _seasons_of(season: str, year: int | None, date: str) -> tuple[float, float]:
    """Return a title's earliest and latest possible season: as listed, else by its start date; NaN if unknown."""
    known_year, month = year or _date_part(date, 0), _date_part(date, 1)
    if known_year is None:
        return np.nan, np.nan
    if season and year:
        number = season_number(year, season)
        return number, number
    if month and not year:
        number = season_number(known_year, SEASONS[(month - 1) // 3])
        return number, number
    return season_number(known_year, SEASONS[0]), season_number(known_year, SEASONS[-1])


def _terms(ids: NDArray[np.int64], through: type[Model], column: str, model: type[Tag | Studio], *extra: str) -> Terms:
    terms = [
        Term(*row) for row in model._default_manager.order_by("name", "pk").values_list("pk", "slug", "name", *extra)
    ]
    return _paired(ids, terms, *copy_columns(through._default_manager.order_by().values_list(column, "title_id"), 2))


def _paired(
    ids: NDArray[np.int64], terms: list[Term], term_pks: NDArray[np.int64], title_ids: NDArray[np.int64]
) -> Terms:
    """Return the terms with their titles. term_pks, title_ids: (n_pairs,)."""
    pks = np.array([term.pk for term in terms], dtype=np.int64)
    by_pk = np.argsort(pks)
    is_indexed = np.isin(title_ids, ids) & np.isin(term_pks, pks)
    term_of = by_pk[np.searchsorted(pks, term_pks[is_indexed], sorter=by_pk)]
    order = np.argsort(term_of, kind="stable")
    title_of = np.searchsorted(ids, title_ids[is_indexed])[order]
    return Terms(terms, term_of[order].astype(np.int32), title_of.astype(np.int32), len(ids))
