from __future__ import annotations

from functools import cache

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from accounts.lists import score_formats as scores
from accounts.lists.editor import editor
from accounts.lists.queries import Mark, marks_of
from accounts.models import EntryStatus
from catalog.models import Title

register = template.Library()
NUMBER = "@number@"  # stands for a title's


@register.simple_tag(takes_context=True)
def my_mark(context: Context, title: Title) -> Mark | None:
    """Return the viewer's entry for a title, with one query per request."""
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return None
    if not hasattr(request, "my_marks"):
        request.my_marks = marks_of(request.user)
    status, score = request.my_marks.get(title.pk, ("", None))
    return Mark(EntryStatus(status), score) if status else None


@register.simple_tag(takes_context=True)
def entry_editor(context: Context, title: Title) -> SafeString:
    template, needed = editor(context["request"], title)
    return render_to_string(template, needed, request=context["request"])


@register.simple_tag
def quick_buttons(title: Title) -> SafeString:
    """Return the quick buttons of a card. They differ only in the title id, so they are rendered once per language."""
    return SafeString(_quick_buttons(get_language()).replace(NUMBER, str(title.pk)))


@cache
def _quick_buttons(language: str) -> str:
    return render_to_string("accounts/lists/_quick_buttons.html", {"pk": NUMBER})


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
def score_choices(context: Context, current: int | None = None) -> list[tuple[int, str]]:
    return scores.choices(scores.format_of(context.get("user")), current)


@register.filter
def initial(username: str) -> str:
    return username[:1].upper()
