"""The orders in which titles can be listed."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

# Label, number of the index, and whether the largest comes first. A "-" reverses the order.
SORTS: dict[str, tuple[Any, str, bool]] = {
    "popular": (_("Most popular"), "popularity", True),
    "-popular": (_("Least popular"), "popularity", False),
    "score": (_("Highest score"), "score", True),
    "-score": (_("Lowest score"), "score", False),
    "weighted": (_("Highest weighted score"), "weighted", True),
    "divided": (_("Most divisive"), "divided", True),
    "newest": (_("Newest"), "started", True),
    "-newest": (_("Oldest"), "started", False),
    "name": (_("Name, A to Z"), "name", False),
    "-name": (_("Name, Z to A"), "name", True),
    "length": (_("Longest"), "length", True),
    "-length": (_("Shortest"), "length", False),
}


def best_first(values: NDArray[np.float64], ids: NDArray[np.int64], descending: bool) -> NDArray[np.int64]:
    """Return the sort order of `values`: unknown values last, ties by id."""
    return np.lexsort((ids, -values if descending else values))
