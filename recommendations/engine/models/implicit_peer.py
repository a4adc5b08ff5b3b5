"""The implicit library's own batch recommendation, as a speed benchmark."""

from __future__ import annotations

import time

import numpy as np

from recommendations.engine.data.interactions import Histories


def seconds_to_recommend(members: Histories, n: int, n_factors: int = 128) -> float:
    """Return how long implicit takes to recommend n unlisted titles to all members in one batch, on all cores.

    The factors are random, since their values don't affect the work. Fitting and fold-in are not timed.
    """
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    generator = np.random.default_rng(0)
    with threadpool_limits(1, "blas"):  # implicit runs its own threads
        als = AlternatingLeastSquares(factors=n_factors)
        als.user_factors, als.item_factors = (
            generator.standard_normal((rows, n_factors), dtype=np.float32) for rows in members.shape
        )
        watched = members.watched()
        started = time.perf_counter()
        als.recommend(np.arange(len(members)), watched, N=n, filter_already_liked_items=True)
        return time.perf_counter() - started
