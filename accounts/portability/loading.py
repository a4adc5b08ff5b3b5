"""Load the lists of new members in bulk, with COPY instead of one transaction each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.utils import timezone

from accounts.entries.writing import EntryDraft
from accounts.models import ListEntry, User

COLUMNS = (
    "user_id", "title_id", "status", "score", "progress", "started_on", "finished_on", "rewatches", "rewatched_on",
    "tags", "notes", "visibility", "created_at", "updated_at",
)  # fmt: skip


def load_lists(lists: Mapping[str, Sequence[EntryDraft]], users: Sequence[User]) -> None:
    """Create these members, each with the list stored under their username; all or nothing.

    For generated lists: only database constraints check the entries, and no signals are sent.
    """
    for user in users:
        user.list_version = 1
    with transaction.atomic():
        created = User.objects.bulk_create(users)
        _copy((user.pk, draft) for user in created for draft in lists[user.username])


def _copy(entries: Iterable[tuple[int, EntryDraft]]) -> None:
    now, table = timezone.now(), ListEntry._meta.db_table
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for user_id, draft in entries:
            dates = (str(draft.started_on or ""), str(draft.finished_on or ""))
            rest = (draft.rewatches, [str(date) for date in draft.rewatched_on], list(draft.tags), draft.notes)
            row = (user_id, draft.title_id, str(draft.status), draft.score, draft.progress, *dates, *rest)
            copy.write_row((*row, str(draft.visibility), now, now))
