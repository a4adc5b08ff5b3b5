from __future__ import annotations

from functools import lru_cache

from django import template
from django.forms import BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.utils.translation import get_language

from catalog.browse.facets import Active, TagOption

register = template.Library()


@register.filter
def chosen_text(field: BoundField) -> str:
    """Return the submitted value of a single-value field."""
    return str(field.value() or "")


@register.filter
def pair(one: BoundField, other: BoundField) -> tuple[BoundField, BoundField]:
    return one, other


@register.simple_tag(takes_context=True)
def without_filter(context: Context, active: Active) -> str:
    """Return the page's URL without one value of one filter."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    query.setlist(active.name, [value for value in query.getlist(active.name) if value != active.value])
    return "?" + query.urlencode()


@register.simple_tag
def sign_boxes(tag: TagOption) -> str:
    """Render a tag's include, any and exclude boxes. Cached, because a page has a hundred of them."""
    return _sign_boxes(tag.slug, tag.label, tag.sign, get_language())


@lru_cache(maxsize=5000)
def _sign_boxes(slug: str, label: str, sign: str, language: str) -> str:
    return render_to_string("catalog/browse/_sign_boxes.html", {"slug": slug, "label": label, "sign": sign})
