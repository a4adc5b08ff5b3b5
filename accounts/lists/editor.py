"""The rows of a member's own list, and the editor of one entry, prepared for their templates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext

from accounts.entries.wording import status_label, times_again
from accounts.lists import queries
from accounts.lists import score_formats as scores
from accounts.lists.forms import EntryForm
from accounts.lists.visitor_scores import guest_scores
from accounts.models import EntryStatus, ListEntry, User, Visibility
from anirec.lib.numbers import whole
from catalog.models import Title
from catalog.models.titles import Medium
from catalog.templatetags.titles import facts, poster_url
from catalog.titles.cards import title_cards
from catalog.titles.names import name_for

OF_MEMBER, OF_VISITOR = "accounts/lists/_editor.html", "accounts/lists/_editor_visitor.html"


def editor(request: HttpRequest, title: Title, form: EntryForm | None = None) -> tuple[str, dict[str, Any]]:
    """Return the template and its context. form: the fields to show; None to fetch them when they are opened."""
    if not request.user.is_authenticated:
        return OF_VISITOR, {"title": title, "score": guest_scores(request.session).get(title.pk)}
    entry = form.entry if form else queries.entry_of(request.user, title)
    is_hidden = entry is None and request.user.hidden.filter(title=title).exists()
    return OF_MEMBER, {"form": form, "title": title, "entry": entry, "is_hidden": is_hidden}


class Row(NamedTuple):
    """Plain values of a row: a page has fifty rows, and templates would look up the same things several times in each.

    details: facts about the title and the entry. next_episode: the one to watch next, 0 after the last. unit: the
    medium, if it isn't anime.
    """

    pk: int
    name: str
    address: str
    poster: str
    details: str
    tags: list[str]
    status: str
    progress: str
    score: str
    next_episode: int
    unit: str


def rows_of(entries: Iterable[ListEntry], viewer: User) -> list[Row]:
    """Return a row for each entry. The entries' titles must be visible to the viewer."""
    entries = list(entries)
    cards = title_cards(entry.title_id for entry in entries)
    statuses = {value: str(label) for value, label in EntryStatus.choices}
    return [_row(entry, cards[entry.title_id], viewer, statuses) for entry in entries]


def _row(entry: ListEntry, title: Title, viewer: User, statuses: dict[str, str]) -> Row:
    n, is_anime = title.parts, title.medium == Medium.ANIME
    return Row(
        pk=title.pk,
        name=name_for(title, viewer),
        address=title.get_absolute_url(),
        poster=poster_url(title, viewer),
        details=" · ".join(filter(None, (facts(title), *_details(entry, title.medium)))),
        tags=entry.tags,
        status=statuses[entry.status] if is_anime else status_label(entry.status, title.medium),
        progress=progress_of(entry, title),
        score=scores.shown(entry.score, viewer.score_format),
        next_episode=entry.progress + 1 if not n or entry.progress < n else 0,
        unit="" if is_anime else title.medium,
    )


def progress_of(entry: ListEntry, title: Title) -> str:
    """Return "3 / 12", or of what is read "Ch. 3 / 162 · Vol. 1"; "" for a game."""
    if title.is_game:
        return ""
    counts = f"{whole(entry.progress)} / {whole(title.parts) if title.parts else '?'}"
    if not title.is_read:
        return counts
    chapters = gettext("Ch. %(n)s") % {"n": counts}
    volumes = gettext("Vol. %(n)s") % {"n": whole(entry.volumes)}
    return f"{chapters} · {volumes}" if entry.volumes else chapters


def _details(entry: ListEntry, medium: str) -> Iterable[str]:
    if entry.visibility != Visibility.PUBLIC:
        yield entry.get_visibility_display()
    if entry.finished_on:
        yield gettext("finished %(date)s") % {"date": entry.finished_on.label}
    if n := entry.rewatches:
        yield times_again(n, medium)
