"""How the meaning of a question is stored in Valkey: its vector as half floats, then its English words."""

from __future__ import annotations

import hashlib

import numpy as np

from catalog.models.meaning import N_VALUES

KEPT_SECONDS = 24 * 3600
ASKED_SECONDS = 5  # until which nobody else asks for the same
STORED = np.dtype("<f2")
N_BYTES = N_VALUES * STORED.itemsize


def key_of(question: str) -> str:
    text = " ".join(question.casefold().split())
    return f"meaning:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
