"""How a taste changed over the years, as far as the list has dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommendations.taste.lists import PerTerm, ReadList

LEAST_FINISHED = 5  # titles of a year that say something, and LEAST_YEARS of them
LEAST_YEARS = 2
LEAST_OF_GENRE = 3
PRIOR = 5.0  # titles with the usual genres, added to each year
MORE = 1.2  # times the usual share
NAMED = 3


@dataclass(frozen=True)
class YearOfTaste:
    """finished: number of titles. mean: of their scores. genres: (name, slug) that were watched more than usual."""

    year: int
    finished: int
    mean: float | None
    genres: tuple[tuple[str, str], ...]


def over_years(own: ReadList) -> list[YearOfTaste]:
    """Return the years with enough finished titles, latest first; none unless there are several."""
    dated = own.only(own.finished != "") if len(own) else own
    usual = _shares(dated.genres(), len(dated))
    parts = [(year, dated.finished_in(year)) for year in dated.years]
    enough = [(year, part) for year, part in parts if len(part) >= LEAST_FINISHED]
    years = [YearOfTaste(year, len(part), part.mean, _more_than(usual, part)) for year, part in enough]
    return years if len(years) >= LEAST_YEARS else []


def _shares(genres: PerTerm, n: int) -> dict[str, float]:
    """Return each genre's share, 0–1, of n titles, by slug."""
    return dict(zip(genres.slugs, (genres.counts / max(n, 1)).tolist(), strict=True))


def _more_than(usual: dict[str, float], part: ReadList) -> tuple[tuple[str, str], ...]:
    genres, n = part.genres(), len(part)
    before = np.array([usual[slug] for slug in genres.slugs])
    times = (genres.counts + PRIOR * before) / (n + PRIOR) / before
    best = [i for i in np.argsort(-times, kind="stable") if genres.counts[i] >= LEAST_OF_GENRE and times[i] >= MORE]
    return tuple((genres.names[i], genres.slugs[i]) for i in best[:NAMED])
