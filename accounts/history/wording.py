"""Changes of entries in words."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.entries.wording import status_label
from accounts.lists import score_formats as scores
from accounts.models import EntryChange
from anirec.lib.numbers import whole
from catalog.models.titles import Medium


def describe(change: EntryChange, score_format: str = scores.FORMATS.POINTS) -> str:
    """Return a line such as "Watched episodes 5–7 · Completed · Score: 9"."""
    return " · ".join(_removed(change) if not change.status else _changed(change, score_format))


def _removed(change: EntryChange) -> Iterator[str]:
    yield _("Removed from your list")


def _changed(change: EntryChange, score_format: str) -> Iterator[str]:
    status = status_label(change.status, change.title.medium)
    if not change.status_before:
        yield _("Added to your list: %(status)s") % {"status": status}
    yield from _chapters(change) if change.title.is_read else _episodes(change)
    if change.status_before and change.status != change.status_before:
        yield status
    if change.score != change.score_before:
        shown = scores.shown(change.score, score_format)
        yield _("Score: %(score)s") % {"score": shown} if shown else _("Score removed")
    yield from _others(change)


def _chapters(change: EntryChange) -> Iterator[str]:
    last, first = change.progress, change.progress - change.watched + 1
    if change.watched == 1:
        yield _("Read chapter %(n)s") % {"n": whole(last)}
    elif change.watched > 1:
        yield _("Read chapters %(first)s–%(last)s") % {"first": whole(first), "last": whole(last)}
    elif change.progress != change.progress_before and change.status_before:
        yield _("Progress set to %(n)s") % {"n": whole(last)}


def _episodes(change: EntryChange) -> Iterator[str]:
    last, first = change.progress, change.progress_before + 1
    if change.watched == 1:
        yield _("Watched episode %(n)s") % {"n": whole(last)}
    elif change.watched > 1:
        begun_again = last - first + 1 != change.watched
        begin = last - change.watched + 1 if begun_again else first
        numbers = {"first": whole(begin), "last": whole(last)}
        yield _("Watched episodes %(first)s–%(last)s") % numbers
    elif change.progress != change.progress_before and change.status_before:
        yield _("Progress set to %(n)s") % {"n": whole(last)}


def _others(change: EntryChange) -> Iterator[str]:
    names = set(change.others)
    if names & {"started_on", "finished_on", "rewatched_on"}:
        yield _("Dates changed")
    if "volumes" in names:
        yield _("Volumes changed")
    if "rewatches" in names:
        yield _("Rewatches changed") if change.title.medium == Medium.ANIME else _("Repeats changed")
    if "notes" in names:
        yield _("Notes changed")
    if "tags" in names:
        yield _("Tags changed")
    if "visibility" in names:
        yield _("Visibility changed")
