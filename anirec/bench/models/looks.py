"""`python -m anirec.bench.models.looks`: judge which covers look alike, on the covers in ../shared/data/covers.

How often another poster of the same title is the nearest of all, and how much the genres of five neighbours of other
titles overlap with the title's. Weights are chosen on one half of the titles and measured on the other, both ways.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anirec.bench.speeds import SHARED

LEAST_SAME, LEAST_OVERLAP = 0.80, 0.23
N_NEIGHBOURS, N_SAMPLES, BATCH, FOLDS = 5, 2000, 16, 5
STYLES, COLOURS, WHITENINGS = (0.5, 1.0, 1.5), (0.3, 0.7, 1.0), (0.0, 0.25, 0.5, 0.75)  # weights beside what is shown
RIDGE = 1.0  # of the head, in units of the mean squared length of a feature row

Values = NDArray[np.float64]
Choice = tuple[float, float, float]  # weights of style and colours, whitening


class Judge:
    """titles: (n,) IDs. genres: (n, n_genres) whether a cover's title has them; rows may be empty."""

    def __init__(self, titles: NDArray[np.int64], genres: NDArray[np.bool_]) -> None:
        self.titles, self.genres = titles, genres.astype(float)
        self.same = titles[:, None] == titles[None]
        common, sizes = self.genres @ self.genres.T, self.genres.sum(axis=1)
        self.jaccard = common / np.maximum(sizes[:, None] + sizes[None] - common, 1)
        self.has_twin = self.same.sum(axis=1) > 1
        self.is_first = np.array([not self.same[n, :n].any() for n in range(len(titles))])

    def same_title(self, likeness: Values) -> Values:
        """Return (n,) whether another poster of the same title is the nearest of all; NaN without another poster."""
        nearest = np.where(np.eye(len(likeness), dtype=bool), -np.inf, likeness).argmax(axis=1)
        return np.where(self.has_twin, self.same[np.arange(len(nearest)), nearest], np.nan)

    def overlap(self, likeness: Values) -> Values:
        """Return (n,) the mean overlap of genres with the five nearest other titles; NaN for second posters."""
        found = np.full(len(likeness), np.nan)
        for row in np.flatnonzero(self.is_first & self.genres.any(axis=1)):
            order = np.argsort(-np.where(self.same[row], -np.inf, likeness[row]))
            _titles, first = np.unique(self.titles[order[: 4 * N_NEIGHBOURS]], return_index=True)
            found[row] = self.jaccard[row, order[np.sort(first)[:N_NEIGHBOURS]]].mean()
        return found

    def interval(self, values: Values, seed: int = 0) -> tuple[float, ...]:
        """Return (mean, low, high): 95 % of the means of resampled titles are between low and high."""
        names, group = np.unique(self.titles, return_inverse=True)
        known = ~np.isnan(values)
        sums = np.bincount(group[known], values[known], len(names))
        counts = np.bincount(group[known], minlength=len(names))
        drawn = np.random.default_rng(seed).integers(len(names), size=(N_SAMPLES, len(names)))
        means = sums[drawn].sum(axis=1) / np.maximum(counts[drawn].sum(axis=1), 1)
        return float(np.nanmean(values)), *(float(one) for one in np.percentile(means, [2.5, 97.5]))


def likeness_of(features: Values, choice: Choice) -> Values:
    """Return (n, n) how alike covers are, as the site reduces their features."""
    from catalog.looks.pictures.reducing import fit

    style, colours, whitening = choice
    rows = features.astype(np.float32)
    vectors = fit(rows, (1.0, style, colours), whitening).vectors(rows).astype(float)
    return vectors @ vectors.T


def chosen_on_the_other_half(judge: Judge, likenesses: dict[Choice, Values]) -> tuple[Values, Values, list[Choice]]:
    """Return both measures of each cover by the weights that are best for the other half of the titles."""
    measures = {choice: (judge.same_title(one), judge.overlap(one)) for choice, one in likenesses.items()}
    halves = np.unique(judge.titles, return_inverse=True)[1] % 2
    same, overlap, choices = np.full(len(halves), np.nan), np.full(len(halves), np.nan), []
    for half in (0, 1):
        here, there = halves == half, halves != half
        best = max(measures, key=lambda one: sum(np.nanmean(values[there]) for values in measures[one]))
        same[here], overlap[here] = (values[here] for values in measures[best])
        choices.append(best)
    return same, overlap, choices


def guessed_genres(features: Values, judge: Judge) -> Values:
    """Return (n, n_genres) a ridge regression's guesses, each by the covers of other titles."""
    fold = np.unique(judge.titles, return_inverse=True)[1] % FOLDS
    guesses = np.zeros_like(judge.genres)
    for one in range(FOLDS):
        rows, others = fold == one, (fold != one) & judge.genres.any(axis=1)
        mean, rates = features[others].mean(axis=0), judge.genres[others].mean(axis=0)
        known = features[others] - mean
        gram = known @ known.T
        gram += RIDGE * np.trace(gram) / len(gram) * np.eye(len(gram))
        guesses[rows] = (features[rows] - mean) @ known.T @ np.linalg.solve(gram, judge.genres[others] - rates)
    return guesses


def main() -> None:
    folder = SHARED / "covers"
    if not (folder / "index.csv").is_file():
        sys.exit("anirec: ../shared/data/covers not found: there is nothing to compare.")
    with (folder / "index.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    titles = np.array([int(row["mal_id"]) for row in rows])
    judge = Judge(titles, genres_of(titles))
    print(f"{len(rows)} covers of {len(set(titles))} titles; {int(judge.has_twin.sum())} have another poster")
    report(judge, features_in([folder / row["file"] for row in rows]))


def report(judge: Judge, features: Values) -> None:
    from catalog.looks.pictures.features import COLOURS as COUNTED
    from catalog.looks.pictures.features import SEEN, STYLE
    from catalog.looks.pictures.reducing import WEIGHTS, WHITENING

    for name, part in (("what they show", SEEN), ("style", STYLE), ("colours", COUNTED)):
        some = features[:, part] - features[:, part].mean(axis=0)
        _row(judge, name, _cosines(some / np.maximum(some.std(axis=0), 1e-6) if part == STYLE else some))
    choices = list(product(STYLES, COLOURS, WHITENINGS))
    same, overlap, best = chosen_on_the_other_half(judge, {one: likeness_of(features, one) for one in choices})
    _print(judge, f"all, chosen on the other half {best}", same, overlap)
    served = likeness_of(features, (WEIGHTS[1], WEIGHTS[2], WHITENING))
    _row(judge, "all, as served", served)
    guessed = _cosines(guessed_genres(features[:, SEEN], judge))
    _row(judge, "genres guessed from covers", guessed)
    _row(judge, "all, and guessed genres", served + guessed)


def _cosines(rows: Values) -> Values:
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit @ unit.T


def _row(judge: Judge, name: str, likeness: Values) -> None:
    _print(judge, name, judge.same_title(likeness), judge.overlap(likeness))


def _print(judge: Judge, name: str, same: Values, overlap: Values) -> None:
    for what, values, least in (("same title", same, LEAST_SAME), ("genres", overlap, LEAST_OVERLAP)):
        mean, low, high = judge.interval(values)
        print(f"{name}: {what} {mean:.3f} ({low:.3f}–{high:.3f}), bar {least}{'' if mean >= least else '  missed'}")


def features_in(paths: list[Path]) -> Values:
    from PIL import Image

    from catalog.looks.pictures.features import features_of

    pictures = [Image.open(path).convert("RGB") for path in paths]
    batches = [features_of(pictures[start : start + BATCH]) for start in range(0, len(pictures), BATCH)]
    return np.vstack(batches).astype(float)


def genres_of(titles: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return (n, n_genres) the genres of the titles in the public catalogues, each title's by the first that has it."""
    found: dict[int, set[str]] = {}
    for pk, text, separator in _listed_genres():
        if text and text != "Unknown":
            found.setdefault(pk, {part.strip() for part in text.split(separator)})
    names = sorted(set().union(*(found.get(pk, set()) for pk in titles.tolist())))
    return np.array([[name in found.get(pk, ()) for name in names] for pk in titles.tolist()])


def _listed_genres() -> Iterator[tuple[int, str, str]]:
    import pandas as pd

    sources: tuple[tuple[str, Callable[[Path], pd.DataFrame], str, str, str], ...] = (
        ("mal_2020_anime.csv.gz", pd.read_csv, "MAL_ID", "Genres", ","),
        ("mal_seasonal_2026.parquet", pd.read_parquet, "anime_id", "genres", ";"),
        ("anilist_2026.parquet", pd.read_parquet, "mal_id", "genres", ";"),
    )
    for file, read, key, column, separator in sources:
        rows = read(SHARED / file)[[key, column]].dropna()
        yield from ((int(pk), str(text), separator) for pk, text in zip(rows[key], rows[column], strict=True))


if __name__ == "__main__":
    main()
