from __future__ import annotations

from django import template
from django.forms import BoundField
from django.template import Context

from catalog.facets import Active

register = template.Library()


@register.filter
def chosen_text(field: BoundField) -> str:
    """What was sent for a field of one value."""
    return str(field.value() or "")


@register.filter
def pair(one: BoundField, other: BoundField) -> tuple[BoundField, BoundField]:
    return one, other


@register.simple_tag(takes_context=True)
def without_filter(context: Context, active: Active) -> str:
    """The address of this page with one value of one filter taken out."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    query.setlist(active.name, [value for value in query.getlist(active.name) if value != active.value])
    return "?" + query.urlencode()
