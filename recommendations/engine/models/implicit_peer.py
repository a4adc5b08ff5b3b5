"""The implicit library's own batch recommendation, to measure ours against."""

from __future__ import annotations

import time

import numpy as np

from recommendations.engine.data.interactions import Histories


def seconds_to_recommend(members: Histories, n: int, n_factors: int = 128) -> float:
    """How long implicit takes for the n best titles, not those on the list, of all members at once, on all cores.

    The factors are random: the work does not depend on their values. Fitting and folding in are not counted.
    """
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    generator = np.random.default_rng(0)
    with threadpool_limits(1, "blas"):  # implicit has threads of its own
        als = AlternatingLeastSquares(factors=n_factors)
        als.user_factors, als.item_factors = (
            generator.standard_normal((rows, n_factors), dtype=np.float32) for rows in members.shape
        )
        watched = members.watched()
        started = time.perf_counter()
        als.recommend(np.arange(len(members)), watched, N=n, filter_already_liked_items=True)
        return time.perf_counter() - started
