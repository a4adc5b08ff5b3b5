from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django import template

from catalog.models import Title

if TYPE_CHECKING:
    from recommendations.for_you.page_options import Asked

register = template.Library()


@register.simple_tag
def score_of(scores: Mapping[int, int], title: Title) -> int | None:
    """A visitor's score of a title, out of all their scores."""
    return scores.get(title.pk)


@register.simple_tag
def leaving_out(asked: Asked, title_id: int) -> str:
    """The query of the same page without counting this title, too."""
    return asked.leaving_out(title_id)


@register.simple_tag
def counting_again(asked: Asked, title_id: int) -> str:
    return asked.counting_again(title_id)


@register.simple_tag
def another(asked: Asked, title_id: int) -> str:
    """The query of the next surprise, which is not this title again."""
    return asked.after(title_id)


@register.filter
def said_of(sentence: str, name: str) -> str:
    """A sentence with the place of a title's name filled in."""
    return sentence % {"title": name}
