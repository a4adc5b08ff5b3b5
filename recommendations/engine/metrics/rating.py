"""How far predicted scores are from the given ones."""

import numpy as np
from numpy.typing import NDArray


def rmse(predicted: NDArray[np.floating], given: NDArray[np.floating]) -> float:
    """Root mean squared error in points; NaN predictions are an error of the caller (ValueError)."""
    return float(np.sqrt(((_checked(predicted) - given) ** 2).mean()))


def mae(predicted: NDArray[np.floating], given: NDArray[np.floating]) -> float:
    """Mean absolute error in points."""
    return float(np.abs(_checked(predicted) - given).mean())


def precision_of_recommended(
    user_index: NDArray[np.integer],
    predicted: NDArray[np.floating],
    given: NDArray[np.floating],
    k: int = 10,
    threshold: float = 7.0,
) -> NDArray[np.float64]:
    """(n,) rows → (n_users with rows,) share of the titles predicted at `threshold` or better that were given it.

    Only the k best predicted rows of each user count, earlier ones first among equals; NaN for a user without a
    prediction of `threshold`. Source: Surprise's FAQ, `precision_recall_at_k`, which counts those users as 0.
    """
    users, user = np.unique(user_index, return_inverse=True)
    order = np.lexsort((-_checked(predicted), user))
    user, predicted, given = user[order], predicted[order], given[order]
    rank = np.arange(len(user)) - np.searchsorted(user, user)
    recommended = (rank < k) & (predicted >= threshold)
    n_recommended = np.bincount(user, weights=recommended, minlength=len(users))
    n_right = np.bincount(user, weights=recommended & (given >= threshold), minlength=len(users))
    return n_right / np.where(n_recommended > 0, n_recommended, np.nan)


def _checked(predicted: NDArray[np.floating]) -> NDArray[np.floating]:
    if np.isnan(predicted).any():
        raise ValueError("predictions contain NaN: fill them before measuring")
    return predicted
