"""Record the episodes of these days. Sources name only the next one, correct its time, and delay it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction

from anirec.lib.database.locks import BROADCASTS, try_lock_in_transaction
from catalog.airing.schedule import Schedule, has_schedule, schedule_of
from catalog.models import Broadcast, Title

BEHIND = timedelta(days=1)  # older episodes are no news
AHEAD = timedelta(days=2)  # longer than members are notified before
SAME = timedelta(days=3, hours=12)  # of two episodes without numbers, those that lie closer are one
KEPT = timedelta(days=60)
FIELDS = (
    "status", "episodes", "started_on", "ended_on", "broadcast_day", "broadcast_time", "next_airing_at", "next_episode",
)  # fmt: skip


@transaction.atomic
def record_broadcasts(now: datetime) -> None:
    """Bring the recorded episodes up to date with the schedules. The number of queries is constant.

    An episode keeps its row when its time changes. One whose time has come keeps its row when the schedule has moved
    on, and also if its title is no longer airing.
    """
    if not try_lock_in_transaction(BROADCASTS):
        return  # another process is at it
    titles = Title.objects.filter(has_schedule()).order_by("pk").only(*FIELDS)
    schedules = {title.pk: schedule for title in titles if (schedule := schedule_of(title))}
    known: dict[int, list[Broadcast]] = defaultdict(list)
    for row in Broadcast.objects.filter(at__gt=now - BEHIND - SAME):
        known[row.title_id].append(row)
    new, changed = list[Broadcast](), set[Broadcast]()
    for title_id, schedule in schedules.items():
        rows = known[title_id]
        changed |= set(_moved(schedule, rows))
        for at, number in schedule.between(now - BEHIND, now + AHEAD):
            same = _same(rows, at, number)
            if same is None:
                new.append(Broadcast(title_id=title_id, at=at, number=number))
            elif (same.at, same.number) != (at, number):
                same.at, same.number = at, number
                changed.add(same)
    Broadcast.objects.bulk_update(changed, ["at", "number"], batch_size=1_000)
    Broadcast.objects.bulk_create(new, ignore_conflicts=True)
    Broadcast.objects.filter(at__gt=now).exclude(title__in=schedules).delete()
    Broadcast.objects.filter(at__lt=now - KEPT).delete()


def _moved(schedule: Schedule, rows: Iterable[Broadcast]) -> Iterator[Broadcast]:
    """Yield the episodes that the schedule has at another time, however far away, with that time."""
    for row in rows:
        at = schedule.time_of(row.number) if row.number is not None else None
        if at is not None and at != row.at:
            row.at = at
            yield row


def _same(rows: Iterable[Broadcast], at: datetime, number: int | None) -> Broadcast | None:
    """Return the row of an episode: by its number, or else the nearest where either has none."""
    rows = list(rows)
    if number is not None and (found := next((row for row in rows if row.number == number), None)):
        return found
    near = [row for row in rows if abs(row.at - at) < SAME and None in (row.number, number)]
    return min(near, key=lambda row: abs(row.at - at), default=None)
