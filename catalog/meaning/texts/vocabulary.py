"""The most common words of all synopses with their vectors, one list per process."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock, Thread

import numpy as np
from django.db import connections

from catalog.meaning.texts.encoder import Vectors, encode
from catalog.models import Title
from catalog.models.meaning import N_VALUES

MOST_WORDS, LEAST_TITLES = 4_000, 15
KEPT_SECONDS = 3600
PORTION = 100  # words; between two portions, questions are encoded
OF_SYNOPSIS = re.compile(r"[a-z]{3,}")
FOREIGN = {"una", "une", "von", "den", "del", "des", "der", "les", "com", "san", "kun", "chan"}


@dataclass(frozen=True)
class Vocabulary:
    """words: most common first. vectors: (n words, 512)."""

    words: list[str]
    vectors: Vectors
    made_at: float = field(default_factory=time.monotonic)

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(self.words)


_making = Lock()
_latest: Vocabulary | None = None


def vocabulary() -> Vocabulary:
    """Return the words. The first call takes seconds; later, an old list is renewed in the background."""
    if _latest is None:
        with _making:
            return _latest or _renew()
    if time.monotonic() - _latest.made_at > KEPT_SECONDS and _making.acquire(blocking=False):
        Thread(target=_renew_in_background, name="vocabulary", daemon=True).start()
    return _latest


def _renew_in_background() -> None:
    try:
        _renew()
    finally:
        _making.release()
        connections.close_all()  # of this thread


def _renew() -> Vocabulary:
    """Make the list anew. Only new words are encoded."""
    global _latest
    vectors = dict(zip(_latest.words, _latest.vectors, strict=True)) if _latest else {}
    words = _common_words()
    new = [word for word in words if word not in vectors]
    for start in range(0, len(new), PORTION):
        portion = new[start : start + PORTION]
        vectors |= dict(zip(portion, encode(portion), strict=True))
    _latest = Vocabulary(words, np.array([vectors[word] for word in words], np.float32).reshape(-1, N_VALUES))
    return _latest


def _common_words() -> list[str]:
    counts: Counter[str] = Counter()
    for synopsis in Title.objects.exclude(synopsis="").order_by().values_list("synopsis", flat=True).iterator():
        counts.update(set(OF_SYNOPSIS.findall(synopsis.lower())) - FOREIGN)
    return [word for word, n in counts.most_common(MOST_WORDS) if n >= LEAST_TITLES]
