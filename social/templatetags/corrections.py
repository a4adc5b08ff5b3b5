from __future__ import annotations

from django import template

from social.corrections import fields

register = template.Library()


@register.filter
def field_label(name: str) -> str:
    """Return the label of a title's field."""
    return str(fields.FIELDS[name])


@register.filter
def as_value_of(text: str, name: str) -> str:
    """Return the text of a field's value as pages show it: `{{ correction.value|as_value_of:correction.field }}`."""
    return fields.display(name, text)
