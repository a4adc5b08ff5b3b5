"""Air times, from the broadcast weekday and hour in Japan or from the next episode's known time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db.models import Q

from catalog.models import Title
from catalog.models.titles import Medium, Status, TitleQuerySet
from catalog.versioning import catalogue_version
from catalog.viewers import Viewer

JAPAN = ZoneInfo("Asia/Tokyo")
WEEK = timedelta(weeks=1)
COUR = 13  # weekly episodes assumed after the next one of a series of unknown length
SAMPLE = "sample"
DAY = 86_400  # seconds
FOLLOWED = ("watching", "planned")


@dataclass(frozen=True)
class Airing:
    """One airing of an episode. `episode`: its number, if known."""

    at: datetime
    title: Title
    episode: int | None


@dataclass(frozen=True)
class Schedule:
    """A weekly schedule, starting at `first`."""

    first: datetime
    episode: int | None  # number of the first episode
    last: datetime | None  # None: open-ended

    def between(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, int | None]]:
        """Yield (time, number) of the episodes from `since` up to `until`."""
        weeks = max(0, -((self.first - since) // WEEK))
        at = self.first + weeks * WEEK
        while at < until and (self.last is None or at <= self.last):
            if at >= since:
                yield at, None if self.episode is None else self.episode + weeks
            at, weeks = at + WEEK, weeks + 1

    def time_of(self, episode: int) -> datetime | None:
        """Return when an episode airs, None if its number isn't among those to come."""
        if self.episode is None or episode < self.episode:
            return None
        return self.first + (episode - self.episode) * WEEK

    def latest(self, now: datetime) -> tuple[datetime, int] | None:
        """Return (time, number) of the last numbered episode that has aired, None if unknown or none has."""
        weeks = (now - self.first) // WEEK  # -1: the one before the first known
        if self.last is not None:
            weeks = min(weeks, (self.last - self.first) // WEEK)
        if self.episode is None or self.episode + weeks < 1:
            return None
        return self.first + weeks * WEEK, self.episode + weeks


def schedule_of(title: Title) -> Schedule | None:
    """Return the title's schedule, or None if it's neither airing nor upcoming, or has no known time."""
    if title.status not in (Status.AIRING, Status.UPCOMING):
        return None
    if title.next_airing_at:
        episode = title.next_episode or None
        remaining = title.episodes - episode if title.episodes and episode else COUR
        return Schedule(title.next_airing_at, episode, title.next_airing_at + max(0, remaining) * WEEK)
    if title.broadcast_day is None or title.broadcast_time is None:
        return None
    start = _day(title.started_on)
    if start is None:
        return Schedule(_on_weekday(date(2000, 1, 1), title), None, None) if title.status == Status.AIRING else None
    first = _on_weekday(start, title)
    end = _day(title.ended_on)
    if title.episodes:
        return Schedule(first, 1, first + (title.episodes - 1) * WEEK)
    return Schedule(first, None, datetime.combine(end, time.max, JAPAN) if end else None)


def _day(partial: object) -> date | None:
    """Return the date if its day is known."""
    text = str(partial or "")
    return date.fromisoformat(text) if len(text) == 10 else None


def _on_weekday(day: date, title: Title) -> datetime:
    """Return the first broadcast on or after `day`, both in Japan time."""
    assert title.broadcast_day is not None
    assert title.broadcast_time is not None
    on = day + timedelta(days=(title.broadcast_day - day.isoweekday()) % 7)
    return datetime.combine(on, title.broadcast_time, JAPAN).astimezone(UTC)


def has_schedule() -> Q:
    """Return the condition for airing and upcoming titles with a known time."""
    has_time = Q(next_airing_at__isnull=False) | Q(broadcast_time__isnull=False)
    return has_time & Q(medium=Medium.ANIME, status__in=[Status.AIRING, Status.UPCOMING])


def on_air(viewer: Viewer, *, only_mine: bool = False) -> TitleQuerySet:
    """Return airing and upcoming titles visible to `viewer`; with `only_mine`, those watched or planned, not hidden."""
    titles = Title.objects.visible_to(viewer).for_airing().filter(has_schedule())
    if only_mine and viewer is not None and viewer.is_authenticated:
        titles = titles.filter(entries__user=viewer.pk, entries__status__in=FOLLOWED)
        titles = titles.exclude(pk__in=viewer.hidden.values("title"))
    return titles


def airings(titles: Iterable[Title], since: datetime, until: datetime) -> list[Airing]:
    """List the airings from `since` up to `until`, by time."""
    episodes = [
        Airing(at, title, episode)
        for title in titles
        if (schedule := schedule_of(title))
        for at, episode in schedule.between(since, until)
    ]
    return sorted(episodes, key=lambda airing: (airing.at, -airing.title.popularity, airing.title.pk))


def next_airing(title: Title, now: datetime) -> Airing | None:
    """Return the next airing within two weeks, or None."""
    return next(iter(airings([title], now, now + 2 * WEEK)), None)


def has_sample_times() -> bool:
    """Return whether the air times are those of the sample, whose dates are moved to the present."""

    def read() -> bool:
        titles = Title.objects.filter(broadcast_time__isnull=False).exclude(status=Status.FINISHED)
        return titles.exists() and not titles.exclude(field_sources__broadcast_time=SAMPLE).exists()

    return bool(cache.get_or_set(f"catalog:sample-times:{catalogue_version()}", read, DAY))


def week_of(day: date, zone: ZoneInfo) -> list[tuple[date, datetime, datetime]]:
    """Return (day, start, end) of seven days in `zone`. Days with a clock change have 23 or 25 hours."""
    days = [day + timedelta(days=number) for number in range(8)]
    starts = [datetime.combine(one, time.min, zone).astimezone(UTC) for one in days]
    return [(days[number], starts[number], starts[number + 1]) for number in range(7)]
