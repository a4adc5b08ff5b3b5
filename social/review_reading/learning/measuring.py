"""Measures the model that reads reviews, on titles that it hasn't seen: accuracy, calibration, aspects, speed, size."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from social.review_reading.learning.fitting import Texts, cross_fit
from social.review_reading.learning.gate import spearman
from social.review_reading.mentions import mentions_in
from social.review_reading.model import LONGEST, ReviewModel
from social.review_reading.stated import stated_scores

Floats = NDArray[np.floating]
RESAMPLES = 400
ASPECT_COLUMNS = {
    "story": "story",
    "art": "animation",
    "sound": "sound",
    "characters": "character",
    "enjoyment": "enjoyment",
}
LONG_TEXT = 10_000  # characters


@dataclass(frozen=True)
class Measured:
    """scores, read: (n,) given, and read by a model that hasn't seen the title. lines: the report."""

    scores: Floats
    read: Floats
    lines: list[str]


def read_texts(path: Path) -> tuple[Texts, dict[str, Floats]]:
    """Return the reviews of a file, and the scores of aspects by name, NaN where there is none."""
    columns = pq.read_table(path).to_pydict()
    texts = [text[:LONGEST] for text in columns["text"]]
    data = Texts(texts, np.array(columns["overall"], dtype=float), np.array(columns["mal_id"], dtype=np.int64))
    aspects = {
        name: np.array([np.nan if value is None else value for value in columns[column]], dtype=float)
        for name, column in ASPECT_COLUMNS.items()
        if column in columns
    }
    return data, aspects


def measure(data: Texts, aspects: dict[str, Floats], progress: Callable[[str], None]) -> Measured:
    read, errors = np.zeros(len(data)), np.zeros(len(data))
    known = np.zeros(len(data), dtype=bool)
    judged: dict[str, list[tuple[int, float]]] = {name: [] for name in aspects}
    model = None
    for number, (model, held_out) in enumerate(cross_fit(data), 1):
        for i in held_out.tolist():
            read[i] = model.score(data.texts[i])
            reading = model.read(data.texts[i])
            known[i], errors[i] = reading is not None, reading.error if reading else np.nan
        for name, verdict, i in _verdicts(model, data, held_out, aspects):
            judged[name].append((verdict, aspects[name][i]))
        progress(f"fold {number}: {len(held_out)} reviews")
    assert model is not None
    lines = [*_accuracy(data, read), *_calibration(data, read, errors, known), *_aspects(judged), *_speed(model, data)]
    return Measured(data.scores, read, lines)


def _verdicts(
    model: ReviewModel, data: Texts, rows: NDArray[np.intp], aspects: dict[str, Floats]
) -> Iterator[tuple[str, int, int]]:
    """Yield (aspect, praise 1 or criticism -1, row) of reviews whose authors scored the aspect."""
    for i in rows.tolist():
        if any(np.isfinite(column[i]) for column in aspects.values()):
            totals: dict[str, int] = {}
            for mention in mentions_in(model, data.texts[i]):
                totals[mention.aspect] = totals.get(mention.aspect, 0) + mention.verdict
            yield from ((name, total, i) for name, total in totals.items() if total and np.isfinite(aspects[name][i]))


def _accuracy(data: Texts, read: Floats) -> list[str]:
    figures = {"Spearman": spearman, "RMSE": _rmse, "AUC, 4 or less against 8 or more": auc}
    lines = [f"{len(data)} reviews of {len(np.unique(data.titles))} titles, five folds by title"]
    for name, figure in figures.items():
        low, high = _interval(figure, read, data)
        lines.append(
            f"{name:34s} {figure(read, data.scores):.3f}  (95 % from {low:.3f} to {high:.3f}, titles resampled)"
        )
    has_stated = np.array([bool(stated_scores(text)) for text in data.texts])
    for label, group in (("without a stated score", ~has_stated), ("with a stated score", has_stated)):
        own = read[group], data.scores[group]
        lines.append(f"  {label:32s} n {group.sum()}, Spearman {spearman(*own):.3f}, RMSE {_rmse(*own):.3f}")
    return lines


def _calibration(data: Texts, read: Floats, errors: Floats, known: NDArray[np.bool_]) -> list[str]:
    lines = [f"{'within its error (aim: 90 %)':34s} {(np.abs(read - data.scores) <= errors)[known].mean():.1%}"]
    lines.append(f"{'read (language known)':34s} {known.mean():.1%}")
    edges = np.quantile(read, np.linspace(0, 1, 6))
    for low, high in pairwise(edges.tolist()):
        group = (read >= low) & (read <= high)
        lines.append(
            f"  read {low:4.1f} to {high:4.1f}: mean {read[group].mean():.2f}, given {data.scores[group].mean():.2f}"
        )
    return lines


def _aspects(judged: dict[str, list[tuple[int, float]]]) -> list[str]:
    lines = ["aspects praised and criticised, beside the author's score of the aspect:"]
    for name, pairs in judged.items():
        praised = np.array([score for verdict, score in pairs if verdict > 0])
        criticised = np.array([score for verdict, score in pairs if verdict < 0])
        lines.append(
            f"  {name:12s} praised n {len(praised)}, mean {_mean(praised)}, 7 or more {_share(praised >= 7)}; "
            f"criticised n {len(criticised)}, mean {_mean(criticised)}, 6 or less {_share(criticised <= 6)}"
        )
    return lines


def _speed(model: ReviewModel, data: Texts) -> list[str]:
    long = " ".join(data.texts)[:LONG_TEXT]
    model.read(long)
    times = []
    for _run in range(20):
        start = time.perf_counter()
        model.read(long)
        times.append(time.perf_counter() - start)
    size = len(model.table.to_bytes()) / 1e6
    return [
        f"{LONG_TEXT:,} characters are read in {np.median(times) * 1e3:.1f} ms (median of 20); table: {size:.1f} MB"
    ]


def auc(read: Floats, scores: Floats) -> float:
    """Return the chance that a text with a score of 8 or more reads better than one with 4 or less."""
    from scipy.stats import rankdata

    clear = (scores <= 4) | (scores >= 8)
    good = scores[clear] >= 8
    ranks, n_good = rankdata(read[clear]), good.sum()
    if not 0 < n_good < len(good):
        return float("nan")
    return float((ranks[good].sum() - n_good * (n_good + 1) / 2) / (n_good * (len(good) - n_good)))


def _interval(figure: Callable[[Floats, Floats], float], read: Floats, data: Texts) -> tuple[float, float]:
    _distinct, group = np.unique(data.titles, return_inverse=True)
    rows = [np.flatnonzero(group == number) for number in range(group.max() + 1)]
    random = np.random.default_rng(0)
    values = []
    for _resample in range(RESAMPLES):
        drawn = np.concatenate([rows[number] for number in random.integers(0, len(rows), len(rows))])
        values.append(figure(read[drawn], data.scores[drawn]))
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)


def _rmse(read: Floats, scores: Floats) -> float:
    return float(np.sqrt(np.mean((read - scores) ** 2)))


def _mean(values: Floats) -> str:
    return f"{values.mean():.2f}" if len(values) else "–"


def _share(values: NDArray[np.bool_]) -> str:
    return f"{values.mean():.0%}" if len(values) else "–"
