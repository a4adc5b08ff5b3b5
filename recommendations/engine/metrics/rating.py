"""How far predicted scores are from the given ones."""

import numpy as np
from numpy.typing import NDArray


def rmse(predicted: NDArray[np.floating], given: NDArray[np.floating]) -> float:
    """Root mean squared error in points; NaN predictions are an error of the caller (ValueError)."""
    return float(np.sqrt(((_checked(predicted) - given) ** 2).mean()))


def mae(predicted: NDArray[np.floating], given: NDArray[np.floating]) -> float:
    """Mean absolute error in points."""
    return float(np.abs(_checked(predicted) - given).mean())


def _checked(predicted: NDArray[np.floating]) -> NDArray[np.floating]:
    if np.isnan(predicted).any():
        raise ValueError("predictions contain NaN: fill them before measuring")
    return predicted
