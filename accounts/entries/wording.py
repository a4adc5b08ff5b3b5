"""What a status is called: anime are watched, manga are read, games are played."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import EntryStatus
from catalog.models.titles import READ, Medium

OF_READING: Mapping[str, str | Promise] = {
    EntryStatus.PLANNED: _("Plan to read"),
    EntryStatus.WATCHING: _("Reading"),
    EntryStatus.REWATCHING: _("Rereading"),
}
OF_PLAYING: Mapping[str, str | Promise] = {
    EntryStatus.PLANNED: _("Plan to play"),
    EntryStatus.WATCHING: _("Playing"),
    EntryStatus.REWATCHING: _("Playing again"),
}
WORDS: Mapping[str, Mapping[str, str | Promise]] = {**dict.fromkeys(READ, OF_READING), Medium.GAME: OF_PLAYING}


def status_label(status: str, medium: str = Medium.ANIME) -> str:
    """Return the name of a status of titles of this medium."""
    return str(WORDS.get(medium, {}).get(status) or EntryStatus(status).label)


def status_choices(medium: str = Medium.ANIME) -> list[tuple[str, str]]:
    return [(status.value, status_label(status, medium)) for status in EntryStatus]


def times_again(n: int, medium: str = Medium.ANIME) -> str:
    """Return how often a title was watched, read or played again."""
    if medium in READ:
        return ngettext("reread once", "reread %(n)s times", n) % {"n": n}
    if medium == Medium.GAME:
        return ngettext("played again once", "played again %(n)s times", n) % {"n": n}
    return ngettext("rewatched once", "rewatched %(n)s times", n) % {"n": n}
