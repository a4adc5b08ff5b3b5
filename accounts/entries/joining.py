"""Join two entries of a member that turn out to be of the same work."""

from __future__ import annotations

from accounts.models import EntryValues, ListEntry, Visibility
from accounts.models.entries import LONGEST_NOTES, MOST_DATES, MOST_TAGS


def join_entries(kept: ListEntry, dropped: EntryValues) -> None:
    """Save in `kept` what a member's entry for the same work has beyond it. The entry that changed last decides.

    Callers change the lists' versions: see `writing.mark_lists_changed`.
    """
    newer, older = sorted((kept, dropped), key=lambda entry: (entry.updated_at, entry.pk or 0), reverse=True)
    dates = {date for date in (*newer.rewatched_on, *older.rewatched_on) if date}
    starts, ends = (
        [date for date in (getattr(newer, name), getattr(older, name)) if date]
        for name in ("started_on", "finished_on")
    )
    strictest_first = [str(value) for value in reversed(Visibility)]
    notes = dict.fromkeys(note for note in (newer.notes, older.notes) if note)
    ListEntry.objects.filter(pk=kept.pk).update(
        status=newer.status,
        score=newer.score or older.score,
        progress=max(newer.progress, older.progress),
        volumes=max(newer.volumes, older.volumes),
        started_on=min(starts, default=None),
        finished_on=max(ends, default=None),
        rewatches=max(newer.rewatches, older.rewatches),
        rewatched_on=sorted(dates)[:MOST_DATES],
        tags=list({tag.casefold(): tag for tag in [*older.tags, *newer.tags]}.values())[-MOST_TAGS:],
        notes="\n\n".join(notes)[:LONGEST_NOTES],
        visibility=min(newer.visibility, older.visibility, key=strictest_first.index),
        is_removed=newer.is_removed or older.is_removed,
        created_at=min(newer.created_at, older.created_at),
        updated_at=newer.updated_at,
    )
