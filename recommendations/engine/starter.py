"""A complete recommender in one small file, for sites without ratings: few titles, one byte per weight.

The file is a compressed .npz over MyAnimeList ids. Each column of the two weight matrices keeps its `neighbours`
largest weights by magnitude, quantised in steps of the column's largest / 127.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.base import Arrays
from recommendations.engine.data.interactions import IdMap
from recommendations.engine.models.evidence.evidence import Evidence
from recommendations.engine.models.evidence.facts import OF_TITLE, TitleFacts
from recommendations.engine.models.evidence.like_minded import LikeMinded, nobody
from recommendations.engine.models.evidence.residual_neighbours import ResidualNeighbours
from recommendations.engine.models.evidence.series import Series, alone
from recommendations.engine.models.linear import CHANNELS, RatingAwareEase, compressed
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.popularity import Popularity
from recommendations.engine.models.rerankers import Hybrid, RatingBlend
from recommendations.engine.recommender import Recommender

STEPS = 127


def pack(path: Path, recommender: Recommender, neighbours: int) -> None:
    """Write a recommender over MAL ids (fewer than 65,536 titles; ratings without factors, biases only)."""
    arrays: dict[str, NDArray] = {
        "mal_ids": recommender.items.ids.astype(np.int32),
        "mean": recommender.evidence.svd.arrays["mean"],
        "item_bias": recommender.evidence.svd.arrays["item_bias"].astype(np.float16),
        "popularity": recommender.popularity.arrays["popularity"],
    }
    for channel in CHANNELS:
        rows, steps, scales = _quantised(recommender.linear.weights(channel), neighbours)
        arrays |= {f"{channel}_rows": rows, f"{channel}_steps": steps, f"{channel}_scales": scales}
    np.savez_compressed(path, allow_pickle=False, **arrays)


def unpack(path: Path, id_of_mal: Mapping[int, int]) -> Recommender:
    """Return the recommender with MAL ids mapped through `id_of_mal`; titles missing from it are dropped."""
    with np.load(path, allow_pickle=False) as file:
        packed = dict(file)
    mal_ids = packed["mal_ids"].tolist()
    ids = np.array([id_of_mal.get(mal_id, -1) for mal_id in mal_ids], dtype=np.int64)
    available = np.flatnonzero(ids >= 0)
    available = available[np.argsort(ids[available])]
    channels = []
    for channel in CHANNELS:
        rows, steps, scales = (packed[f"{channel}_{part}"] for part in ("rows", "steps", "scales"))
        weights = _weights(rows, steps, scales, len(ids))
        channels.append(weights[available][:, available].tocsr())
    arrays = {**compressed(sp.vstack(channels, format="csr")), "known": np.ones(len(available), dtype=bool)}
    bias = packed["item_bias"][available].astype(np.float32)
    popularity = {"popularity": packed["popularity"][available].astype(np.float32), "mean": bias + packed["mean"]}
    evidence = biases_only(RatingAwareEase().load(arrays), packed["mean"], bias)
    popular = Popularity().load(popularity)
    return Recommender(IdMap(ids[available]), Hybrid().over(evidence), RatingBlend().over(evidence), popular)


def biases_only(linear: RatingAwareEase, mean: NDArray[np.floating], item_bias: NDArray[np.floating]) -> Evidence:
    """Return evidence from the linear model and the titles' mean scores only."""
    n_items = len(item_bias)
    biases = {"mean": mean, "item_bias": item_bias}
    no_neighbours = {"nearest": np.zeros((n_items, 0), np.int32), "similarity": np.zeros((n_items, 0), np.float32)}
    facts: Arrays = {"titles": np.full((n_items, len(OF_TITLE)), np.nan, np.float32)}
    return Evidence(
        linear,
        Svd(n_factors=0).load(biases | {"item_factors": np.zeros((n_items, 0), np.float32)}),
        ResidualNeighbours(k=0).load(biases | no_neighbours),
        TitleFacts().load(facts),
        LikeMinded().load(nobody(n_items)),
        Series().load(alone(n_items)),
    )


def _quantised(
    weights: sp.csr_matrix, neighbours: int
) -> tuple[NDArray[np.uint16], NDArray[np.int8], NDArray[np.float32]]:
    """Return rows and steps, (n_items, neighbours) by column and ordered by row, and scales, (n_items,).

    Columns with fewer weights are padded with 0 steps.
    """
    columns = weights.tocsc()
    n_items = columns.shape[1]
    rows = np.zeros((n_items, neighbours), dtype=np.uint16)
    steps = np.zeros((n_items, neighbours), dtype=np.int8)
    scales = np.zeros(n_items, dtype=np.float32)
    for item in range(n_items):
        span = slice(columns.indptr[item], columns.indptr[item + 1])
        indices, values = columns.indices[span], columns.data[span]
        largest = np.sort(np.argsort(-np.abs(values), kind="stable")[:neighbours])
        if len(largest):
            scales[item] = np.abs(values).max() / STEPS
            rows[item, : len(largest)] = indices[largest]
            steps[item, : len(largest)] = np.round(values[largest] / scales[item])
    return rows, steps, scales


def _weights(
    rows: NDArray[np.uint16], steps: NDArray[np.int8], scales: NDArray[np.float32], n_items: int
) -> sp.csr_matrix:
    values = (steps * scales[:, None]).ravel()
    columns = np.repeat(np.arange(n_items), rows.shape[1])
    nonzero = values != 0
    return sp.csr_matrix(
        (values[nonzero], (rows.ravel()[nonzero].astype(np.int32), columns[nonzero])), shape=(n_items, n_items)
    )
