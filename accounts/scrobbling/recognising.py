"""Find the title of a finished episode. If it isn't certain, it isn't recognised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from accounts.models import User
from accounts.scrobbling.players import Watched
from catalog.franchises.watch_order import Link, Role, Step, watch_order
from catalog.models import Relation, Title, TitleName
from catalog.models.titles import Format, Medium
from catalog.search.keys import search_key
from catalog.search.shorthand import LATER_HALF, SERIES, season_in
from catalog.title_page.queries import title_detail
from catalog.titles.matching import owners_of

SHORT_SERIES = 30  # episodes; a finished series with fewer ran for two years at most


class Found(NamedTuple):
    """A title, and the episode's number in it."""

    title: Title
    episode: int


def recognise(user: User, watched: Watched) -> Found | None:
    """Return the title by the player's IDs, else by its exact name, with the episode; None if either is unclear."""
    title = _by_ids(user, watched) or _by_name(user, watched)
    if title is None:
        return None
    if watched.season is None or watched.episode is None:
        found = Found(title, 1) if title.format == Format.MOVIE else None
    elif watched.season == 1:
        found = _in_first_season(user, title, watched.episode)
    else:
        found = _in_later_season(user, title, watched.season, watched.episode)
    return found if found and _aired_in(found.title, watched.year) else None


def continue_from(user: User, title: Title, episode: int) -> Found | None:
    """Return the episode of a title, or of the later halves of its season ("part 2"), if it has so many."""
    return _counted_on(_with_halves(_Story(user, title).series), episode)


class _Story:
    """A title and the series that continue it, in watch order: only itself where a part has two sequels."""

    def __init__(self, user: User, title: Title) -> None:
        detail = title_detail(title.pk, user)
        steps = watch_order(detail.franchise, detail.links)
        pairs = _sequels(detail.links, [step.title.pk for step in steps])
        self.is_first = all(later != title.pk for _earlier, later in pairs)
        after = _after(title.pk, pairs)
        following = [step.title for step in steps if step.title.pk in after and _is_season(step)]
        self.series = [title, *following] if _is_one_line(pairs, {part.pk for part in following}) else [title]


def _sequels(links: Collection[Link], order: Sequence[int]) -> list[tuple[int, int]]:
    """Return (earlier, later) for every sequel that was released after the part it continues, in order of release."""
    pairs = {(one, other) for one, other, kind in links if kind == Relation.Kind.SEQUEL}
    pairs |= {(other, one) for one, other, kind in links if kind == Relation.Kind.PREQUEL}
    place = {pk: place for place, pk in enumerate(order)}
    known = [pair for pair in pairs if place.keys() >= set(pair) and place[pair[0]] < place[pair[1]]]
    return sorted(known, key=lambda pair: (place[pair[1]], place[pair[0]]))


def _after(title_id: int, pairs: Iterable[tuple[int, int]]) -> set[int]:
    """Return the parts that continue a title without a gap in between. pairs: in order of release."""
    after = {title_id}
    for earlier, later in pairs:
        if earlier in after:
            after.add(later)
    return after - {title_id}


def _is_season(step: Step) -> bool:
    return step.role == Role.MAIN and step.title.format in SERIES


def _is_one_line(pairs: Iterable[tuple[int, int]], series: Collection[int]) -> bool:
    counts = Counter(earlier for earlier, later in pairs if later in series)
    return all(n == 1 for n in counts.values())


def _by_ids(user: User, watched: Watched) -> Title | None:
    """Return the title that all known IDs name."""
    title_ids = set(owners_of(watched.ids.items()).values())
    return Title.objects.visible_to(user).filter(pk__in=title_ids).first() if len(title_ids) == 1 else None


def _by_name(user: User, watched: Watched) -> Title | None:
    """Return the only film, or the only series, of this name."""
    anime = Title.objects.visible_to(user).filter(medium=Medium.ANIME).order_by()
    names = TitleName.objects.filter(key=search_key(watched.name), title__in=anime).select_related("title")
    titles = {name.title for name in names if (name.title.format == Format.MOVIE) == watched.is_film}
    return titles.pop() if len(titles) == 1 else None


def _in_first_season(user: User, title: Title, episode: int) -> Found | None:
    if _has(title, episode):
        return Found(title, episode)
    story = _Story(user, title)
    return _counted_on(story.series if story.is_first else _with_halves(story.series), episode)


def _in_later_season(user: User, title: Title, season: int, episode: int) -> Found | None:
    story = _Story(user, title)
    if not story.is_first:  # an ID or a name of the season itself
        return _counted_on(_with_halves(story.series), episode) if season in _numbers(title) else None
    seasons = [part for part in story.series if not _is_half(part)]
    found = [part for part in seasons if season in _numbers(part)]
    if not any(map(_numbers, seasons)) and len(seasons) == season == 2:
        found = seasons[1:]
    if len(found) != 1:
        return None
    return _counted_on(_with_halves(story.series[story.series.index(found[0]) :]), episode)


def _with_halves(series: Sequence[Title]) -> list[Title]:
    """Return the first of the series, and the later halves of its season that follow it."""
    end = next((place for place, part in enumerate(series) if place and not _is_half(part)), len(series))
    return list(series[:end])


def _counted_on(parts: Sequence[Title], episode: int) -> Found | None:
    """Return the part with the episode, counted through the parts, if the lengths of those before are known."""
    for part in parts:
        if _has(part, episode):
            return Found(part, episode) if part.episodes or part is parts[-1] else None
        episode -= part.episodes or 0
    return None


def _has(title: Title, episode: int) -> bool:
    return title.episodes is None or 1 <= episode <= title.episodes


def _aired_in(title: Title, year: int | None) -> bool:
    """Return whether the title can have aired in a year, so that a remake of the same name isn't taken for it."""
    start, end = title.year, title.ended_on.year if title.ended_on else None
    if year is None or start is None:
        return True
    if end is None and title.episodes and title.episodes <= SHORT_SERIES:
        end = start + 2
    return start - 1 <= year and (end is None or year <= end + 1)


def _keys(title: Title) -> list[str]:
    return [search_key(name) for name in (title.name, title.name_english) if name]


def _is_half(title: Title) -> bool:
    return any(LATER_HALF.search(key) for key in _keys(title))


def _numbers(title: Title) -> set[int]:
    """Return the numbers of seasons that the title's names end with."""
    return {season[1] for key in _keys(title) if (season := season_in(key))}
