"""Title features that don't depend on who watched them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


@dataclass(frozen=True)
class TitleFeatures:
    """Features of titles from the catalogue.

    values: (n_items, n_features) float32; names: one per column, as "group:value" ("genre:Action", "text:3"). A title
    without metadata has an empty row. franchise: (n_items,) int64, the same number for titles of one franchise; None if
    franchises are unknown. started: (n_items,) float64, the year and its part in which a title began, NaN if unknown;
    None if nothing is known.
    """

    values: sp.csr_matrix
    names: tuple[str, ...]
    franchise: NDArray[np.int64] | None = None
    started: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        if self.values.shape[1] != len(self.names):
            raise ValueError(f"{self.values.shape[1]} columns, but {len(self.names)} names")

    def __len__(self) -> int:
        return self.values.shape[0]

    def take(self, items: NDArray[np.integer]) -> TitleFeatures:
        """Return the features of the titles at these indices, in this order."""
        franchise, started = (None if column is None else column[items] for column in (self.franchise, self.started))
        return TitleFeatures(self.values[items], self.names, franchise, started)

    def group(self, name: str) -> NDArray[np.int64]:
        """Return the column indices of a group: `group("genre")`."""
        return np.flatnonzero([column.startswith(f"{name}:") for column in self.names])
