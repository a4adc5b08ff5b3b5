from __future__ import annotations

import logging

from django.core.cache import cache

from anirec.lib.jobs import Run, job
from anirec.lib.locks import SYNOPSES, try_lock
from catalog.meaning.stored import ASKED_SECONDS
from catalog.versioning import catalogue_version

logger = logging.getLogger(__name__)

INDEXED = "catalog:indexed"  # the catalogue's version whose words are indexed
EVERY = 600.0  # seconds
LONGEST = 300.0  # then others have their turn


@job("catalog.tasks.encode_question", "interactive", expires=ASKED_SECONDS)
def encode_question(question: str) -> None:
    from catalog.meaning.texts import answering  # with the encoder

    answering.answer(question)


@job("catalog.tasks.embed_synopses", "sources", Run(EVERY, expires=EVERY))
def embed_synopses() -> None:
    """Index the words of titles that changed, and embed their synopses."""
    from catalog.meaning import vector_index
    from catalog.meaning.texts import embedding  # with the encoder

    version = catalogue_version()
    with try_lock(SYNOPSES) as is_free:
        if not is_free:
            return
        n_words = embedding.refresh_words() if cache.get(INDEXED) != version else 0  # comparing all takes seconds
        cache.set(INDEXED, version, timeout=None)
        n_embedded = embedding.embed_synopses(LONGEST) if vector_index.prepare() else 0
    if n_words or n_embedded:
        logger.info("search by meaning: %d titles indexed, %d synopses embedded", n_words, n_embedded)
