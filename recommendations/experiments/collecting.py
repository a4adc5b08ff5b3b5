"""Collection of events from the stream, and of their outcomes from members' lists."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import User
from accounts.signals import list_changed
from anirec.lib.valkey import valkey
from recommendations.engine.data.interactions import LIKED
from recommendations.experiments.intake import STREAM
from recommendations.models import EventCursor, Outcome, Variant, WidgetEvent
from recommendations.models.experiments import Metric
from recommendations.widgets import WIDGETS

AT_ONCE = 2_000  # batches per transaction
CHANGED = "anirec:lists-changed"
LATE = timedelta(seconds=10)  # an exposure may arrive after the action on its card
COLUMNS = ("at", "widget", "experiment_id", "variant_id", "member_id", "visitor", "kind", "title_id", "position")

# Only entries created after the first exposure count: titles already on the list are no outcomes.
RECORD_OUTCOMES = f"""
WITH seen AS (
    SELECT member_id, title_id, min(at) AS at FROM {WidgetEvent._meta.db_table}
    WHERE member_id = ANY(%(members)s) AND kind = {WidgetEvent.Kind.EXPOSURE} GROUP BY member_id, title_id
), listed AS (
    SELECT seen.member_id, seen.title_id, entry.created_at, entry.updated_at, entry.status, entry.score
    FROM seen JOIN accounts_listentry entry ON entry.user_id = seen.member_id AND entry.title_id = seen.title_id
    WHERE entry.created_at >= seen.at - %(late)s
), found AS (
    SELECT member_id, title_id, '{Metric.ADD}' AS metric, created_at AS at FROM listed
    UNION ALL SELECT member_id, title_id, '{Metric.COMPLETION}', updated_at FROM listed WHERE status = 'completed'
    UNION ALL SELECT member_id, title_id, '{Metric.HIGH_SCORE}', updated_at FROM listed WHERE score >= {LIKED}
    UNION ALL SELECT seen.member_id, seen.title_id, '{Metric.HIDE}', hidden.created_at
        FROM seen JOIN accounts_hiddentitle hidden
            ON hidden.user_id = seen.member_id AND hidden.title_id = seen.title_id
        WHERE hidden.created_at >= seen.at - %(late)s
)
INSERT INTO {Outcome._meta.db_table} (member_id, title_id, metric, at)
SELECT member_id, title_id, metric, at FROM found ORDER BY member_id, title_id, metric
ON CONFLICT (member_id, title_id, metric) DO NOTHING
"""


@receiver(list_changed, dispatch_uid="remember_changed_list")
def remember_change(user_id: int, **_: Any) -> None:
    valkey().zadd(CHANGED, {str(user_id): timezone.now().timestamp()})


def collect() -> int:
    """Append waiting events, then record outcomes of changed lists. Returns the number of appended events."""
    until = timezone.now()
    appended = sum(iter(_append_some, None))
    _record_outcomes(until)
    return appended


def forget_old() -> None:
    """Delete raw events and outcomes past retention. Stopped experiments store their own results."""
    before = timezone.now() - timedelta(days=settings.EVENTS_KEPT)
    WidgetEvent.objects.filter(at__lt=before).delete()
    Outcome.objects.filter(at__lt=before).delete()


def _append_some() -> int | None:
    """Append waiting batches and return their number of events, None at the end of the stream.

    The cursor moves in the same transaction, so each batch is appended exactly once.
    """
    with transaction.atomic():
        cursor, _ = EventCursor.objects.select_for_update().get_or_create(pk=1)
        waiting: Any = valkey().xrange(STREAM, min=f"({cursor.last_id}", count=AT_ONCE)
        if not waiting:
            return None
        batches = [json.loads(fields[b"batch"]) for _, fields in waiting]
        n = _copy(list(_rows(batches)))  # as a list, because the connection can't run other queries during COPY
        cursor.last_id = waiting[-1][0].decode()
        cursor.save()
    valkey().xtrim(STREAM, minid=cursor.last_id, approximate=False)
    return n


def _rows(batches: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """Yield table rows, without events of deleted widgets, experiments and members."""
    variants = dict(
        Variant.objects.filter(pk__in={batch["variant"] for batch in batches}).values_list("pk", "experiment_id")
    )
    members = set(
        User.objects.filter(pk__in={batch["unit"] for batch in batches if batch["unit"] > 0}).values_list(
            "pk", flat=True
        )
    )
    for batch in batches:
        unit = batch["unit"]
        is_known = batch.get("widget") in WIDGETS and variants.get(batch["variant"]) == batch["experiment"]
        if not is_known or (unit > 0 and unit not in members):
            continue
        viewer = (unit, None) if unit > 0 else (None, -unit)
        at = datetime.fromtimestamp(batch["at"], UTC)
        for event in batch["events"]:
            yield (at, batch["widget"], batch["experiment"], batch["variant"], *viewer, *event)


def _copy(rows: Sequence[tuple[Any, ...]]) -> int:
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {WidgetEvent._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return cursor.rowcount


def _record_outcomes(until: datetime) -> None:
    """Record outcomes of lists marked up to `until`; lists that change later stay marked for the next run."""
    score = until.timestamp()
    marked: Any = valkey().zrangebyscore(CHANGED, "-inf", score)
    changed = [int(member) for member in marked]
    if changed:
        with connection.cursor() as cursor:
            parameters: dict[str, Any] = {"members": changed, "late": LATE}
            cursor.execute(RECORD_OUTCOMES, parameters)
    valkey().zremrangebyscore(CHANGED, "-inf", score)
