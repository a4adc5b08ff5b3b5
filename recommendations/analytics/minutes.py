"""Transfer of the minutes that web processes counted from Valkey to the tables."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from anirec.lib.valkey import valkey
from recommendations.analytics.tally import AGE, KEY, MEMBER, SERVED, TIME
from recommendations.models import ActiveDay, RequestDay, ServedDay, TallyCursor

ALL = ""  # pseudo-route: all routes together
SETTLED = 2  # minutes until no process adds to a minute any more
ADD_REQUESTS = f"""
INSERT INTO {RequestDay._meta.db_table} AS kept (day, kind, route, bucket, n) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (day, kind, route, bucket) DO UPDATE SET n = kept.n + excluded.n
"""
ADD_SERVED = f"""
INSERT INTO {ServedDay._meta.db_table} AS kept (day, source, n, seconds) VALUES (%s, %s, %s, %s)
ON CONFLICT (day, source) DO UPDATE SET n = kept.n + excluded.n, seconds = kept.seconds + excluded.seconds
"""


def add_minutes(now: float | None = None) -> int:
    """Add all finished minutes, each exactly once, and return their number. The cursor moves with the rows."""
    until = int((now or time.time()) // 60) - SETTLED
    with transaction.atomic():
        cursor, _ = TallyCursor.objects.select_for_update().get_or_create(pk=1)
        keys = {int(key.rpartition(b":")[2]): key for key in valkey().scan_iter(f"{KEY}:*", count=1000)}
        ready = sorted(minute for minute in keys if cursor.minute < minute <= until)
        counts: Counter[tuple[date, str, str]] = Counter()
        for minute in ready:
            day = datetime.fromtimestamp(minute * 60, UTC).date()
            fields: Any = valkey().hgetall(keys[minute])
            for field, n in fields.items():
                counter, _, detail = field.decode().partition("|")
                counts[day, counter, detail] += int(n)
        _write(counts)
        cursor.minute = max([cursor.minute, *ready])
        cursor.save()
    if obsolete := [key for minute, key in keys.items() if minute <= cursor.minute]:
        valkey().delete(*obsolete)
    return len(ready)


def _write(counts: Counter[tuple[date, str, str]]) -> None:
    times: Counter[tuple[date, str, str, str]] = Counter()
    for (day, counter, key), n in counts.items():
        if counter == TIME:
            kind, route, bucket = key.split("|")
            for name in (route, ALL):
                times[day, kind, name, bucket] += n
    requests = [(*key, n) for key, n in sorted(times.items())]
    served = [
        (day, key, n, counts[day, AGE, key]) for (day, counter, key), n in sorted(counts.items()) if counter == SERVED
    ]
    with connection.cursor() as cursor:
        cursor.executemany(ADD_REQUESTS, requests)
        cursor.executemany(ADD_SERVED, served)
    active = {(int(key), day) for day, counter, key in counts if counter == MEMBER}
    existing = set(User.objects.filter(pk__in={pk for pk, _ in active}).values_list("pk", flat=True))
    ActiveDay.objects.bulk_create(
        (ActiveDay(member_id=pk, day=day) for pk, day in sorted(active) if pk in existing), ignore_conflicts=True
    )
