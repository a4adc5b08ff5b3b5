"""Which source's value a field has, by order of trust and, for what changes with time, by date.

The choice depends on the values alone: never on the order of imports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from anirec.lib.partial_dates import PartialDate

STAFF = "staff"  # edited in the admin
NO_SOURCE = ""  # a value from before sources were recorded: any source's is better
PAGES = ("myanimelist-page", "anidb-page", "anisearch-page", "livechart-page")
BEST_FIRST = (
    STAFF, "myanimelist", "jikan", "mal-2020", "mal-manga", "relations", "myanimelist-page", "anilist", "kitsu",
    "shikimori", "anidb", "anidb-page", "anisearch-page", "livechart-page", "offline-database", "id-map", "synopses",
    "sample",
)  # fmt: skip


def _order(*first: str) -> dict[str, int]:
    """Return the place of each source: `first`, then the others as in BEST_FIRST."""
    names = (STAFF, *first, *(name for name in BEST_FIRST if name not in (STAFF, *first)), NO_SOURCE)
    return {name: place for place, name in enumerate(names)}


DEFAULT = _order()
FRESHEST_FIRST = _order("myanimelist", "jikan", "myanimelist-page", "anilist", "kitsu", "shikimori", "livechart-page",
                        "anidb", "anidb-page", "anisearch-page", "offline-database", "mal-2020")  # fmt: skip
# MyAnimeList's community, under several names; the sample's numbers are MyAnimeList's, rounded.
COMMUNITY = ("myanimelist", "jikan", "myanimelist-page", "shikimori", "mal-2020", "mal-manga", "synopses", "sample")
SAME_COMMUNITY_FIRST = _order(*COMMUNITY)
SOURCES = frozenset(BEST_FIRST)
ORDERS: dict[str, dict[str, int]] = {
    **dict.fromkeys(("status", "episodes", "started_on", "ended_on", "name_english"), FRESHEST_FIRST),
    **dict.fromkeys(("score", "scored_by", "members"), SAME_COMMUNITY_FIRST),
    **dict.fromkeys(("next_airing_at", "next_episode"), _order("anilist", "livechart-page")),
    "synopsis": _order("myanimelist", "jikan", "myanimelist-page", "anilist", "kitsu", "synopses"),
    # MyAnimeList's page shows ten people, AniList's answers more.
    "credits": _order("anilist"),
    # Jikan's file has whole minutes, and no length for films.
    "episode_seconds": _order("myanimelist", "mal-2020", "anilist", "jikan"),
}  # fmt: skip
# A value that is older than another one by this much loses to it, whatever their sources.
AIRING, AUDIENCE, NEXT = timedelta(days=90), timedelta(days=730), timedelta(days=3)
SLOT = timedelta(days=2)  # air times are asked for twice a day: a source that hasn't confirmed them is down
MUCH_OLDER: dict[str, timedelta] = {
    **dict.fromkeys(("status", "episodes", "started_on", "ended_on"), AIRING),
    **dict.fromkeys(("broadcast_day", "broadcast_time"), SLOT),
    **dict.fromkeys(("score", "scored_by", "members"), AUDIENCE),
    **dict.fromkeys(("next_airing_at", "next_episode"), NEXT),
}
OF_ONE_COMMUNITY = frozenset({"score", "scored_by", "members"})  # age counts within a community only
FIELDS = (
    "name", "name_english", "name_native", "synopsis", "format", "status", "episodes", "episode_seconds", "started_on",
    "ended_on", "season", "season_year", "source_material", "age_rating", "is_adult", "score", "scored_by", "members",
    "cover_url", "score_counts", "broadcast_day", "broadcast_time", "next_airing_at", "next_episode",
    "medium", "chapters", "volumes", "serialised_in",
)  # fmt: skip


class UnknownSourceError(ValueError):
    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is not a source: add it to catalog/importing/precedence.py")


@dataclass(frozen=True)
class Candidate:
    """A source's value of a field. as_of: when the source said so; None if unknown."""

    source: str
    value: Any
    as_of: datetime | None = None
    place: str = ""  # decides between two records of one source


def require_source(source: str) -> None:
    """Raise UnknownSourceError for a source without a place in the orders."""
    if source not in SOURCES:
        raise UnknownSourceError(source)


def order_of(field: str) -> Mapping[str, int]:
    return ORDERS.get(field, DEFAULT)


def choose(field: str, candidates: Sequence[Candidate]) -> Candidate:
    """Return the candidate whose value the field has. There must be one."""
    if len(candidates) == 1:
        return candidates[0]
    if field == "is_adult":  # any source can mark a title as adult
        candidates = [one for one in candidates if one.value] or candidates
    order = order_of(field)
    ranked = sorted(_recent(field, candidates), key=lambda one: (order[one.source], -_moment(one), one.place))
    return _most_precise(ranked)


def _recent(field: str, candidates: Sequence[Candidate]) -> Iterable[Candidate]:
    """Leave out values that are much older than another one. Values of unknown age stay."""
    limit = MUCH_OLDER.get(field)
    if limit is None:
        return candidates
    judges = candidates
    if field in OF_ONE_COMMUNITY:
        judges = [one for one in candidates if one.source in COMMUNITY]
    dates = [one.as_of for one in judges if one.as_of]
    if not dates:
        return candidates
    oldest = max(dates) - limit
    return [one for one in candidates if one not in judges or one.as_of is None or one.as_of > oldest]


def _moment(candidate: Candidate) -> float:
    return candidate.as_of.timestamp() if candidate.as_of else 0.0


def _most_precise(ranked: Sequence[Candidate]) -> Candidate:
    """Return the first, or the first that says the same date more precisely."""
    best = ranked[0]
    if isinstance(best.value, PartialDate):
        for other in ranked[1:]:
            if len(str(other.value)) > len(str(best.value)) and str(other.value).startswith(str(best.value)):
                best = other
    return best
