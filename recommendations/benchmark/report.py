"""Text tables of the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np

from recommendations.benchmark.contestants import REFERENCE
from recommendations.benchmark.measure import SHORT_LISTS, Figures
from recommendations.engine.metrics.bootstrap import mean_interval, paired_difference

RANKING = {
    "without_twins": ("without people who are in twice", "{:.4f}"),
    "precision_10_liked": ("P@10 liked", "{:.4f}"),
    "recall_20_liked": ("R@20 liked", "{:.4f}"),
    "coverage_10": ("coverage@10", "{:.3f}"),
    "gini_10": ("Gini@10", "{:.3f}"),
    "novelty_10": ("novelty@10", "{:.2f}"),
}
COST = {
    "fit_seconds": ("fit s", "{:,.1f}"),
    "peak_mb": ("peak MB", "{:,.0f}"),
    "members_per_second": ("members/s", "{:,.0f}"),
}
RATING = {
    "rmse": ("RMSE", "{:.4f}"),
    "mae": ("MAE", "{:.4f}"),
    "precision_10_rated": ("P@10 ≥ 7, all members", "{:.4f}"),
    "precision_10_rated_of_any": ("P@10 ≥ 7, members with any", "{:.4f}"),
}
Results = Mapping[str, Figures]
Cell = tuple[str, Callable[[Figures], str]]  # a column's label, and its format function


def lines(results: Results) -> Iterator[str]:
    """Yield tables of ranking, short lists, new titles, ratings and EASE's fit cost, as far as measured."""
    ranked = {name: figures for name, figures in results.items() if "ndcg_10_liked" in figures}
    rated = {name: figures for name, figures in results.items() if "rmse" in figures}
    if ranked:
        yield from _titled("Every title ranked for members no model has seen", _table(ranked, _ranking_cells(results)))
        short: list[Cell] = [(f"{n} titles", partial(_short_list, n=n)) for n in SHORT_LISTS]
        yield from _titled("NDCG@10 liked, lists cut to a few titles", _table(ranked, short))
    for figures in ranked.values():
        if "new_titles" in figures:
            yield from _titled("New titles, ranked among themselves", _new_titles(figures["new_titles"]))
    if rated:
        yield from _titled("Held-out ratings", _table(rated, _cells({**RATING, **_without_throughput()})))
    if "beside_lapack" in results.get(REFERENCE, {}):
        fit, limit = (results[REFERENCE]["beside_lapack"][name] for name in ("fit_seconds", "inverse_seconds"))
        ratio = f"ratio {fit / limit:.2f} (bar 1.30)"
        yield f"\nEASE fit {fit:.1f} s; one LAPACK inverse of its matrix {limit:.1f} s; {ratio}"


def _ranking_cells(results: Results) -> list[Cell]:
    cells: list[Cell] = []
    for name, label in (("ndcg_10_liked", "NDCG@10 liked"), ("ndcg_10_watched", "NDCG@10 watched")):
        cells.append((f"{label} (95 %)", partial(_with_interval, name=name)))
        if REFERENCE in results:
            reference = np.array(results[REFERENCE]["by_member"][name])
            cells.append((f"– {REFERENCE} (95 %)", partial(_difference, name=name, reference=reference)))
    return cells + _cells({**RANKING, **COST})


def _with_interval(figures: Figures, name: str) -> str:
    low, high = mean_interval(np.array(figures["by_member"][name]))
    return f"{figures[name]:.4f} ({low:.3f} to {high:.3f})"


def _difference(figures: Figures, name: str, reference: np.ndarray) -> str:
    values = np.array(figures["by_member"][name])
    if not np.nan_to_num(values - reference).any():
        return ""
    difference = paired_difference(values, reference)
    return f"{difference.mean:+.4f} ({difference.low:+.3f} to {difference.high:+.3f})"


def _cells(columns: Mapping[str, tuple[str, str]]) -> list[Cell]:
    return [(label, partial(_formatted, key=key, form=form)) for key, (label, form) in columns.items()]


def _formatted(figures: Figures, key: str, form: str) -> str:
    return form.format(figures[key])


def _short_list(figures: Figures, n: int) -> str:
    return f"{figures['short_lists'][str(n)]:.4f}"


def _without_throughput() -> dict[str, tuple[str, str]]:
    return {key: column for key, column in COST.items() if key != "members_per_second"}


def _new_titles(measured: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    rows = {name: {"label": name, **figures} for name, figures in measured.items()}
    columns = {"ndcg_10_liked": ("NDCG@10 liked", "{:.4f}"), "auc": ("AUC", "{:.4f}")}
    return _table(rows, _cells(columns))


def _titled(title: str, rows: Iterator[str]) -> Iterator[str]:
    yield f"\n{title}"
    yield from rows


def _table(results: Results, cells: list[Cell]) -> Iterator[str]:
    """Yield rows with columns as wide as their widest cell."""
    rows = [["", *(label for label, _ in cells)]]
    rows += [[figures["label"], *(cell(figures) for _, cell in cells)] for figures in results.values()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for label, *values in rows:
        aligned = (f"{value:>{width}}" for value, width in zip(values, widths[1:], strict=True))
        yield "  ".join([f"{label:<{widths[0]}}", *aligned])
