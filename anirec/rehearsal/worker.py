"""`python -m anirec.rehearsal.worker`: refresh the sources as the schedule does, until the rehearsed time is over.

It may be killed and started again at any time: the clock, and what it has seen, are in files.
"""

from __future__ import annotations

import argparse
import json
import logging
from datetime import datetime, timedelta
from pathlib import Path

import django

TICK = timedelta(minutes=10)  # as the schedule


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m anirec.rehearsal.worker")
    parser.add_argument("--start", type=datetime.fromisoformat, required=True)
    parser.add_argument("--until", type=datetime.fromisoformat, required=True)
    parser.add_argument("--sightings", type=Path, required=True, help="file of what was seen when, JSON Lines")
    parser.add_argument("--new-ids", action="store_true")
    parser.add_argument("--slots", action="store_true", help="air times are known to the sources")
    options = parser.parse_args()
    django.setup()
    logging.getLogger("anirec").setLevel(logging.WARNING)
    _live(options)


def _live(options: argparse.Namespace) -> None:
    from anirec.rehearsal.world import World
    from catalog.sources.clock import clock
    from catalog.sources.due import services_to_refresh
    from catalog.sources.refresh import refresh

    world, time = World(options.start, has_new_ids=options.new_ids), clock()
    while time.now() < options.until:
        _keep_list()
        for service in services_to_refresh():
            refresh(service)
        _note_sightings(world, options.sightings, has_slots=options.slots)
        time.sleep(TICK.total_seconds())


def _keep_list() -> None:
    """Put all titles on air on a member's list, once they are known: some sources are asked for those only."""
    from accounts.entries.writing import set_score
    from accounts.models import User
    from catalog.models import Title

    titles = Title.objects.filter(status="airing")
    if titles and not User.objects.exists():
        member = User.objects.create_user("rehearsal", "rehearsal@example.org")
        for title in titles:
            set_score(member, title, 7)


def _note_sightings(world: object, path: Path, *, has_slots: bool) -> None:
    """Write down each change that the site shows for the first time."""
    from anirec.rehearsal.comparison import differences
    from anirec.rehearsal.world import World
    from catalog.sources.clock import clock

    assert isinstance(world, World)
    now = clock().now()
    seen = {json.loads(line)["change"] for line in path.read_text().splitlines()} if path.exists() else set()
    for change in world.changes:
        if change.at > now or change.name in seen or (change.is_slot and not has_slots):
            continue
        titles = world.at(now)
        if not differences([titles[pk] for pk in change.ids], has_slots=has_slots):
            with path.open("a") as stream:
                stream.write(
                    json.dumps({"change": change.name, "hours": (now - change.at) / timedelta(hours=1)}) + "\n"
                )


if __name__ == "__main__":
    main()
