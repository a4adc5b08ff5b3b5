from __future__ import annotations

import logging

from celery.schedules import crontab

from anirec.lib.jobs import Run, job
from social.review_reading import reading

logger = logging.getLogger(__name__)


@job("social.tasks.read_reviews", "interactive", Run(600, expires=600))
def read_reviews() -> None:
    """Read new and edited reviews, and all of them after a new reader became live."""
    reading.read_unread()


@job("social.tasks.train_review_reader", "train", Run(crontab(day_of_week="sunday", hour=5, minute=10)))
def train_review_reader() -> None:
    """Train a reader of reviews if enough have been written since the last time."""
    from social.review_reading.learning.training import AlreadyTrainingError, is_worth_training, train

    if not is_worth_training():
        return
    try:
        reader = train(logger.info)
    except AlreadyTrainingError as error:
        logger.info("%s", error)
        return
    logger.info("%s: %s", reader, reader.message)
    read_reviews.delay()
