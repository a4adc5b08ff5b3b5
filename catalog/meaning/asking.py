"""A question's vector, from a worker: the encoder is too large for web processes.

A vector is kept for a day. Who asks waits for a moment; a vector that comes later is there for the next time.
"""

from __future__ import annotations

import hashlib
import logging

import numpy as np
import redis
from numpy.typing import NDArray

from anirec.lib.jobs import send_soon
from anirec.lib.valkey import valkey

logger = logging.getLogger(__name__)

KEPT_SECONDS = 24 * 3600
WAIT_SECONDS = 0.7
ASKED_SECONDS = 5  # until which nobody else asks for the same
STORED = np.dtype("<f2")


def vector_of(question: str) -> NDArray[np.float32] | None:
    """Return the question's vector (512,), or None if no worker answered in time."""
    key = _key(question)
    client = valkey()
    try:
        stored = client.get(key)
        if stored is None:
            _ask(question, key)
            stored = _wait(key)
    except redis.RedisError as error:
        logger.warning("a question has no vector: %s", error)
        return None
    return None if stored is None else np.frombuffer(stored, STORED).astype(np.float32)  # type: ignore[arg-type]


def answer(question: str) -> None:
    """Encode the question, and keep its vector. Only in a worker."""
    from catalog.meaning.encoder import encode

    key, client = _key(question), valkey()
    vector = encode([question])[0].astype(STORED).tobytes()
    with client.pipeline() as pipe:
        pipe.set(key, vector, ex=KEPT_SECONDS)
        pipe.rpush(f"{key}:ready", vector)
        pipe.expire(f"{key}:ready", ASKED_SECONDS)
        pipe.execute()


def _ask(question: str, key: str) -> None:
    from catalog.meaning.tasks import encode_question

    if valkey().set(f"{key}:asked", 1, nx=True, ex=ASKED_SECONDS):
        send_soon(encode_question, question=question)


def _wait(key: str) -> object:
    """Wait for the vector. It goes back into the queue, for others who wait for the same."""
    client = valkey()
    found = client.blmove(f"{key}:ready", f"{key}:ready", WAIT_SECONDS)  # type: ignore[arg-type]
    return found if found is not None else client.get(key)


def _key(question: str) -> str:
    text = " ".join(question.casefold().split())
    return f"meaning:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
