"""The wall of titles to rate: verdicts, and titles marked as not seen."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext_lazy as _

from accounts.entries.writing import QUICK_LIKE_SCORE
from catalog.models import Title
from recommendations import serving
from recommendations.serving.readers import Viewer

PAGE, PAGES = 24, 5  # the rest of the wall replaces titles marked as not seen
KEY = "not_seen"
MOST = serving.WALL  # ids stored in a session


class Verdict(NamedTuple):
    """A one-tap answer. said: its text for screen readers, with the title's name."""

    score: int
    icon: str
    label: Any
    said: Any


VERDICTS = (
    Verdict(QUICK_LIKE_SCORE, "smile", _("Like"), _("I liked %(title)s")),
    Verdict(7, "meh", _("Fine"), _("%(title)s was fine")),
    Verdict(4, "frown", _("Dislike"), _("I disliked %(title)s")),
)


def wall_page(session: SessionBase, viewer: Viewer, page: int) -> tuple[list[Title], bool]:
    """Return a page of the wall, numbered from 1, and whether another page follows."""
    titles = serving.onboarding_titles(viewer, PAGE * PAGES + 1, without=session.get(KEY, ()))
    return titles[PAGE * (page - 1) : PAGE * page], page < PAGES and len(titles) > PAGE * page


def not_seen(session: SessionBase, viewer: Viewer, title_id: int) -> Title | None:
    """Mark a title as not seen and return a replacement from the end of the wall, if any is left."""
    unseen = [pk for pk in session.get(KEY, []) if pk != title_id][-MOST + 1 :]
    session[KEY] = [*unseen, title_id]
    reserve = serving.onboarding_titles(viewer)[: PAGE * PAGES - 1 : -1]
    place = len(unseen)
    return reserve[place] if place < len(reserve) and reserve[place].pk not in session[KEY] else None
