"""A question's meaning, from a worker: the encoder is too large for web processes.

It is kept for a day. Who asks waits for a moment; an answer that comes later is there for the next time.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import redis
from numpy.typing import NDArray

from anirec.lib.jobs import send_soon
from anirec.lib.valkey import valkey
from catalog.meaning.tasks import encode_question
from catalog.meaning.texts.stored import ASKED_SECONDS, N_BYTES, STORED, key_of

logger = logging.getLogger(__name__)

WAIT_SECONDS = 0.7


@dataclass(frozen=True)
class Meaning:
    """vector: (512,). english: English words for those of the question in other languages; may be empty."""

    vector: NDArray[np.float32]
    english: str


def meaning_of(question: str) -> Meaning | None:
    """Return the question's meaning, or None if no worker answered in time."""
    key = key_of(question)
    try:
        stored: Any = valkey().get(key)
        if stored is None:
            _ask(question, key)
            stored = _wait(key)
    except redis.RedisError as error:
        logger.warning("a question stays unanswered: %s", error)
        return None
    if stored is None:
        return None
    vector = np.frombuffer(stored[:N_BYTES], STORED).astype(np.float32)
    return Meaning(vector, stored[N_BYTES:].decode())


def _ask(question: str, key: str) -> None:
    if valkey().set(f"{key}:asked", 1, nx=True, ex=ASKED_SECONDS):
        send_soon(encode_question, question=question)


def _wait(key: str) -> Any:
    """Wait for the meaning. It goes back into the queue, for others who wait for the same."""
    client = valkey()
    found = client.blmove(f"{key}:ready", f"{key}:ready", WAIT_SECONDS)  # type: ignore[arg-type]
    return found if found is not None else client.get(key)
