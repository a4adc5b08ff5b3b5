from __future__ import annotations

from django import template

from social.models import Review
from social.models.reviews import ASPECTS

register = template.Library()


@register.simple_tag
def given_aspects(review: Review) -> list[tuple[str, int]]:
    """Return (label, score) of the aspects that the author scored."""
    return [(str(ASPECTS[name]), score) for name, score in review.aspects.items() if score is not None]
