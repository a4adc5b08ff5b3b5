"""The titles that the rehearsed sources know, and what happens to them in a week. All names are made up and say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from catalog.airing.seasons import Season
from catalog.models.titles import Status

FIRST_ID = 900_001
MOVED_ID = 950_001  # where ids go that change
N_FINISHED, N_AIRING, N_UPCOMING, N_ANNOUNCED = 300, 60, 40, 25
DAY = timedelta(days=1)
SLOTS = ((22, 30), (23, 0), (23, 30), (0, 0), (1, 5))


@dataclass(frozen=True)
class WorldTitle:
    """weekday: ISO number, at `hour:minute` in Japan. id: at MyAnimeList; other sources' ids follow from it."""

    id: int
    name: str
    season: Season
    status: Status
    start: datetime
    weekday: int
    hour: int
    minute: int
    episodes: int | None = 12
    score: float = 7.0
    members: int = 1000

    @property
    def anilist_id(self) -> int:
        return self._other_id + 100_000

    @property
    def kitsu_id(self) -> int:
        return self._other_id + 200_000

    @property
    def anidb_id(self) -> int:
        return self._other_id + 300_000

    @property
    def _other_id(self) -> int:
        """Return the number that ids at other sources follow from; it survives a change of MyAnimeList's id."""
        return self.id if self.id < MOVED_ID else self.id - MOVED_ID + FIRST_ID


@dataclass(frozen=True)
class Change:
    """Something that happens to the titles with these ids. is_slot: to their air times, which not all sources know."""

    name: str
    at: datetime
    apply: Callable[[dict[int, WorldTitle]], None]
    ids: tuple[int, ...]
    is_slot: bool = False


class World:
    """All titles as of any moment of the week that begins at `start`.

    has_new_ids: MyAnimeList's ids of two titles change, which shows where a source knows their other ids.
    """

    def __init__(self, start: datetime, *, has_new_ids: bool = False) -> None:
        self.start, self.has_new_ids = start, has_new_ids
        self.season = Season.at(start.date())
        self.base = {title.id: title for title in _first_titles(self.season)}
        self.changes = sorted(self._changes(), key=lambda change: change.at)

    def at(self, moment: datetime) -> dict[int, WorldTitle]:
        """Return the titles by id, as they are at `moment`."""
        titles = dict(self.base)
        for change in self.changes:
            if change.at <= moment:
                change.apply(titles)
        return titles

    def _changes(self) -> Iterator[Change]:
        airing = [title.id for title in self.base.values() if title.status == Status.AIRING]
        upcoming = [title.id for title in self.base.values() if title.status == Status.UPCOMING]
        first_new = max(self.base) + 1
        new = [_new_title(first_new + place, self.season.next) for place in range(N_ANNOUNCED)]
        yield self._change("3 titles are announced", 0.6, _adding(new[:3]), [title.id for title in new[:3]])
        yield self._change("next season is announced", 1.4, _adding(new[3:]), [title.id for title in new[3:]])
        moved = airing[:10]
        yield replace(self._change("10 air times move", 2.3, _changing(moved, _moved), moved), is_slot=True)
        yield self._change("a title is renamed", 3.5, _changing(upcoming[:1], _renamed), upcoming[:1])
        yield self._change("4 titles begin", 4.2, _changing(upcoming[1:5], self._begun), upcoming[1:5])
        yield self._change("2 titles end", 4.8, _changing(airing[10:12], _ended), airing[10:12])
        yield self._change("3 titles are postponed", 4.5, _changing(upcoming[5:8], _postponed), upcoming[5:8])
        if self.has_new_ids:
            renumbered = upcoming[8:10]
            new_ids = [pk - FIRST_ID + MOVED_ID for pk in renumbered]
            yield self._change("2 ids change", 3.8, _renumbering(renumbered), new_ids)
        yield self._change("episode counts are known", 5.1, _changing(airing[12:15], _counted), airing[12:15])

    def _begun(self, title: WorldTitle) -> WorldTitle:
        return replace(title, status=Status.AIRING, start=self.start)

    def _change(self, name: str, days: float, apply: Callable[[dict[int, WorldTitle]], None], ids: list[int]) -> Change:
        return Change(name, self.start + days * DAY, apply, tuple(ids))


def _first_titles(season: Season) -> Iterator[WorldTitle]:
    random = Random(7)
    groups = [(Status.FINISHED, N_FINISHED), (Status.AIRING, N_AIRING), (Status.UPCOMING, N_UPCOMING)]
    number = FIRST_ID
    for status, n in groups:
        for _ in range(n):
            yield _title(number, _season_of(status, season, random), status, random)
            number += 1


def _season_of(status: Status, season: Season, random: Random) -> Season:
    offset = {Status.FINISHED: -random.randint(2, 60), Status.AIRING: 0}.get(status, 1)
    return Season(season.number + offset)


def _title(number: int, season: Season, status: Status, random: Random) -> WorldTitle:
    hour, minute = random.choice(SLOTS)
    weekday = random.randint(1, 7)
    first = datetime(season.year, season.first_day.month, 1, tzinfo=UTC)
    return WorldTitle(
        id=number, name=f"Rehearsal Title {number - FIRST_ID + 1}", season=season, status=status,
        start=first + timedelta(days=(weekday - first.isoweekday()) % 7), weekday=weekday, hour=hour, minute=minute,
        episodes=None if status == Status.AIRING and number % 4 == 0 else 12,
        score=round(random.uniform(5, 9), 2), members=int(10 ** random.uniform(2, 5.5)),
    )  # fmt: skip


def _new_title(number: int, season: Season) -> WorldTitle:
    return _title(number, season, Status.UPCOMING, Random(number))


def _adding(titles: list[WorldTitle]) -> Callable[[dict[int, WorldTitle]], None]:
    return lambda world: world.update({title.id: title for title in titles})


def _changing(ids: list[int], change: Callable[[WorldTitle], WorldTitle]) -> Callable[[dict[int, WorldTitle]], None]:
    return lambda world: world.update({pk: change(world[pk]) for pk in ids})


def _moved(title: WorldTitle) -> WorldTitle:
    return replace(title, weekday=title.weekday % 7 + 1, hour=21, minute=15)


def _renamed(title: WorldTitle) -> WorldTitle:
    return replace(title, name=f"{title.name}: Renamed")


def _renumbering(ids: list[int]) -> Callable[[dict[int, WorldTitle]], None]:
    def apply(world: dict[int, WorldTitle]) -> None:
        for pk in ids:
            new = pk - FIRST_ID + MOVED_ID
            world[new] = replace(world.pop(pk), id=new)

    return apply


def _postponed(title: WorldTitle) -> WorldTitle:
    return replace(title, season=title.season.next, start=title.start + timedelta(days=91))


def _ended(title: WorldTitle) -> WorldTitle:
    return replace(title, status=Status.FINISHED, episodes=12)


def _counted(title: WorldTitle) -> WorldTitle:
    return replace(title, episodes=24)
