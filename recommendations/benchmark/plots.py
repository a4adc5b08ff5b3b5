"""Plots of the results (SVG)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from recommendations.benchmark.report import Results
from recommendations.engine.metrics.bootstrap import mean_interval


def draw(results: Results, folder: Path) -> list[Path]:
    """Plot accuracy with intervals, accuracy against coverage, and loss curves, if measured. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    ranked = {name: figures for name, figures in results.items() if "ndcg_10_liked" in figures}
    trained = {name: figures for name, figures in results.items() if figures["losses"]}
    files = []
    for name, picture, rows in (
        ("accuracy", _accuracy, ranked),
        ("accuracy-coverage", _accuracy_against_coverage, ranked),
        ("losses", _losses, trained),
    ):
        if rows:
            files.append(folder / f"{name}.svg")
            _save(picture, rows, files[-1])
    return files


def _save(picture: Any, rows: Results, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = path.stem  # reproducible file for the same figures
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 5), layout="constrained")
    picture(axes, rows)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _accuracy(axes: Any, results: Results) -> None:
    ordered = sorted(results.values(), key=lambda figures: figures["ndcg_10_liked"])
    means = np.array([figures["ndcg_10_liked"] for figures in ordered])
    intervals = np.array([mean_interval(np.array(figures["by_member"]["ndcg_10_liked"])) for figures in ordered])
    axes.barh([figures["label"] for figures in ordered], means, xerr=np.abs(intervals.T - means), capsize=3)
    axes.set_xlabel("NDCG@10 liked, with 95 % bootstrap intervals over members")


def _accuracy_against_coverage(axes: Any, results: Results) -> None:
    for figures in results.values():
        point = (figures["coverage_10"], figures["ndcg_10_liked"])
        axes.scatter(*point)
        axes.annotate(figures["label"], point, xytext=(5, 5), textcoords="offset points", fontsize=8)
    axes.margins(x=0.2, y=0.1)
    axes.set_xlabel("coverage@10: share of titles recommended to anyone")
    axes.set_ylabel("NDCG@10 liked")


def _losses(axes: Any, results: Results) -> None:
    for figures in results.values():
        for name, losses in figures["losses"].items():
            axes.plot(range(1, len(losses) + 1), losses, marker="o", label=f"{figures['label']}: {name}")
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    axes.legend()
