"""Doorways for the workers: fetch, call one function. All are safe to run twice."""

from __future__ import annotations

import logging

from celery import shared_task

from accounts.webhooks import announce
from recommendations.analytics import minutes, rollup
from recommendations.artifact_store import load_recommender
from recommendations.experiments.collecting import collect, forget_old
from recommendations.experiments.lifecycle import set_bandit_weights
from recommendations.models import ModelVersion
from recommendations.pipelines.drift import record_outcomes
from recommendations.pipelines.rows import has_current_row, write_members
from recommendations.refreshing import may_wait_again
from recommendations.titles import current_rules

logger = logging.getLogger(__name__)


@shared_task
def rebuild_models(reason: str = "") -> None:
    """Train and publish (see pipelines.train.rebuild). A run that is under way already is left to finish."""
    from recommendations.pipelines.train import AlreadyRunningError, rebuild

    try:
        version = rebuild(reason=reason, progress=logger.info)
    except AlreadyRunningError as reason:
        logger.info("%s", reason)
        return
    logger.info("%s: %s (%s)", version, version.get_status_display(), version.message)


@shared_task
def watch_drift() -> None:
    """Report how far members' lists and scores have moved from what the model learnt; have it trained anew if too far."""
    from recommendations.pipelines.drift import watch

    report = watch()
    if report is not None and report.reason:
        rebuild_models.delay(reason=report.reason)


@shared_task
def publish_unfinished() -> None:
    """Help to write what is left of a publication: sent when one begins, and every minute in case it was broken off."""
    from recommendations.pipelines.publish import help_out

    help_out(progress=logger.info)


@shared_task
def refresh_member(user_id: int) -> None:
    """Write the member's row of the active version anew, if it is older than the list."""
    may_wait_again(user_id)
    version = ModelVersion.active()
    if version is not None and not has_current_row(version, user_id):
        recommender = load_recommender(version)
        record_outcomes(version, recommender, user_id)
        write_members(version, recommender, current_rules(version, recommender.items), [user_id])
        announce(user_id, "recommendations.updated", {})


@shared_task
def collect_events() -> None:
    """Append the events that wait, and what came of those before."""
    collect()


@shared_task
def add_counted_minutes() -> None:
    """Bring what web processes have counted to the tables."""
    minutes.add_minutes()


@shared_task
def roll_up_days(only_today: bool = False) -> None:
    """Make the daily counts of the last days anew."""
    rollup.roll_up_today() if only_today else rollup.roll_up_last_days()


@shared_task
def look_after_experiments() -> None:
    """Before the day ends: tomorrow's weights of the bandits, and events too old to be kept."""
    set_bandit_weights()
    forget_old()
