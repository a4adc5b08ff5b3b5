from __future__ import annotations

import logging

from anirec.lib.jobs import Run, job
from anirec.lib.locks import SYNOPSES, try_lock
from catalog.meaning import asking

logger = logging.getLogger(__name__)

EVERY = 600.0  # seconds
LONGEST = 300.0  # then others have their turn


@job("catalog.tasks.encode_question", "interactive", expires=asking.ASKED_SECONDS)
def encode_question(question: str) -> None:
    asking.answer(question)


@job("catalog.tasks.embed_synopses", "sources", Run(EVERY, expires=EVERY))
def embed_synopses() -> None:
    """Index the words of titles that changed, and embed their synopses."""
    from catalog.meaning import embedding, vector_index  # with the encoder

    with try_lock(SYNOPSES) as is_free:
        if not is_free:
            return
        n_words = embedding.refresh_words()
        n_embedded = embedding.embed_synopses(LONGEST) if vector_index.prepare() else 0
    if n_words or n_embedded:
        logger.info("search by meaning: %d titles indexed, %d synopses embedded", n_words, n_embedded)
