"""What is known of titles besides who watched them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


@dataclass(frozen=True)
class TitleFeatures:
    """values: (n_items, n_features) float32; names: one for each column, as "group:value" ("genre:Action", "text:3").

    A title of which nothing is known has an empty row. franchise: (n_items,) int64, the same number for titles of one
    franchise; None where nothing is known of franchises.
    """

    values: sp.csr_matrix
    names: tuple[str, ...]
    franchise: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        if self.values.shape[1] != len(self.names):
            raise ValueError(f"{self.values.shape[1]} columns, but {len(self.names)} names")

    def __len__(self) -> int:
        return self.values.shape[0]

    def take(self, items: NDArray[np.integer]) -> TitleFeatures:
        """The rows of the titles at these indices, in their order."""
        return TitleFeatures(self.values[items], self.names, None if self.franchise is None else self.franchise[items])

    def group(self, name: str) -> NDArray[np.int64]:
        """The columns of a group: `group("genre")`."""
        return np.flatnonzero([column.startswith(f"{name}:") for column in self.names])
