from __future__ import annotations

import logging
from threading import Thread
from typing import Any

from celery.signals import worker_ready
from django.core.cache import cache
from django.db import connections

from anirec.lib.database.locks import SYNOPSES, try_lock
from anirec.lib.jobs import Run, job, send_soon
from catalog.meaning.texts.stored import ASKED_SECONDS
from catalog.versioning import catalogue_version

logger = logging.getLogger(__name__)

INDEXED = "catalog:indexed"  # the catalogue's version whose words are indexed
EVERY = 600.0  # seconds
INTERACTIVE = "interactive"  # the queue of questions
LONGEST = 300.0  # then others have their turn


@job("catalog.tasks.encode_question", INTERACTIVE, expires=ASKED_SECONDS)
def encode_question(question: str) -> None:
    from catalog.meaning.texts import answering  # with the encoder

    answering.answer(question)


@job("catalog.tasks.prepare_for_questions", INTERACTIVE, expires=EVERY)
def prepare_for_questions() -> None:
    """Load the encoder (125 MB), if there is something to compare questions with."""
    from catalog.meaning import vector_index

    if vector_index.has_vectors():
        from catalog.meaning.texts import answering  # with the encoder

        answering.prepare()


@worker_ready.connect
def prepare_worker(sender: Any, **_: Any) -> None:
    """Let a worker for questions prepare in the background, so that the first one needn't wait."""
    if INTERACTIVE in sender.app.amqp.queues.consume_from:
        Thread(target=_prepare, name="meaning", daemon=True).start()


def _prepare() -> None:
    try:
        prepare_for_questions()
    finally:
        connections.close_all()  # of this thread


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
    if n_embedded:
        send_soon(prepare_for_questions)  # a worker that started before there were vectors
    if n_words or n_embedded:
        logger.info("search by meaning: %d titles indexed, %d synopses embedded", n_words, n_embedded)
