"""Episodes that have aired since a member's progress, of what they are watching."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import EntryStatus, HiddenTitle, ListEntry, User
from catalog.airing.schedule import WEEK, schedule_of
from catalog.models import Broadcast, Title

MOST_LISTED = 3  # episodes of a title


@dataclass(frozen=True)
class MissedEpisode:
    number: int
    at: datetime


@dataclass(frozen=True)
class MissedTitle:
    """A title's episodes since the member's progress, newest first. n: of all; `episodes` has the last ones."""

    title: Title
    progress: int
    n: int
    episodes: list[MissedEpisode]
    since: datetime  # when the first of all aired

    @property
    def next_episode(self) -> int:
        return self.progress + 1

    @property
    def n_more(self) -> int:
        return self.n - len(self.episodes)


def missed_titles(member: User, now: datetime | None = None) -> list[MissedTitle]:
    """Return the titles with missed episodes, those of the last episode first. Numbers must be known."""
    now = now or timezone.now()
    hidden = HiddenTitle.objects.filter(user=member).values("title")
    entries = ListEntry.objects.own(member).filter(status=EntryStatus.WATCHING).exclude(title__in=hidden)
    titles = Prefetch("title", Title.objects.for_airing())
    watched = list(entries.prefetch_related(titles).only("title_id", "progress"))
    recorded: dict[int, dict[int, datetime]] = defaultdict(dict)
    rows = Broadcast.objects.filter(title__in=[one.title_id for one in watched], at__lte=now, number__isnull=False)
    for row in rows:
        recorded[row.title_id][row.number or 0] = row.at
    found = [_missed(entry, recorded[entry.title_id], now) for entry in watched]
    return sorted(filter(None, found), key=lambda one: (one.episodes[0].at, one.title.pk), reverse=True)


def _missed(entry: ListEntry, recorded: Mapping[int, datetime], now: datetime) -> MissedTitle | None:
    schedule = schedule_of(entry.title)
    known = [(at, number) for number, at in recorded.items()]
    if schedule and (latest := schedule.latest(now)):
        known.append(latest)
    if not known:
        return None
    last_at, last = max(known, key=lambda one: one[1])
    first = entry.progress + 1
    if last < first:
        return None

    def at(number: int) -> datetime:
        return recorded.get(number) or last_at - (last - number) * WEEK

    numbers = range(last, max(first, last - MOST_LISTED + 1) - 1, -1)
    episodes = [MissedEpisode(number, at(number)) for number in numbers]
    return MissedTitle(entry.title, entry.progress, last - entry.progress, episodes, at(first))
