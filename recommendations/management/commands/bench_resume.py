"""Check that publishing survives a killed worker, on members created in an otherwise empty site."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from recommendations.benchmark.publishing import create_members, differing_rows, new_version_of_active
from recommendations.models import MemberRecommendations, ModelVersion
from recommendations.publishing.publish import plan, publish
from recommendations.serving import recommend_for

WORKER = ("publish", "--processes", "1")
POLL_SECONDS = 0.05
PATIENCE_SECONDS = 600


@dataclass
class Watch:
    """Recommendations a member gets meanwhile: counts by (source, version), and the slowest response in ms."""

    member: User
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    slowest: float = 0.0

    def look(self) -> None:
        started = time.perf_counter()
        recommendations = recommend_for(self.member, 20)
        self.slowest = max(self.slowest, (time.perf_counter() - started) * 1000)
        self.counts[recommendations.source if recommendations.items else "nothing", recommendations.model] += 1
        time.sleep(POLL_SECONDS)


class Command(BaseCommand):
    help = "Publish with several workers, kill one, and check that no rows are lost or duplicated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=4000)
        parser.add_argument("--length", type=int, default=90, help="typical number of titles on a list")
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *, members: int, length: int, workers: int, **options: Any) -> None:
        user_ids = create_members(members, length)
        undisturbed, recommender = new_version_of_active()
        publish(undisturbed, recommender)
        version, _ = new_version_of_active()
        plan(version)
        shards = version.shards.count()
        watch = Watch(User.objects.get(pk=user_ids[0]))

        running = [self._worker() for _ in range(workers)]
        self._watch_until(watch, lambda: version.shards.count() <= shards * 2 // 3)
        running[0].kill()
        remaining = version.shards.count()
        self.stdout.write(f"killed one of {workers} workers with {remaining} of {shards} shards left")
        started = time.perf_counter()
        self._watch_until(watch, lambda: all(worker.poll() is not None for worker in running))
        self.stdout.write(f"publishing finished on its own {time.perf_counter() - started:.1f} s later")
        self._check(version, undisturbed, watch)

    def _worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *WORKER]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def _watch_until(self, watch: Watch, is_reached: Any) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_reached():
            watch.look()
            if time.monotonic() > deadline:
                raise CommandError(f"publishing made no progress: {dict(watch.counts)}")

    def _check(self, version: ModelVersion, undisturbed: ModelVersion, watch: Watch) -> None:
        served = ", ".join(f"{model} from the {source} {n}×" for (source, model), n in watch.counts.items())
        self.stdout.write(f"served in the meantime: {served}; slowest: {watch.slowest:.0f} ms")
        rows = MemberRecommendations.objects.filter(version=version)
        differing = differing_rows(version, undisturbed)
        self.stdout.write(
            f"{rows.count():,} rows of {rows.values('user').distinct().count():,} members; {differing} rows differ "
            "from "
            "those of an undisturbed publication"
        )
        tables_only = {source for source, _ in watch.counts} == {"table"}
        if differing or not tables_only or ModelVersion.active() != version:
            raise CommandError("rows were lost, duplicated or changed after the worker was killed")
        self.stdout.write("no rows lost, duplicated or changed; every list came from the table")
