from __future__ import annotations

from collections.abc import Mapping

from django import template

from catalog.models import Title

register = template.Library()


@register.simple_tag
def score_of(scores: Mapping[int, int], title: Title) -> int | None:
    """A visitor's score of a title, out of all their scores."""
    return scores.get(title.pk)
