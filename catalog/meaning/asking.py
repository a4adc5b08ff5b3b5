"""A question's meaning, from a worker: the encoder is too large for web processes.

It is kept for a day. Who asks waits for a moment; an answer that comes later is there for the next time.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import redis
from numpy.typing import NDArray

from anirec.lib.jobs import send_soon
from anirec.lib.valkey import valkey
from catalog.models.meaning import N_VALUES

logger = logging.getLogger(__name__)

KEPT_SECONDS = 24 * 3600
WAIT_SECONDS = 0.7
ASKED_SECONDS = 5  # until which nobody else asks for the same
STORED = np.dtype("<f2")
N_BYTES = N_VALUES * STORED.itemsize


@dataclass(frozen=True)
class Meaning:
    """vector: (512,). english: English words for those of the question in other languages; may be empty."""

    vector: NDArray[np.float32]
    english: str


def meaning_of(question: str) -> Meaning | None:
    """Return the question's meaning, or None if no worker answered in time."""
    key = _key(question)
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


def answer(question: str) -> None:
    """Encode the question, and keep its meaning. Only in a worker."""
    from catalog.meaning.encoder import encode
    from catalog.meaning.translating import in_english

    key, client = _key(question), valkey()
    meaning = encode([question])[0].astype(STORED).tobytes() + in_english(question).encode()
    with client.pipeline() as pipe:
        pipe.set(key, meaning, ex=KEPT_SECONDS)
        pipe.rpush(f"{key}:ready", meaning)
        pipe.expire(f"{key}:ready", ASKED_SECONDS)
        pipe.execute()


def _ask(question: str, key: str) -> None:
    from catalog.meaning.tasks import encode_question

    if valkey().set(f"{key}:asked", 1, nx=True, ex=ASKED_SECONDS):
        send_soon(encode_question, question=question)


def _wait(key: str) -> Any:
    """Wait for the meaning. It goes back into the queue, for others who wait for the same."""
    client = valkey()
    found = client.blmove(f"{key}:ready", f"{key}:ready", WAIT_SECONDS)  # type: ignore[arg-type]
    return found if found is not None else client.get(key)


def _key(question: str) -> str:
    text = " ".join(question.casefold().split())
    return f"meaning:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
