"""`python -m anirec.bench.sources`: live simulated weeks with sources that change, refuse, fail and come back.

Uses its own site (DATA_DIR/bench-sources) and a server of its own for the sources. The server counts every request, and
the run fails if one is against a service's manners, if a change takes a day to be seen, or if anything is lost.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import django

from anirec.bench.speeds import manage, provide_own_services, step
from anirec.start.embedded import BASE_DIR, data_dir

if TYPE_CHECKING:
    from anirec.rehearsal.server import Fault, RehearsalServer
    from anirec.rehearsal.world import World

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
START = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0) - WEEK  # records age in real time
TARGET_HOURS = 24
API_SOURCES = "myanimelist,offline-database,jikan,anilist,kitsu,shikimori,anidb,id-map"


@dataclass(frozen=True)
class Scenario:
    """faults: (service, kind, first day, last day). halved: day on which all limits are halved, or None."""

    name: str
    sources: str
    has_slots: bool = True
    has_new_ids: bool = False
    kills: int = 0
    faults: tuple[tuple[str, str, float, float], ...] = ()
    halved: float | None = None


SCENARIOS = (
    Scenario("MyAnimeList alone, worker killed 5 times", "myanimelist", kills=5, faults=(("mal", "broken", 2, 2.1),)),
    Scenario("offline database alone", "offline-database", has_slots=False, has_new_ids=True, kills=1),
    Scenario(
        "all sources; MyAnimeList down for 3 days, then limits halved", API_SOURCES,
        faults=(("mal", "down", 1, 4), ("anilist", "refuse", 2, 3), ("jikan", "stale", 4, 5)), halved=4,
    ),
)  # fmt: skip


@dataclass
class Result:
    seconds: float = 0
    kills: int = 0
    hours: dict[str, float] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def main() -> None:
    os.chdir(BASE_DIR)
    provide_own_services("bench-sources")
    os.environ["DJANGO_SETTINGS_MODULE"] = "anirec.settings"
    django.setup()
    manage("migrate", "--verbosity", "0")
    has_failed = False
    for scenario in SCENARIOS:
        step(scenario.name)
        result, server = _run(scenario)
        _print(scenario, result, server)
        has_failed |= bool(result.problems)
    sys.exit(has_failed)


def _run(scenario: Scenario) -> tuple[Result, RehearsalServer]:
    from anirec.rehearsal.manners import TOLERANCES
    from anirec.rehearsal.server import RehearsalServer, Services
    from anirec.rehearsal.world import World
    from catalog.sources.clock import RehearsalClock

    folder = data_dir()
    sightings = folder / "sightings.jsonl"
    sightings.unlink(missing_ok=True)
    clock = RehearsalClock(folder / "clock")
    clock.set(START)
    manage("flush", "--no-input", "--verbosity", "0")
    _forget_budgets()
    world = World(START, has_new_ids=scenario.has_new_ids)
    services = Services(world, clock, _faults(scenario))
    if scenario.halved is not None:
        services.ledger.halved_from = dict.fromkeys(TOLERANCES, START + scenario.halved * DAY)
    result, began = Result(), time.monotonic()
    with RehearsalServer(services) as server:
        _live(scenario, server, sightings, result)
    result.seconds = time.monotonic() - began
    _judge(scenario, world, server, sightings, result)
    return result, server


def _faults(scenario: Scenario) -> list[Fault]:
    from anirec.rehearsal.server import Fault

    return [
        Fault(service, kind, START + first * DAY, START + last * DAY) for service, kind, first, last in scenario.faults
    ]


def _forget_budgets() -> None:
    import redis

    redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()


def _live(scenario: Scenario, server: RehearsalServer, sightings: Path, result: Result) -> None:
    """Run the worker until the week is over. Kill it at moments of its work: while it waits, asks and imports."""
    random = Random(3)
    command = [sys.executable, "-m", "anirec.rehearsal.worker", "--start", START.isoformat(), "--until",
               (START + WEEK).isoformat(), "--sightings", str(sightings)]  # fmt: skip
    command += ["--slots"] if scenario.has_slots else []
    command += ["--new-ids"] if scenario.has_new_ids else []
    environment = {**os.environ, **server.environment(), "SOURCES": scenario.sources}
    while True:
        worker = subprocess.Popen(command, env=environment)
        if result.kills < scenario.kills:
            _wait_for_requests(server, random.randint(2, 50), worker)
            time.sleep(random.uniform(0, 0.3))
            worker.send_signal(signal.SIGKILL)
            result.kills += 1
        if worker.wait() == 0:
            return
        if worker.returncode != -signal.SIGKILL:
            sys.exit("anirec: the rehearsal's worker failed.")


def _wait_for_requests(server: RehearsalServer, n: int, worker: subprocess.Popen[bytes]) -> None:
    until = server.services.ledger.n_requests.total() + n
    while server.services.ledger.n_requests.total() < until and worker.poll() is None:
        time.sleep(0.005)


def _judge(scenario: Scenario, world: World, server: RehearsalServer, sightings: Path, result: Result) -> None:
    from anirec.rehearsal.comparison import differences
    from catalog.models import Title

    lines = [json.loads(line) for line in sightings.read_text().splitlines()]
    result.hours = {line["change"]: line["hours"] for line in lines}
    wanted = [change.name for change in world.changes if scenario.has_slots or not change.is_slot]
    result.problems += [f"never seen: {name}" for name in wanted if name not in result.hours]
    result.problems += [f"seen late: {name}" for name, hours in result.hours.items() if hours >= TARGET_HOURS]
    titles = world.at(START + WEEK).values()
    result.problems += differences(titles, has_slots=scenario.has_slots)
    n = Title.objects.count()
    result.problems += [f"{n} titles instead of {len(titles)}"] if n != len(titles) else []
    ledger = server.services.ledger
    result.problems += ledger.violations
    for service, repeated in ledger.n_repeated.items():
        if repeated > result.kills:
            result.problems.append(f"{service}: {repeated} questions were repeated for nothing")


def _print(scenario: Scenario, result: Result, server: RehearsalServer) -> None:
    ledger = server.services.ledger
    print(f"{result.seconds:.0f} s; killed {result.kills} times")
    for change, hours in result.hours.items():
        print(f"  {change:<34} seen after {hours:5.1f} h")
    requests: Counter[str] = ledger.n_requests
    for service in sorted(requests):
        print(
            f"  {service:<12} {requests[service]:>5} requests, {ledger.n_unchanged[service]:>3} unchanged, "
            f"{ledger.n_repeated[service]} repeated, at most {ledger.n_peak[service]} a minute"
        )
    for problem in result.problems[:20]:
        print(f"  PROBLEM {problem}")
    print(f"  problems: {len(result.problems)}")


if __name__ == "__main__":
    main()
