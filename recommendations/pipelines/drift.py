"""Monitoring of the active model: prediction error on new scores, and drift of lists since training."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import ListEntry
from anirec.lib.database.columns import copy_columns, flag
from anirec.lib.storage.replica import replica
from catalog.models.titles import Medium
from recommendations.artifact_store import load_recommender
from recommendations.engine import drift
from recommendations.engine.data.interactions import IdMap
from recommendations.engine.recommender import Recommender
from recommendations.inputs.member_lists import EXPERIENCED, member_lists
from recommendations.inputs.title_rules import current_rules
from recommendations.models import DriftReport, MemberRecommendations, ModelVersion, PredictionOutcome

BEFORE, NOW = timedelta(days=90), timedelta(days=7)
OUTCOME_RETENTION = timedelta(days=90)
NEW_MEMBER = timedelta(days=7)  # members count as new for this long after joining
PAUSE, PAUSE_AGAIN = timedelta(hours=6), timedelta(hours=24)  # between runs; if drift also triggered the active one


def record_outcomes(version: ModelVersion, recommender: Recommender, user_id: int) -> None:
    """Store predicted and actual scores of titles that the member added and scored after the version was created.

    The version can't have trained on these scores, and the list used for the prediction excludes them. Each title is
    stored once per version, with its first score and the prediction in the member's published row. Call before
    recomputing that row.
    """
    recorded = PredictionOutcome.objects.filter(version=version, user=user_id).values("title")
    entries = ListEntry.objects.filter(user=user_id, created_at__gt=version.created_at)
    pairs = entries.exclude(title__in=recorded).values_list("title_id", "score")
    new = {title_id: score for title_id, score in pairs if score is not None}
    items = recommender.items
    targets = items.index_of(np.array(list(new), dtype=np.int64))
    targets = targets[targets >= 0]
    if not len(targets):
        return
    ((_, _, own),) = member_lists(items, [user_id])
    predicted = recommender.expected(own.without(targets), targets)
    published = _published(version, user_id)
    at = timezone.now()
    PredictionOutcome.objects.bulk_create(
        (
            PredictionOutcome(
                version=version,
                user_id=user_id,
                title_id=title_id,
                predicted=value,
                score=new[title_id],
                at=at,
                published=published.get(title_id),
            )
            for title_id, value in zip(items.ids[targets].tolist(), predicted.tolist(), strict=True)
        ),
        ignore_conflicts=True,
    )


def _published(version: ModelVersion, user_id: int) -> dict[int, float]:
    rows = MemberRecommendations.objects.filter(version=version, user=user_id)
    title_ids, predicted = rows.values_list("title_ids", "predicted").first() or ((), ())
    return dict(zip(title_ids, predicted, strict=True))


def watch() -> DriftReport | None:
    """Create or update today's report of the active version, and delete old outcomes. Return None without a version.

    The report's `reason` says why to retrain; it is empty if there is no need, or the last run was too recent.
    """
    now = timezone.now()
    PredictionOutcome.objects.filter(at__lt=now - OUTCOME_RETENTION).delete()
    version = ModelVersion.active()
    if version is None:
        return None
    before, recent, stability = _stability(version, now)
    outcomes = PredictionOutcome.objects.filter(version=version, at__gte=now - NOW)
    pairs = np.array(list(outcomes.values_list("predicted", "score")), dtype=np.float64).reshape(-1, 2)
    online = drift.online_accuracy(pairs[:, 0], pairs[:, 1])
    offline_rmse = (version.metrics.get("ratings") or {}).get("rmse")
    reason = drift.reason_to_retrain(stability, online, offline_rmse) if _may_retrain(version, now) else ""
    report, _ = DriftReport.objects.update_or_create(
        version=version,
        day=now.date(),
        defaults={
            "at": now, "stability": stability, "n_before": before, "n_now": recent, "online_rmse": online.rmse,
            "online_mae": online.mae, "offline_rmse": offline_rmse, "n_outcomes": online.n, "reason": reason,
        },
    )  # fmt: skip
    return report


def _may_retrain(version: ModelVersion, now: datetime) -> bool:
    """Return whether the last run, whatever its result, is long enough ago.

    The pause is longer if drift triggered the active version, since retraining may not cure that drift.
    """
    pause = PAUSE_AGAIN if version.reason else PAUSE
    return not ModelVersion.objects.filter(kind=ModelVersion.Kind.SITE, created_at__gt=now - pause).exists()


def _stability(version: ModelVersion, now: datetime) -> tuple[int, int, dict[str, float]]:
    """Return (entries before the version, recent entries since, stability).

    The baseline is members' activity in the 90 days before the version. Rating archives are excluded: they have no
    dates, and if a site's members differ from them, retraining won't change that.
    """
    recommender = load_recommender(version)
    before = _activity(recommender.items, version.created_at - BEFORE, version.created_at)
    since = _activity(recommender.items, max(version.created_at, now - NOW), now)
    genres = current_rules(version, recommender.items).genres
    stability = drift.stability(before, since, recommender.popularity.arrays["popularity"], genres)
    return len(before.user), len(since.user), stability


def _activity(items: IdMap, start: datetime, end: datetime) -> drift.Activity:
    """Return the list entries that members, except synthetic ones, updated after `start` and up to `end`."""
    of_anime = ListEntry.objects.using(replica()).filter(title__medium=Medium.ANIME)
    entries = of_anime.filter(
        EXPERIENCED, updated_at__gt=start, updated_at__lte=end, user__is_synthetic=False
    ).order_by()
    joined = flag(Q(user__date_joined__gt=F("updated_at") - NEW_MEMBER))
    user, title, score, is_new = copy_columns(
        entries.values_list("user_id", "title_id", Coalesce("score", 0), joined), width=4
    )
    lists = of_anime.filter(user__in=entries.values("user")).order_by("user_id").values("user_id")
    owner, length = copy_columns(lists.annotate(n=Count("pk")).values_list("user_id", "n"), width=2)
    return drift.Activity(user, items.index_of(title), score, length[np.searchsorted(owner, user)], is_new > 0)
