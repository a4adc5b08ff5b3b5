from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.lists import score_formats as scores
from accounts.lists.editor import editor
from accounts.lists.queries import Mark, marks_of
from accounts.models import EntryStatus
from catalog.models import Title
from catalog.templatetags.fragments import fragment

register = template.Library()


@register.simple_tag(takes_context=True)
def my_mark(context: Context, title: Title) -> Mark | None:
    """Return the viewer's status and score for a title, with one query per request."""
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return None
    if not hasattr(request, "my_marks"):
        request.my_marks = marks_of(request.user)
    status, score = request.my_marks.get(title.pk, ("", None))
    return Mark(EntryStatus(status), score) if status else None


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
    return fragment("accounts/lists/_mark.html", status=str(mark.status.label), score=shown_score(context, mark.score))


@register.simple_tag
def card_acts(title: Title, mark: Mark | None, just_hidden: object = None) -> SafeString:
    state = "listed" if mark else "hidden" if just_hidden else ""
    return fragment("accounts/lists/_card_acts.html", pk=title.pk, state=state)


@register.simple_tag
def statuses() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in EntryStatus.choices]


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
