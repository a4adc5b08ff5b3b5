"""Side effects of a member's own changes: status, progress and rewatches follow each other, and dates follow them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from accounts.models import SEEN, EntryStatus, EntryValues
from accounts.models.entries import MOST_DATES
from anirec.lib.partial_dates import PartialDate

MOST_REWATCHES = 32_767  # what the column holds
BEGUN = (EntryStatus.WATCHING, EntryStatus.REWATCHING, EntryStatus.ON_HOLD)


def settle(entry: EntryValues, before: EntryValues, episodes: int | None, given: Collection[str]) -> None:
    """Apply side effects of a change. given: the fields that the change names.

    Progress starts and completes a title, a score completes a planned one, and completing sets the progress. To watch
    again starts with the first episode, and counts when it is completed.
    """
    if "status" not in given:
        entry.status = _status_after(entry, episodes, given)
    if _is_seen_again(entry, before) and "rewatches" not in given and entry.rewatches < MOST_REWATCHES:
        entry.rewatches += 1
    entry.rewatches = max(entry.rewatches, len(entry.rewatched_on))
    if "progress" in given or entry.status == before.status:
        return
    if entry.status == EntryStatus.COMPLETED:  # the member may have seen more than the catalogue knows of
        entry.progress = max(episodes or 0, entry.progress)
    elif entry.status == EntryStatus.REWATCHING and before.status == EntryStatus.COMPLETED:
        entry.progress = 0


def finish_volumes(entry: EntryValues, before: EntryValues, volumes: int | None, given: Collection[str]) -> None:
    """Set the volumes read of what was just completed, or is read again, unless they are given."""
    if "volumes" in given or entry.status == before.status:
        return
    if entry.status == EntryStatus.COMPLETED:
        entry.volumes = max(volumes or 0, entry.volumes)
    elif entry.status == EntryStatus.REWATCHING and before.status == EntryStatus.COMPLETED:
        entry.volumes = 0


def _status_after(entry: EntryValues, episodes: int | None, given: Collection[str]) -> str:
    """Return the status that follows from a change of progress or score."""
    if "progress" in given and entry.progress:
        if entry.progress == episodes:
            return EntryStatus.COMPLETED
        if entry.status == EntryStatus.PLANNED:
            return EntryStatus.WATCHING
    elif "score" in given and entry.score is not None and entry.status == EntryStatus.PLANNED:
        return EntryStatus.COMPLETED
    return entry.status


def set_dates(entry: EntryValues, before: EntryValues, given: Collection[str], today: date) -> None:
    """Set the dates that follow from a change of status or progress made today, unless they are known or given.

    A score says nothing of when a title was seen. The names of the set dates are in `entry.dates_set`.
    """
    if not {"status", "progress"} & set(given):
        return
    day, days = PartialDate.parse(today.isoformat()), dict[str, object]()
    if _is_started(entry, before):
        days["started_on"] = day
    is_due = str(entry.started_on or "") <= str(day)  # a start in the future is odd, but the member's own
    if entry.status == EntryStatus.COMPLETED and before.status not in SEEN and is_due:
        days["finished_on"] = day
    if _is_seen_again(entry, before) and len(entry.rewatched_on) < MOST_DATES:
        days["rewatched_on"] = [*entry.rewatched_on, day]
    for name, value in days.items():
        if name not in given and (name == "rewatched_on" or not getattr(entry, name)):
            setattr(entry, name, value)
            entry.dates_set = (*entry.dates_set, name)
    entry.rewatches = max(entry.rewatches, len(entry.rewatched_on))


def _is_started(entry: EntryValues, before: EntryValues) -> bool:
    """Return whether the first episode was just begun: of a series, or of a film that is completed at once."""
    if before.progress or before.status in SEEN:
        return False
    at_once = entry.status == EntryStatus.COMPLETED and entry.progress == 1
    return entry.status == EntryStatus.WATCHING or at_once


def _is_seen_again(entry: EntryValues, before: EntryValues) -> bool:
    return before.status == EntryStatus.REWATCHING and entry.status == EntryStatus.COMPLETED


def watched_now(entry: EntryValues, before: EntryValues, given: Collection[str]) -> int:
    """Return how many episodes a change says were watched just now, fewer than 0 for a correction.

    To fill in a list isn't to watch: a title added with its episodes, or completed without ever being begun, counts for
    nothing.
    """
    step = entry.progress - before.progress
    is_live = before.status in BEGUN or ("progress" in given and (not before._state.adding or step == 1))
    starts_again = entry.status == EntryStatus.REWATCHING != before.status
    return step if is_live and not starts_again else 0
