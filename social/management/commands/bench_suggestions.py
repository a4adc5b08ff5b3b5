"""How fast whom to follow is worked out on a site with many members. Everything made for it is rolled back."""

from __future__ import annotations

import time

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from accounts.models import ListEntry, User
from catalog.models import Title
from social.models import Follow
from social.suggestions import suggest

BAR_MS, LENGTHS, READERS, TIMES = 150, (20, 100, 400), 10, 3
SHORTEST, FOLLOWS, SHOWN, TOGETHER = 20, 15, 24, 250


class Command(BaseCommand):
    help = "Measure the suggestions of whom to follow, for members with lists of some lengths: bar, p95."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=15_000)

    def handle(self, *, members: int, **options: object) -> None:
        with transaction.atomic():
            readers = _make_world(members)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            for length, some in readers.items():
                times = [_milliseconds(reader) for reader in some for _ in range(TIMES)]
                p50, p95 = np.percentile(times, [50, 95])
                self.stdout.write(
                    f"suggestions among {members} members, list of {length}: p95 < {BAR_MS} ms: "
                    f"p50 {p50:.0f} ms, p95 {p95:.0f} ms  {'held' if p95 < BAR_MS else 'missed'}"
                )
            transaction.set_rollback(True)


def _make_world(n: int) -> dict[int, list[User]]:
    """Lists of titles as popular as they are, most of them short; some readers with lists of each length."""
    generator = np.random.default_rng(0)
    known = Title.objects.visible_to(None).filter(members__gt=0).values_list("pk", "members")
    titles, audiences = np.array(list(known), dtype=np.int64).reshape(-1, 2).T
    if len(titles) < max(LENGTHS):
        raise CommandError(f"The catalogue has {len(titles)} titles that somebody knows; it takes {max(LENGTHS)}.")
    names = [f"bench-suggestions-{number}" for number in range(n)]
    members = User.objects.bulk_create(
        (User(username=name, email=f"{name}@synthetic.invalid") for name in names), batch_size=5_000
    )
    lengths = np.minimum(SHORTEST + generator.exponential(60, n).astype(int), len(titles))
    chosen = [(length, members[place * READERS : (place + 1) * READERS]) for place, length in enumerate(LENGTHS)]
    for place, length in enumerate(LENGTHS):
        lengths[place * READERS : (place + 1) * READERS] = length
    share = np.log(audiences / audiences.sum())
    for start in range(0, n, TOGETHER):
        ListEntry.objects.bulk_create(
            ListEntry(user=member, title_id=title_id, status="completed", score=score)
            for member, length in zip(
                members[start : start + TOGETHER], lengths[start : start + TOGETHER].tolist(), strict=True
            )
            for title_id, score in zip(
                titles[np.argpartition(-share - generator.gumbel(size=len(titles)), length - 1)[:length]].tolist(),
                generator.integers(4, 11, length).tolist(),
                strict=True,
            )
        )
    Follow.objects.bulk_create(
        (
            Follow(follower=members[one], followed=members[other])
            for one in range(n)
            for other in generator.choice(n, FOLLOWS, replace=False).tolist()
            if one != other
        ),
        batch_size=5_000,
    )
    return dict(chosen)


def _milliseconds(reader: User) -> float:
    started = time.perf_counter()
    suggest(reader, SHOWN)
    return (time.perf_counter() - started) * 1000
