"""Shares and changes as people read them."""

from __future__ import annotations

from django import template

from recommendations.models import Variant
from recommendations.percentages import change, share

register = template.Library()
register.filter(share)
register.filter(change)


@register.filter
def of_variant(weights: dict[str, float], variant: Variant) -> float:
    return weights.get(str(variant.pk), variant.weight)
