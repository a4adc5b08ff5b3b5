"""What a status is called: anime are watched, manga are read, games are played."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
