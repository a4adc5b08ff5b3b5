from collections.abc import Iterable

from django import template
from django.forms import BoundField

register = template.Library()


@register.filter
def has_chosen(field: BoundField, value: str) -> bool:
    """Whether `value` is among what was sent for a field of several choices."""
    return value in (field.value() or [])


@register.filter
def has_any_of(field: BoundField, choices: Iterable[tuple[str, str]]) -> bool:
    return any(has_chosen(field, value) for value, _ in choices)
