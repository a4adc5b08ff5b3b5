"""Source precedence by field. The result doesn't depend on the order of imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anirec.lib.partial_dates import PartialDate
from catalog.models import Title

if TYPE_CHECKING:  # keeps the readers' large libraries out of the admin
    from catalog.importing.parsers.base import SourceTitle

STAFF = "staff"  # edited in the admin
BEST_FIRST = (STAFF, "jikan", "mal-2020", "anilist", "offline-database", "synopses", "sample")
FRESHEST_FIRST = (STAFF, "jikan", "anilist", "offline-database", "mal-2020", "synopses", "sample")
# MyAnimeList's community first: Jikan, MAL 2020 and, rounded, the sample. The others count other people.
SAME_COMMUNITY_FIRST = (STAFF, "jikan", "mal-2020", "sample", "anilist", "offline-database", "synopses")
ORDERS: dict[str, tuple[str, ...]] = {
    "status": FRESHEST_FIRST,
    "episodes": FRESHEST_FIRST,
    "started_on": FRESHEST_FIRST,
    "ended_on": FRESHEST_FIRST,
    "name_english": FRESHEST_FIRST,
    "score": SAME_COMMUNITY_FIRST,
    "scored_by": SAME_COMMUNITY_FIRST,
    "members": SAME_COMMUNITY_FIRST,
    "synopsis": (STAFF, "jikan", "anilist", "synopses", "offline-database", "mal-2020", "sample"),
    # Jikan's file has whole minutes, and no length for films.
    "episode_seconds": (STAFF, "mal-2020", "anilist", "jikan", "offline-database", "synopses", "sample"),
}
FIELDS = (
    "name", "name_english", "name_native", "synopsis", "format", "status", "episodes", "episode_seconds", "started_on",
    "ended_on", "season", "season_year", "source_material", "age_rating", "is_adult", "score", "scored_by", "members",
    "cover_url", "score_counts", "broadcast_day", "broadcast_time", "next_airing_at", "next_episode",
)  # fmt: skip


def may_write(field: str, source: str, owner: str | None) -> bool:
    """Return whether `source` may overwrite a field set by `owner` (None: unset)."""
    order = ORDERS.get(field, BEST_FIRST)
    return owner is None or order.index(source) <= order.index(owner)


def merge_fields(title: Title, row: SourceTitle) -> bool:
    """Copy fields with precedence from `row` to `title`. Return whether anything changed."""
    changed = False
    for field in FIELDS:
        value = getattr(row, field)
        if value is None or not _may_replace(title, field, value, row.source):
            continue
        changed |= getattr(title, field) != value or title.field_sources.get(field) != row.source
        setattr(title, field, value)
        title.field_sources[field] = row.source
    return changed


def _may_replace(title: Title, field: str, value: Any, source: str) -> bool:
    current, owner = getattr(title, field), title.field_sources.get(field)
    if owner in (source, None) or STAFF in (source, owner):
        return may_write(field, source, owner)
    if field == "is_adult" and current != value:
        return bool(value)  # any source can mark a title as adult
    if isinstance(value, PartialDate) and isinstance(current, PartialDate) and value != current:
        if str(value).startswith(str(current)):
            return True  # the same date, more precise
        if str(current).startswith(str(value)):
            return False
    return may_write(field, source, owner)
