"""Fragments rendered once for the same plain values and language, then served from memory."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

MAX_FRAGMENTS = 20_000  # about 1 kB each

Plain = str | int | float


@register.simple_tag
def fragment(template_name: str, **values: Plain) -> SafeString:
    """Render a template with these values only: it has no request, so it can't show anything else.

    Pass values that many pages share, such as a title's name or a score, never a member's own text.
    """
    return _rendered(template_name, get_language(), tuple(values.items()))


@lru_cache(maxsize=MAX_FRAGMENTS)
def _rendered(template_name: str, _language: str, values: tuple[tuple[str, Plain], ...]) -> SafeString:
    return SafeString(get_template(template_name).render(dict(values)).strip())
