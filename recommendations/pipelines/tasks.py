from __future__ import annotations

import logging
from typing import Any

from celery.schedules import crontab
from django.dispatch import receiver

from accounts.events import publish as publish_event
from accounts.signals import list_changed
from anirec.lib.jobs import Run, job, send_soon
from recommendations.artifact_store import load_recommender
from recommendations.inputs.title_rules import current_rules
from recommendations.models import ModelVersion
from recommendations.pipelines import refreshing
from recommendations.pipelines.abandoned import fail_abandoned_versions
from recommendations.pipelines.drift import record_outcomes
from recommendations.publishing.rows import has_current_row, write_members
from recommendations.signals import publication_begun

logger = logging.getLogger(__name__)


@job("recommendations.tasks.rebuild_models", "train", Run(crontab(hour=3, minute=30)))
def rebuild_models(reason: str = "") -> None:
    """Train and publish (see `pipelines.train.rebuild`), unless a rebuild is already running."""
    from recommendations.pipelines.train import AlreadyRunningError, rebuild

    try:
        version = rebuild(reason=reason, progress=logger.info)
    except AlreadyRunningError as error:
        logger.info("%s", error)
        return
    logger.info("%s: %s (%s)", version, version.get_status_display(), version.message)


@job("recommendations.tasks.watch_drift", "train", Run(crontab(minute=15), expires=3600))
def watch_drift() -> None:
    """Measure how far members' lists have drifted from the training data, and retrain if necessary."""
    from recommendations.pipelines.drift import watch

    report = watch()
    if report is not None and report.reason:
        rebuild_models.delay(reason=report.reason)


@job("recommendations.tasks.publish_unfinished", "publish", Run(60, expires=60))
def publish_unfinished() -> None:
    """Write shards of an unfinished publication. Sent when one begins, and every minute in case it was interrupted."""
    from recommendations.publishing.publish import help_out

    fail_abandoned_versions()
    help_out(progress=logger.info)


@job("recommendations.tasks.refresh_member", "interactive")
def refresh_member(user_id: int) -> None:
    """Recompute the member's row for the active version if it is missing or older than their list."""
    refreshing.release(user_id)
    version = ModelVersion.active()
    if version is not None and not has_current_row(version, user_id):
        recommender = load_recommender(version)
        record_outcomes(version, recommender, user_id)
        write_members(version, recommender, current_rules(version, recommender.items), [user_id])
        publish_event(user_id, "recommendations.updated", {})


@receiver(list_changed, dispatch_uid="refresh_recommendations")
def request_refresh(user_id: int, **_: Any) -> None:
    """Queue a refresh of the member's row, unless one is already pending."""
    if refreshing.claim(user_id):
        send_soon(refresh_member, countdown=refreshing.WAIT_SECONDS, user_id=user_id)


@receiver(publication_begun, dispatch_uid="publication_begun")
def call_helpers(n: int, **_: Any) -> None:
    """Queue n tasks that help to publish. Publishing works without them, so they may get lost."""
    for _number in range(n):
        send_soon(publish_unfinished)
