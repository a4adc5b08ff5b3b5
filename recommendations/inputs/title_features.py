"""Builds the engine's title features from catalogue metadata."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from anirec.lib.partial_dates import PartialDate
from catalog.models import Studio, Tag, Title, TitleText
from catalog.models.titles import Medium
from catalog.titles.external_ids import title_ids_by_mal
from recommendations.engine.data.interactions import IdMap, Interactions
from recommendations.engine.data.title_features import TitleFeatures

CLASSES = ("format", "source_material", "age_rating", "season")
NUMBERS = ("season_year", "started_on", "episodes", "episode_seconds", "score", "popularity", "comparable_score")
LEAST_TITLES = {"studio": 3, "tag": 5}  # rarer values say nothing about taste; the other groups have few values
YEARS_APART = 5  # distance of the knots between which years are interpolated
FIRST_YEAR = 1960
EPISODES = (1, 6, 14, 28, 60)  # upper bound of each class: a film, an OVA, one season, two, four
MINUTES = (5, 15, 35, 75)
TEXT_PARTS = 64
LEAST_TEXTS = 100
VECTORS_AT_ONCE = 500

Values = dict[str, float]  # "group:value" → feature value


def title_features(items: IdMap) -> TitleFeatures:
    """Return (len(items), n_features) metadata of the titles in `items` (title ids), in a constant number of queries.

    Groups: genre, theme, demographic, tag, studio, format, source_material, age_rating, season, episodes and minutes
    (classes), all one-hot or multi-hot; year, interpolated between the two nearest knots; catalogue, the catalogue's
    mean score (divided by 10) and popularity (members on one scale, log10); and text, a unit vector. Titles missing
    from the catalogue have an empty row. Values that fewer than LEAST_TITLES of these titles have get no column.
    """
    from sklearn.feature_extraction import DictVectorizer

    vectorizer = DictVectorizer(dtype=np.float32)
    # DictVectorizer fails without any feature: add a dummy row and drop it; its column is dropped as empty.
    matrix = vectorizer.fit_transform([*_values(items), {"": 1.0}])[:-1]
    names = vectorizer.feature_names_
    least = np.array([LEAST_TITLES.get(name.partition(":")[0], 1) for name in names])
    columns = np.flatnonzero(matrix.getnnz(0) >= least)
    texts = _text_parts(items)
    return TitleFeatures(
        sp.hstack([matrix[:, columns], texts], format="csr", dtype=np.float32),
        (*(names[column] for column in columns), *(f"text:{part}" for part in range(texts.shape[1]))),
        *_franchises(items),
    )


def with_features(ratings: Interactions) -> Interactions:
    """Return a ratings file's interactions, over MAL ids, with catalogue features of their titles."""
    title_of = title_ids_by_mal()
    title_ids = np.array([title_of.get(mal_id, -mal_id) for mal_id in ratings.items.ids.tolist()], dtype=np.int64)
    ascending, place = np.unique(title_ids, return_inverse=True)
    return replace(ratings, features=title_features(IdMap(ascending)).take(place))


def _franchises(items: IdMap) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return each title's franchise, the id of its entry point or itself, and when it began, both (len(items),).

    Begun: the year and the part of it, NaN if unknown.
    """
    franchises, started = items.ids.copy(), np.full(len(items), np.nan)
    rows = Title.objects.order_by().values_list("pk", "franchise_entry_id", "started_on", "season_year")
    read = [(pk, entry or pk, _year_and_part(on, year)) for pk, entry, on, year in rows.iterator()]
    pks, entries, years = np.array(read, dtype=np.float64).reshape(-1, 3).T
    at = items.index_of(pks.astype(np.int64))
    franchises[at[at >= 0]], started[at[at >= 0]] = entries[at >= 0], years[at >= 0]
    return franchises, started


def _year_and_part(on: PartialDate | None, year: int | None) -> float:
    """Return the year and the part of it, by months and days; a date without them counts as the year's first.

    >>> _year_and_part(PartialDate(2020, 7), None)
    2020.5
    """
    if on is None:
        return float(year or np.nan)
    return on.year + ((on.month or 1) - 1) / 12 + ((on.day or 1) - 1) / 372


def _values(items: IdMap) -> list[Values]:
    """Return each title's feature values from fields, tags and studios."""
    values: dict[int, Values] = {title_id: {} for title_id in items.ids.tolist()}
    for title_id, value, amount in (*_field_values(), *_linked_values()):
        if title_id in values:
            values[title_id][value] = amount
    return list(values.values())


def _field_values() -> Iterator[tuple[int, str, float]]:
    rows = Title.objects.filter(medium=Medium.ANIME).order_by().values_list("pk", *CLASSES, *NUMBERS).iterator()
    for title_id, *fields in rows:
        classes, numbers = fields[: len(CLASSES)], fields[len(CLASSES) :]
        values = {f"{group}:{value}": 1.0 for group, value in zip(CLASSES, classes, strict=True) if value}
        for value, amount in {**values, **_number_values(*numbers)}.items():
            yield title_id, value, amount


def _number_values(
    season_year: int | None,
    started_on: PartialDate | None,
    episodes: int | None,
    episode_seconds: int | None,
    score: float | None,
    popularity: float,
    comparable_score: float | None,
) -> Values:
    values: Values = {}
    if year := season_year or (started_on and started_on.year):
        values |= _year_values(year)
    if episodes:
        values[f"episodes:{bisect_left(EPISODES, episodes)}"] = 1.0
    if episode_seconds:
        values[f"minutes:{bisect_left(MINUTES, episode_seconds / 60)}"] = 1.0
    if score:
        values["catalogue:score"] = (comparable_score or score) / 10
    if popularity >= 1:
        values["catalogue:members"] = float(np.log10(popularity))
    return values


def _year_values(year: int) -> Values:
    """Interpolate a year linearly between its two nearest knots; years before FIRST_YEAR count as that.

    >>> _year_values(1991)
    {'year:1990': 0.8, 'year:1995': 0.2}
    >>> _year_values(1917)
    {'year:1960': 1.0}
    """
    knots, rest = divmod(max(year, FIRST_YEAR), YEARS_APART)
    before = knots * YEARS_APART
    shares = {before: 1 - rest / YEARS_APART, before + YEARS_APART: rest / YEARS_APART}
    return {f"year:{knot}": share for knot, share in shares.items() if share}


def _linked_values() -> Iterator[tuple[int, str, float]]:
    tags = {pk: f"{kind}:{name}" for pk, kind, name in Tag.objects.order_by().values_list("pk", "kind", "name")}
    studios = {pk: f"studio:{name}" for pk, name in Studio.objects.order_by().values_list("pk", "name")}
    for title_id, tag_id in Title.tags.through.objects.values_list("title_id", "tag_id").iterator():
        yield title_id, tags[tag_id], 1.0
    for title_id, studio_id in Title.studios.through.objects.values_list("title_id", "studio_id").iterator():
        yield title_id, studios[studio_id], 1.0


def _text_parts(items: IdMap) -> sp.csr_matrix:
    """Return (len(items), ≤ TEXT_PARTS) unit vectors of what the synopses mean, in the directions that tell most apart.

    No columns for fewer than LEAST_TEXTS synopses that have been embedded, see `catalog.meaning`.
    """
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import normalize

    at, vectors = _meanings(items)
    if len(at) < LEAST_TEXTS:
        return sp.csr_matrix((len(items), 0), dtype=np.float32)
    parts = PCA(min(TEXT_PARTS, *vectors.shape), random_state=0).fit_transform(vectors)
    rows = np.zeros((len(items), parts.shape[1]), dtype=np.float32)
    rows[at] = normalize(parts)
    return sp.csr_matrix(rows)


def _meanings(items: IdMap) -> tuple[list[int], NDArray[np.float32]]:
    """Return the item indices of the titles whose synopses are embedded, and their (n, n_values) vectors."""
    place = {pk: at for at, pk in enumerate(items.ids.tolist())}
    embedded = TitleText.objects.filter(vector__isnull=False, title__medium=Medium.ANIME).order_by("pk")
    rows = embedded.values_list("pk", "vector").iterator(VECTORS_AT_ONCE)
    found = [(place[pk], np.array(vector, dtype=np.float32)) for pk, vector in rows if pk in place]
    return [at for at, _ in found], np.array([vector for _, vector in found])
