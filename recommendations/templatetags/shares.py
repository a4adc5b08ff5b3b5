"""Shares and changes as people read them."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format

from recommendations.models import Variant

register = template.Library()


@register.filter
def share(value: float) -> str:
    """
    >>> share(0.1234), share(0.1236)
    ('12.3 %', '12.4 %')
    """
    return f"{number_format(round(value * 100, 1), 1)} %"


@register.filter
def change(value: float) -> str:
    """
    >>> change(0.05), change(-0.05)
    ('+5.0 %', '−5.0 %')
    """
    return f"{'−' if value < 0 else '+'}{share(abs(value))}"


@register.filter
def of_variant(weights: dict[str, float], variant: Variant) -> float:
    return weights.get(str(variant.pk), variant.weight)
