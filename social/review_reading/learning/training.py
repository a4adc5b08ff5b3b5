"""Trains a reader of reviews, and makes it live if it passes the gate. Only workers import this module."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
from django.db import transaction
from django.utils import timezone

from accounts.models import ListEntry
from anirec.lib.database.locks import try_lock
from social.models import Review, ReviewArchive, ReviewReader
from social.review_reading.learning import gate
from social.review_reading.learning.archives import archived_texts, mal_ids_by_title
from social.review_reading.learning.fitting import Texts, fit
from social.review_reading.model import Parameters, ReviewModel, Table

LOCK = "review reader"
HELD_OUT = 5  # one title of so many judges, and is in no judged model's training
WORTH_TRAINING = 50  # new reviews of members
Progress = Callable[[str], None]


class AlreadyTrainingError(RuntimeError):
    """Another process is training a reader."""


def train(progress: Progress = lambda text: None) -> ReviewReader:
    """Train a reader from all reviews with scores, judge it, and make it live if it passes; record it either way."""
    with try_lock(LOCK) as is_free:
        if not is_free:
            raise AlreadyTrainingError("A reader of reviews is already being trained.")
        own = own_texts()
        data = _joined(archived_texts(), own)
        progress(f"{len(data):,} reviews with scores, {len(own):,} of members")
        return _judge_and_store(data, len(own), progress)


def is_worth_training() -> bool:
    """Return whether enough reviews have been written since the last attempt, or an archive was imported."""
    last = ReviewReader.objects.first()
    if last is None:
        return _scored_reviews().exists() or ReviewArchive.objects.exists()
    if ReviewArchive.objects.filter(imported_at__gt=last.created_at).exists():
        return True
    return _scored_reviews().count() >= last.n_own + WORTH_TRAINING


def own_texts() -> Texts:
    """Return members' reviews with the scores on their lists. Titles are numbered by MAL id, else by a negative id."""
    mal_ids = mal_ids_by_title()
    rows = list(_scored_reviews().values_list("text", "scored", "title_id"))
    return Texts(
        [text for text, _score, _title in rows],
        np.array([score for _text, score, _title in rows], dtype=float),
        np.array([mal_ids.get(title_id, -title_id) for _text, _score, title_id in rows], dtype=np.int64),
    )


def is_held_out(titles: np.ndarray) -> np.ndarray:
    """Return which titles judge. A title is always on the same side, so that no live model has learnt from a judge."""
    return np.array([zlib.crc32(str(title).encode()) % HELD_OUT == 0 for title in titles.tolist()], dtype=bool)


def _scored_reviews():  # type: ignore[no-untyped-def]
    from django.db.models import OuterRef, Subquery

    score = ListEntry.objects.filter(user=OuterRef("author"), title=OuterRef("title")).values("score")[:1]
    reviews = Review.objects.filter(is_removed=False, author__is_active=True, author__is_synthetic=False)
    return reviews.annotate(scored=Subquery(score)).filter(scored__isnull=False).order_by("pk")


def _judge_and_store(data: Texts, n_own: int, progress: Progress) -> ReviewReader:
    held_out = is_held_out(data.titles)
    judges, rest = data.among(held_out), data.among(~held_out)
    reader = ReviewReader(status=ReviewReader.Status.REFUSED, n_reviews=len(data), n_own=n_own)
    too_few = gate.too_few(rest, judges)
    if too_few:
        reader.message = too_few
        reader.save()
        return reader
    judged = fit(rest)
    verdict = gate.judge(judged, _live_judged(), rest, judges)
    reader.message, reader.metrics = verdict.reason, verdict.metrics
    progress(verdict.reason)
    if verdict.passed:
        whole = fit(data)
        reader.status = ReviewReader.Status.PUBLISHED
        reader.table, reader.parameters = whole.table.to_bytes(), whole.parameters.as_json()
        reader.judged_table, reader.judged_parameters = judged.table.to_bytes(), judged.parameters.as_json()
    _store(reader)
    return reader


def _store(reader: ReviewReader) -> None:
    """Save the reader. A published one becomes live, and the tables of earlier ones are emptied."""
    with transaction.atomic():
        if reader.status == ReviewReader.Status.PUBLISHED:
            ReviewReader.objects.filter(is_active=True).update(is_active=False, table=b"", judged_table=b"")
            reader.is_active = True
        reader.created_at = timezone.now()
        reader.save()


def _live_judged() -> ReviewModel | None:
    live = ReviewReader.objects.filter(is_active=True).first()
    if live is None:
        return None
    return ReviewModel(Parameters.from_json(live.judged_parameters), Table.from_bytes(bytes(live.judged_table)))


def _joined(*parts: Texts) -> Texts:
    return Texts(
        [text for part in parts for text in part.texts],
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.titles for part in parts]),
    )
