from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from accounts.personal_data import register_personal_data
from anirec.lib.jobs import send_soon
from catalog.titles.merging import register_join
from social.models import ReviewReading
from social.review_reading.reading import forget_reading
from social.review_reading.tasks import read_reviews
from social.signals import review_written

register_join(ReviewReading, lambda kept, dropped: forget_reading(kept.pk))  # of two reviews that become one
register_personal_data(
    "review_readings",
    lambda user: ReviewReading.objects.filter(review__author=user),
    *("review__title__name", "score", "error", "mentions"),
)


@receiver(review_written, dispatch_uid="read_review")
def read_again(review_id: int, **_: Any) -> None:
    forget_reading(review_id)
    transaction.on_commit(partial(send_soon, read_reviews), robust=True)
