"""`python -m anirec.rehearsal.live`: serve the rehearsed sources, and live a week with them in about a minute.

Part of `make run SOURCES=recorded`. After the week it goes on in real time, so that the site can be looked at.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import django

from anirec.lib.parent import exit_with_parent
from anirec.start.part import port
from anirec.start.probe import wait_until_live

WEB_SECONDS = 30
TICK = timedelta(minutes=30)
MINUTE = 60


def main() -> None:
    if launcher := os.environ.get("LAUNCHER_PID"):
        exit_with_parent(int(launcher))
    wait_until_live(port(), WEB_SECONDS)
    django.setup()
    from django.conf import settings

    from anirec.rehearsal.server import Fault, RehearsalServer, Services
    from anirec.rehearsal.world import World
    from catalog.models import SourceDay, SourceState, StoredAnswer
    from catalog.sources.clock import RehearsalClock, clock

    for model in (StoredAnswer, SourceState, SourceDay):  # of an earlier week
        model.objects.all().delete()
    time_of_rehearsal = clock()
    assert isinstance(time_of_rehearsal, RehearsalClock)
    start = time_of_rehearsal.now()
    outage = Fault("mal", "down", start + timedelta(days=2.5), start + timedelta(days=4))
    services = Services(World(start, has_new_ids=True), time_of_rehearsal, [outage])
    with RehearsalServer(services, urlsplit(settings.MAL_API_URL).port or 0):
        _live_a_week(services, start + timedelta(days=7))
        while True:
            time_of_rehearsal.set(datetime.now(UTC))
            time.sleep(MINUTE)


def _live_a_week(services: object, until: datetime) -> None:
    from anirec.rehearsal.server import Services
    from catalog.sources.due import services_to_refresh
    from catalog.sources.refresh import refresh

    assert isinstance(services, Services)
    _say(f"A week with rehearsed sources begins: {services.clock.now():%A, %d %B, %H:%M}.")
    changes = {change.name: change for change in services.world.changes}
    while (now := services.clock.now()) < until:
        for change in [one for one in changes.values() if one.at <= now]:
            _say(f"{change.at:%a %H:%M}  {change.name}")
            del changes[change.name]
        for service in services_to_refresh():
            outcome = refresh(service)
            has_news = outcome.report.created or outcome.report.updated
            if has_news or outcome.stopped:
                news = f"{outcome.report}. " if has_news else ""
                _say(f"{services.clock.now():%a %H:%M}    {service.label}: {news}{outcome.stopped}".rstrip())
        services.clock.sleep(TICK.total_seconds())
    _say(f"The week is over: {services.ledger.n_requests.total()} requests. Look at /season/ and /staff/sources/.")


def _say(text: str) -> None:
    print(f"rehearsal · {text}", flush=True)


if __name__ == "__main__":
    main()
