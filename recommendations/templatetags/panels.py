"""Filters that format the numbers of staff charts."""

from __future__ import annotations

from django import template

from recommendations.analytics.pages import KeyNumber
from recommendations.analytics.panels import say

register = template.Library()


@register.filter
def said_number(number: KeyNumber) -> str:
    return say(number.now, number.kind)


@register.filter
def figure(value: object) -> str:
    """
    >>> figure(0.53512), figure(1283), figure("linear"), figure(None)
    ('0.535', '1,283', 'linear', '–')
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return say(None if value in (None, "") else str(value), "label")
    return say(value, "count" if isinstance(value, int) else "number")
