"""The meaning of a question, in a worker."""

from __future__ import annotations

from anirec.lib.valkey import valkey
from catalog.meaning.texts.encoder import encode
from catalog.meaning.texts.stored import ASKED_SECONDS, KEPT_SECONDS, STORED, key_of
from catalog.meaning.texts.translating import in_english
from catalog.meaning.texts.vocabulary import vocabulary


def answer(question: str) -> None:
    """Encode the question, and keep its meaning."""
    key, client = key_of(question), valkey()
    meaning = encode([question])[0].astype(STORED).tobytes() + in_english(question).encode()
    with client.pipeline() as pipe:
        pipe.set(key, meaning, ex=KEPT_SECONDS)
        pipe.rpush(f"{key}:ready", meaning)
        pipe.expire(f"{key}:ready", ASKED_SECONDS)
        pipe.execute()


def prepare() -> None:
    """Load the encoder and the words: a question's answer is awaited for less time than that takes."""
    encode(["ready"])
    vocabulary()
