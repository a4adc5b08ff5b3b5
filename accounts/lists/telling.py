"""Tell members what followed from their change: dates that were set, with an undo, and a title without a score."""

from __future__ import annotations

from django.contrib import messages
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.entries import undo
from accounts.entries.validation import plain
from accounts.models import EntryStatus, ListEntry
from accounts.requests import MemberRequest
from catalog.models.titles import Medium
from catalog.titles.names import name_for

DATED: dict[tuple[str, ...], str | Promise] = {
    ("started_on",): _("Start date set to today: %(title)s"),
    ("finished_on",): _("Finish date set to today: %(title)s"),
    ("started_on", "finished_on"): _("Start and finish dates set to today: %(title)s"),
    ("rewatched_on",): _("Rewatch dated today: %(title)s"),
}


def tell(request: MemberRequest, entry: ListEntry, before: ListEntry | None) -> None:
    """Add a message about a changed entry, if anything followed. Its tags: the undo's path, and whose score to ask."""
    tags, name = [], name_for(entry.title, request.user)
    text = gettext("Completed: %(title)s") % {"title": name}
    if entry.dates_set:
        text = str(_dated(entry)) % {"title": name}
        old = before or ListEntry()
        tags.append(undo.remember_fields(request.user, entry, {field: plain(old, field) for field in entry.dates_set}))
    if _lacks_score(entry, before) and request.user.asks_for_scores:
        tags.append(f"score:{entry.title_id}")
    if tags:
        messages.success(request, text, extra_tags=" ".join(tags))


def _dated(entry: ListEntry) -> str | Promise:
    if entry.dates_set == ("rewatched_on",) and entry.title.medium != Medium.ANIME:
        return _("Reread dated today: %(title)s") if entry.title.is_read else _("Played again today: %(title)s")
    return DATED[entry.dates_set]


def _lacks_score(entry: ListEntry, before: ListEntry | None) -> bool:
    was_completed = before is not None and before.status == EntryStatus.COMPLETED
    return entry.status == EntryStatus.COMPLETED and not was_completed and entry.score is None
