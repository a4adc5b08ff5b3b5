"""Filters that format shares and relative changes."""

from __future__ import annotations

from django import template

from anirec.lib.numbers import percent
from recommendations.models import Variant
from recommendations.percentages import change, share

register = template.Library()
register.filter(share)
register.filter(change)


@register.filter
def whole_percent(share: int) -> str:
    """
    >>> whole_percent(45)
    '45%'
    """
    return percent(share / 100)


@register.filter
def of_variant(weights: dict[str, float], variant: Variant) -> float:
    return weights.get(str(variant.pk), variant.weight)
