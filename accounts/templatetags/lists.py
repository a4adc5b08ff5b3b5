from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.entries.wording import status_choices, status_label
from accounts.lists import score_formats as scores
from accounts.lists.editor import editor, progress_of
from accounts.lists.queries import Mark, marks_of
from accounts.models import SEEN, EntryStatus, ListEntry
from anirec.lib.numbers import whole
from catalog.models import Title
from catalog.templatetags.fragments import fragment

register = template.Library()
LIKED = 8  # the lowest score of what a member likes, as the engine's LIKED


@register.simple_tag(takes_context=True)
def my_mark(context: Context, title: Title) -> Mark | None:
    """Return the viewer's status and score for a title, with one query per request."""
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return None
    if not hasattr(request, "my_marks"):
        request.my_marks = marks_of(request.user)
    status, score = request.my_marks.get(title.pk, ("", None))
    return Mark(EntryStatus(status), score, title.medium) if status else None


@register.simple_tag(takes_context=True)
def liked_versions(context: Context, versions: Sequence[Any]) -> list[tuple[Title, str]]:
    """Return (title, score) of those that the viewer likes, of the same story in other media."""
    viewer = context.get("user")
    if not versions or viewer is None or not viewer.is_authenticated:
        return []
    marks = marks_of(viewer, [version.title.pk for version in versions])
    scores = ((version.title, marks.get(version.title.pk, ("", None))[1]) for version in versions)
    return [(title, shown_score(context, score)) for title, score in scores if score and score >= LIKED]


@register.simple_tag(takes_context=True)
def load_marks(context: Context, items: Iterable[Any]) -> str:
    """Load the viewer's marks of these items' titles for the page, instead of those of the whole list."""
    request = context["request"]
    if request.user.is_authenticated:
        request.my_marks = marks_of(request.user, [item.title.pk for item in items])
    return ""


@register.simple_tag(takes_context=True)
def entry_editor(context: Context, title: Title) -> SafeString:
    template, editor_context = editor(context["request"], title)
    return render_to_string(template, editor_context, request=context["request"])


@register.simple_tag(takes_context=True)
def mark_badge(context: Context, mark: Mark | None, just_hidden: object = None) -> SafeString:
    """Return the badge of a card that is on the viewer's list, or has just been hidden."""
    if just_hidden or mark is None:
        return fragment("accounts/lists/_mark.html", status="", score="")
    status = status_label(mark.status, mark.medium)
    return fragment("accounts/lists/_mark.html", status=status, score=shown_score(context, mark.score))


@register.simple_tag
def card_acts(title: Title, mark: Mark | None, just_hidden: object = None) -> SafeString:
    state = "listed" if mark else "hidden" if just_hidden else ""
    return fragment(
        "accounts/lists/_card_acts.html", pk=title.pk, state=state, is_read=title.is_read, is_game=title.is_game
    )


@register.simple_tag
def statuses(title: Title) -> list[tuple[str, str]]:
    return status_choices(title.medium)


@register.filter
def status_of(entry: ListEntry) -> str:
    """Return the name of the entry's status, in the words of its title's medium."""
    return status_label(entry.status, entry.title.medium)


@register.filter
def progress(entry: ListEntry) -> str:
    return progress_of(entry, entry.title)


@register.filter
def chapters_read(entry: ListEntry) -> str:
    """Return how far the member has read what they are reading, such as "Read chapter 12"; "" for anime."""
    if not (entry.title.is_read and entry.progress) or entry.status in SEEN:
        return ""
    return gettext("Read chapter %(n)s") % {"n": whole(entry.progress)}


@register.simple_tag(name="scores")
def all_scores() -> range:
    return scores.SCORES


@register.simple_tag(takes_context=True)
def shown_score(context: Context, score: int | None) -> str:
    """Return a score in the viewer's score format."""
    return scores.shown(score, scores.format_of(context.get("user")))


@register.simple_tag(takes_context=True)
def rounded_score(context: Context, score: float) -> str:
    """Return an expected score, 1–10, in the viewer's score format."""
    return shown_score(context, max(1, min(10, round(score))))


@register.simple_tag(takes_context=True)
def score_choices(context: Context, current: int | None = None) -> list[tuple[int, str]]:
    return scores.choices(scores.format_of(context.get("user")), current)
