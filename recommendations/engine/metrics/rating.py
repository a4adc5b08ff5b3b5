"""Errors of predicted scores."""

import numpy as np
from numpy.typing import NDArray


def rmse(predicted: NDArray[np.floating], actual: NDArray[np.floating]) -> float:
    """Return the root mean squared error in points. Raises ValueError for NaN predictions."""
    return float(np.sqrt(((_checked(predicted) - actual) ** 2).mean()))


def mae(predicted: NDArray[np.floating], actual: NDArray[np.floating]) -> float:
    """Return the mean absolute error in points. Raises ValueError for NaN predictions."""
    return float(np.abs(_checked(predicted) - actual).mean())


def precision_of_recommended(
    user_index: NDArray[np.integer],
    predicted: NDArray[np.floating],
    actual: NDArray[np.floating],
    k: int = 10,
    threshold: float = 7.0,
) -> NDArray[np.float64]:
    """Return, per user with rows, the share of titles predicted at `threshold` or better that were scored so.

    user_index, predicted, actual: (n,). Only the k best predictions of each user count, equal ones in row order; NaN
    for a user without a prediction of `threshold`. Source: Surprise's FAQ, `precision_recall_at_k`, which counts these
    users as 0.
    """
    users, user = np.unique(user_index, return_inverse=True)
    order = np.lexsort((-_checked(predicted), user))
    user, predicted, actual = user[order], predicted[order], actual[order]
    rank = np.arange(len(user)) - np.searchsorted(user, user)
    recommended = (rank < k) & (predicted >= threshold)
    n_recommended = np.bincount(user, weights=recommended, minlength=len(users))
    n_right = np.bincount(user, weights=recommended & (actual >= threshold), minlength=len(users))
    return n_right / np.where(n_recommended > 0, n_recommended, np.nan)


def _checked(predicted: NDArray[np.floating]) -> NDArray[np.floating]:
    if np.isnan(predicted).any():
        raise ValueError("predictions contain NaN: fill them before measuring")
    return predicted
