"""The only module that writes readings of reviews."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Avg, Q, QuerySet

from accounts.models import ListEntry
from social.models import Review, ReviewReading
from social.review_reading.live import LiveReader, live_reader
from social.review_reading.mentions import mentions_in
from social.review_reading.model import damped

USUAL = 7.0  # mean score of a member without one
AT_ONCE = 20  # reviews are locked while they are read: for a tenth of a second
MOST = 2_000  # in one run; the next one goes on


def read_unread() -> int:
    """Read the reviews that the live reader hasn't read; return their number."""
    reader = live_reader()
    n_read = 0
    while reader is not None and n_read < MOST:
        n_now = _read_some(reader)
        n_read += n_now
        if n_now < AT_ONCE:
            break
    return n_read


def forget_reading(review_id: int) -> None:
    """Delete the reading of a review whose text has changed."""
    ReviewReading.objects.filter(review=review_id).delete()


def unread_by(reader_id: int) -> QuerySet[Review]:
    return Review.objects.filter(Q(reading__isnull=True) | ~Q(reading__reader=reader_id))


@transaction.atomic
def _read_some(reader: LiveReader) -> int:
    unread = unread_by(reader.pk).order_by("pk").values("pk")[:AT_ONCE]
    reviews = list(Review.objects.filter(pk__in=unread).select_for_update(skip_locked=True, of=("self",)))
    means = _mean_scores({review.author_id for review in reviews})
    ReviewReading.objects.bulk_create(
        [_reading_of(reader, review, means.get(review.author_id, USUAL)) for review in reviews],
        update_conflicts=True,
        unique_fields=["review"],
        update_fields=["reader", "score", "error", "evidence", "mentions"],
    )
    return len(reviews)


def _mean_scores(user_ids: set[int]) -> dict[int, float]:
    scored = ListEntry.objects.filter(user__in=user_ids, score__isnull=False).order_by()
    return dict(scored.values_list("user").annotate(Avg("score")))


def _reading_of(reader: LiveReader, review: Review, mean: float) -> ReviewReading:
    reading = reader.model.read(review.text)
    if reading is None:
        return ReviewReading(review=review, reader_id=reader.pk)
    mentions = [[one.aspect, *one.span, one.verdict] for one in mentions_in(reader.model, review.text)]
    return ReviewReading(
        review=review,
        reader_id=reader.pk,
        score=reading.score,
        error=reading.error,
        evidence=round(damped(reading.score, reading.deviation, mean)),
        mentions=mentions,
    )
