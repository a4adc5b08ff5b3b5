"""Thompson sampling: each variant's share of units is its probability of being the best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

DRAWS = 20_000
LEAST = 0.05  # minimum share of a variant, so that it can recover from a bad start


def thompson_weights(successes: Sequence[int], counts: Sequence[int], seed: int) -> list[float]:
    """Return weights that add up to 1, from Beta(1, 1) priors; deterministic for a seed.

    >>> thompson_weights([10, 10], [100, 100], seed=1) == thompson_weights([10, 10], [100, 100], seed=1)
    True
    """
    won, tried = np.array(successes), np.array(counts)
    if (won < 0).any() or (won > tried).any():
        raise ValueError("successes cannot exceed units")
    draws = np.random.default_rng(seed).beta(1 + won, 1 + tried - won, size=(DRAWS, len(won)))
    best = np.bincount(draws.argmax(axis=1), minlength=len(won)) / DRAWS
    least = min(LEAST, 1 / len(won))
    weights = least + best * (1 - least * len(won))
    return [round(float(weight), 6) for weight in weights]
