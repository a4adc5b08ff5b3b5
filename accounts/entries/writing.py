"""The only module that changes members' lists.

Every function runs in one transaction, increments `User.list_version` once, and sends `list_changed` after the commit.
Invalid values raise Django's ValidationError, by field.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Case, Exists, F, Q, When
from django.utils import timezone

from accounts.entries.effects import finish_volumes, set_dates, settle, watched_now
from accounts.entries.history import record
from accounts.entries.joining import join_entries
from accounts.entries.saving import insert_many
from accounts.entries.validation import VALUES, located, plain, validate, validate_changes
from accounts.models import SEEN, EntryStatus, EntryValues, HiddenTitle, ListEntry, User, Visibility
from accounts.signals import entries_changed, list_changed, sight_changed
from anirec.lib.partial_dates import PartialDate
from anirec.lib.time_zones import zone_named
from catalog.models import Title
from catalog.models.titles import EXTRA_MEDIA, Medium

# The score of the quick action "liked". The engine's LIKED is the lowest score that counts as a like.
QUICK_LIKE_SCORE = 9
BLANK = {"score": None, "started_on": None, "finished_on": None, "notes": ""}
MOST_AT_ONCE = 5_000  # entries per bulk change


@dataclass(frozen=True)
class EntryDraft:
    """A list entry for `write_entries`."""

    title_id: int
    status: str
    score: int | None = None
    progress: int = 0
    volumes: int = 0
    started_on: PartialDate | None = None
    finished_on: PartialDate | None = None
    rewatches: int = 0
    notes: str = ""
    visibility: str = Visibility.PUBLIC
    tags: Sequence[str] = ()
    rewatched_on: Sequence[PartialDate] = ()

    @classmethod
    def of(cls, entry: ListEntry) -> EntryDraft:
        return cls(**{name: getattr(entry, name) for name in DRAFT_FIELDS})


DRAFT_FIELDS = tuple(field.name for field in dataclasses.fields(EntryDraft))
EDITABLE = frozenset(VALUES)
SAVED = (*VALUES, "updated_at")


Changes = Sequence[tuple[Title, Mapping[str, Any] | None]]


@dataclass(frozen=True)
class WriteResult:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0


def set_status(user: User, title: Title, status: str) -> ListEntry:
    """Fill in a status: when the title was watched stays open."""
    return update_entry(user, title, is_live=False, status=status)


def set_score(user: User, title: Title, score: int | None) -> ListEntry | None:
    """Set a title's score. None removes the score, and doesn't add a title that isn't on the list."""
    if score is None and not ListEntry.objects.filter(user=user, title=title).exists():
        return None
    return update_entry(user, title, is_live=False, score=score)


def set_progress(user: User, title: Title, episodes: int) -> ListEntry:
    return update_entry(user, title, progress=episodes)


@dataclass(frozen=True)
class _Applied:
    """The previous and the written entries by title ID, and the error of each change."""

    before: Mapping[int, ListEntry]
    written: Mapping[int, ListEntry]
    errors: Sequence[ValidationError | None]

    def result(self) -> WriteResult:
        """Return the counts. Raises the first error."""
        for error in filter(None, self.errors):
            raise error
        n_updated = len(self.written.keys() & self.before.keys())
        return WriteResult(created=len(self.written) - n_updated, updated=n_updated)


def watch_episode(user: User, title: Title, episode: int) -> ListEntry | None:
    """Mark an episode as watched and return the entry, or None if it isn't the next one.

    A step that is sent twice, or from a page that is out of date, changes nothing.
    """
    with _list_change(user, [title.pk]):
        before = _entries_of(user, [title])
        watched = before[title.pk].progress if title.pk in before else 0
        if episode != watched + 1:
            transaction.set_rollback(True)
            return None
        applied = _apply(user, [(title, {"progress": episode})], before, is_live=True)
        applied.result()
    return applied.written[title.pk]


def update_entry(user: User, title: Title, *, is_live: bool = True, **fields: Any) -> ListEntry:
    """Change the given fields of an entry, created if missing, and apply their side effects (`effects`).

    is_live: whether the change tells what is watched now, so that dates follow; else it fills in the list.
    """
    with _list_change(user, [title.pk]):
        applied = _apply(user, [(title, fields)], is_live=is_live)
        applied.result()
    return applied.written[title.pk]


def update_entries(
    user: User,
    title_ids: Collection[int],
    *,
    add_tags: Sequence[str] = (),
    remove_tags: Sequence[str] = (),
    **fields: Any,
) -> WriteResult:
    """Change the given fields of these entries, all or none; titles that aren't on the list are ignored."""
    dropped = {tag.casefold() for tag in remove_tags}
    with _list_change(user, title_ids):
        before = _entries_of(user, title_ids)
        tags = {pk: [t for t in [*e.tags, *add_tags] if t.casefold() not in dropped] for pk, e in before.items()}
        changes = [(entry.title, {"tags": tags[pk], **fields}) for pk, entry in before.items()]
        applied = _apply(user, changes, before)
        for (title, _fields), error in zip(changes, applied.errors, strict=True):
            if error is not None:
                raise located(error, f"{title.name}: ")
    return applied.result()


def change_entries(user: User, changes: Changes, *, strict: bool = False) -> Sequence[ValidationError | None]:
    """Apply each change as `update_entry` would, in order; None instead of fields removes the title.

    Return each change's error, or None. Invalid changes are skipped; with `strict`, any error stops the write.
    The number of queries is constant.
    """
    with _list_change(user, [title.pk for title, _fields in changes]):
        errors = _apply(user, changes, is_live=True).errors
        if strict and any(errors):
            transaction.set_rollback(True)
    return errors


def _entries_of(user: User, titles: Collection[Any]) -> dict[int, ListEntry]:
    entries = ListEntry.objects.filter(user=user, title__in=titles).select_related("title")
    return {entry.title_id: entry for entry in entries}


def _apply(
    user: User, changes: Changes, before: Mapping[int, ListEntry] | None = None, *, is_live: bool = False
) -> _Applied:
    """Write the valid changes inside a `_list_change`. before: the current entries of these titles, if known.

    is_live: whether the changes tell what is watched now; else they fill in the list.
    """
    today = today_of(user) if is_live else None
    before = _entries_of(user, [title for title, _fields in changes]) if before is None else before
    after, errors = dict(before), list[ValidationError | None]()
    for title, fields in changes:
        try:
            _apply_one(user, title, fields, after, today)
            errors.append(None)
        except ValidationError as error:
            errors.append(error)
    ListEntry.objects.filter(user=user, title__in=before.keys() - after.keys()).delete()
    written = {title_id: entry for title_id, entry in after.items() if entry is not before.get(title_id)}
    _save(list(written.values()))
    record(user, [*written, *(before.keys() - after.keys())], before, after)
    _announce_changes(user, written.values(), before)
    return _Applied(before, written, errors)


def _apply_one(
    user: User, title: Title, fields: Mapping[str, Any] | None, entries: dict[int, ListEntry], today: date | None
) -> None:
    if fields is None:
        entries.pop(title.pk, None)
    else:
        entry = entries.get(title.pk) or ListEntry(user=user, title=title)
        entries[title.pk] = _changed(user, entry, title, fields, today)


def _changed(user: User, entry: ListEntry, title: Title, fields: Mapping[str, Any], today: date | None) -> ListEntry:
    """Return a copy of the entry with the given fields and their side effects. today: None if it wasn't watched now."""
    if unknown := fields.keys() - EDITABLE:
        raise ValidationError(dict.fromkeys(unknown, "A list entry has no such field."))
    drafted = {name: getattr(entry, name) for name in EDITABLE}
    changed = ListEntry(user=user, title=title, **drafted | _filled(fields))
    validate_changes(changed, entry, title.parts)
    settle(changed, entry, title.parts, fields.keys())
    if title.is_read:
        finish_volumes(changed, entry, title.volumes, fields.keys())
    if today is not None:
        changed.watched_now = watched_now(changed, entry, fields.keys())
        if user.sets_dates:
            set_dates(changed, entry, fields.keys(), today)
    return changed


def today_of(user: User) -> date:
    """Return the current day in the member's time zone."""
    return timezone.localdate(timezone=zone_named(user.time_zone))


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: BLANK[name] if name in BLANK and value in (None, "") else value for name, value in fields.items()}


def _save(entries: Sequence[ListEntry]) -> None:
    ListEntry.objects.bulk_create(entries, update_conflicts=True, unique_fields=["user", "title"], update_fields=SAVED)


def watch_up_to(user: User, titles: Sequence[Title]) -> WriteResult:
    """Mark these titles as completed, except those seen before and dropped ones."""
    done = (*SEEN, EntryStatus.DROPPED)
    with _list_change(user, [title.pk for title in titles]):
        finished = ListEntry.objects.filter(user=user, title__in=titles, status__in=done)
        skipped = set(finished.values_list("title_id", flat=True))
        open_titles = [title for title in titles if title.pk not in skipped]
        return _apply(user, [(title, {"status": EntryStatus.COMPLETED}) for title in open_titles]).result()


def remove_entries(user: User, title_ids: Collection[int]) -> WriteResult:
    with _list_change(user, title_ids):
        before = _entries_of(user, title_ids)
        removed, _ = ListEntry.objects.filter(user=user, title__in=title_ids).delete()
        record(user, before, before, {})
    return WriteResult(removed=removed)


def take_down(entry: ListEntry, is_removed: bool) -> None:
    """Show the entry to its member only, whatever its visibility, or as before."""
    with _list_change(entry.user):
        ListEntry.objects.filter(pk=entry.pk).update(is_removed=is_removed)


def limit_age(user: User, limit: str) -> None:
    """Show only titles up to an age rating."""
    _change_sight(user, "age_limit", limit)


def remove_entry(user: User, title: Title) -> None:
    remove_entries(user, [title.pk])


def hide_title(user: User, title: Title) -> None:
    hide_titles(user, [title.pk])


def unhide_title(user: User, title: Title) -> None:
    unhide_titles(user, [title.pk])


def hide_titles(user: User, title_ids: Collection[int]) -> None:
    with _list_change(user, title_ids):
        HiddenTitle.objects.bulk_create(
            [HiddenTitle(user=user, title_id=title_id) for title_id in title_ids], ignore_conflicts=True
        )


def unhide_titles(user: User, title_ids: Collection[int]) -> None:
    with _list_change(user, title_ids):
        HiddenTitle.objects.filter(user=user, title__in=title_ids).delete()


def show_adult_titles(user: User, shows: bool) -> None:
    """Opt in to adult titles, or opt out."""
    _change_sight(user, "shows_adult", shows)


def show_media(user: User, media: Collection[str]) -> None:
    """Show these media beside anime, and no others."""
    _change_sight(user, "extra_media", [medium for medium, _label in EXTRA_MEDIA if medium in media])


def keep_guest_scores(user: User, scores: Mapping[int, int]) -> WriteResult:
    """Put a visitor's scores on their list, without replacing scores that are already there."""
    with _list_change(user, scores):
        scored = ListEntry.objects.filter(user=user, title__in=scores, score__isnull=False).values("title")
        titles = Title.objects.visible_to(user).filter(pk__in=scores).exclude(pk__in=scored)
        return _apply(user, [(title, {"score": scores[title.pk]}) for title in titles]).result()


def adopt_entries(user: User, found: Iterable[tuple[int, EntryValues]]) -> None:
    """Move entries that were kept without a title to these titles: as new entries, or joined with those there."""
    with _list_change(user):
        for title_id, other in found:
            kept = ListEntry.objects.filter(user=user, title=title_id).first()
            if kept is not None:
                join_entries(kept, other)
                continue
            values = {name: getattr(other, name) for name in EDITABLE}
            _save([ListEntry(user=user, title_id=title_id, is_removed=other.is_removed, **values)])
            _set_times(user, {title_id: (other.created_at, other.updated_at)})


def mark_lists_changed(title_id: int) -> None:
    """Count a change of the title as a change of every list that has it, or hides it."""
    users = User.objects.filter(Q(entries__title=title_id) | Q(hidden__title=title_id)).order_by()
    user_ids = list(users.values_list("pk", flat=True).distinct())
    User.objects.filter(pk__in=user_ids).update(list_version=F("list_version") + 1)
    for user_id in user_ids:
        transaction.on_commit(partial(list_changed.send_robust, sender=ListEntry, user_id=user_id))


Times = tuple[datetime | None, datetime | None]  # created, changed


def write_entries(
    user: User,
    rows: Iterable[EntryDraft],
    *,
    replace: bool = False,
    remove: Collection[int] = (),
    times: Mapping[int, Times] | None = None,
    is_undo: bool = False,
) -> WriteResult:
    """Write many entries with a constant number of queries; the last of several rows for a title counts.

    replace: remove all entries that aren't in `rows`. remove: remove the entries of these titles. times: when written
    entries were created and changed, if not now. is_undo: record the change in the history. Progress isn't checked
    against the catalogue's number of episodes: another site may know better.
    """
    entry_times = times or {}
    drafts = {draft.title_id: draft for draft in rows}
    entries = [ListEntry(user=user, **vars(draft)) for draft in drafts.values()]
    for number, entry in enumerate(entries, 1):
        validate(entry, where=f"Entry {number} (title {entry.title_id}): ")
    with _list_change(user, drafts):
        _require_titles(drafts.keys())
        present = {entry.title_id: entry for entry in ListEntry.objects.filter(user=user)}
        changed = [entry for entry in entries if not _same(entry, present.get(entry.title_id))]
        insert_many(changed, conflict=("user", "title"), update=SAVED)
        gone = present.keys() - drafts.keys() if replace else present.keys() & set(remove)
        ListEntry.objects.filter(user=user, title__in=gone).delete()
        _set_times(
            user, {entry.title_id: entry_times[entry.title_id] for entry in changed if entry.title_id in entry_times}
        )
        if is_undo:
            after = {entry.title_id: entry for entry in changed}
            record(user, [*after, *gone], present, after)
    updated = sum(entry.title_id in present for entry in changed)
    return WriteResult(len(changed) - updated, updated, len(entries) - len(changed), len(gone))


def _change_sight(user: User, setting: str, value: Any) -> None:
    """Change a setting that limits visible titles. It counts as a list change, because recommendations read it."""
    with _list_change(user):
        setattr(user, setting, value)
        user.save(update_fields=[setting])
        sight_changed.send(User, user_id=user.pk)


def _set_times(user: User, times: Mapping[int, Times]) -> None:
    """Set the times of entries; None keeps a time, and no time is later than now."""
    if not times:
        return
    created, changed = zip(*times.values(), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE accounts_listentry entry
            SET created_at = LEAST(COALESCE(source.created, entry.created_at), clock_timestamp()),
                updated_at = LEAST(COALESCE(source.changed, entry.updated_at), clock_timestamp())
            FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS source (title_id, created, changed)
            WHERE entry.user_id = %s AND entry.title_id = source.title_id
            """,
            [list(times), list(created), list(changed), user.pk],
        )


@contextmanager
def _list_change(user: User, titles: Collection[Any] = ()) -> Iterator[None]:
    """Change a member's list. titles: the titles, or their ids, that the member changes something about."""
    anime = Title.objects.filter(pk__in=titles, medium=Medium.ANIME)
    anime_changes = F("anime_changes") + Case(When(Exists(anime), then=1), default=0)
    with transaction.atomic():
        # This locks the member's row, so that simultaneous changes of one list wait for each other.
        User.objects.filter(pk=user.pk).update(list_version=F("list_version") + 1, anime_changes=anime_changes)
        user.refresh_from_db(fields=["list_version"])
        yield
        # Robust: a failing receiver (the queue may be down) must not fail a change that is already committed.
        transaction.on_commit(partial(list_changed.send_robust, sender=ListEntry, user_id=user.pk))


def _announce_changes(user: User, changed: Iterable[ListEntry], before: Mapping[int, ListEntry]) -> None:
    """Send `entries_changed`. before: the entries before the change."""
    changes = [(entry, _before(before[entry.title_id]) if entry.title_id in before else None) for entry in changed]
    entries_changed.send(ListEntry, user_id=user.pk, changes=changes)


def _before(entry: ListEntry) -> tuple[str, int | None] | None:
    return (entry.status, entry.score) if entry.pk else None


def _same(entry: ListEntry, other: ListEntry | None) -> bool:
    return other is not None and all(plain(entry, name) == plain(other, name) for name in DRAFT_FIELDS)


def _require_titles(title_ids: Collection[int]) -> None:
    existing = set(Title.objects.filter(pk__in=title_ids).values_list("pk", flat=True))
    if missing := sorted(set(title_ids) - existing):
        some = ", ".join(map(str, missing[:5])) + (" …" if len(missing) > 5 else "")
        raise ValidationError({"title_id": f"No such title: {some}"})
