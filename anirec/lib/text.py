"""Text validation: PostgreSQL can't store NUL, and UTF-8 can't encode unpaired surrogates."""

from __future__ import annotations

from typing import Any, TypeGuard

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

NO_NULL = r"^[^\x00]*$"  # as a pattern of the API's schema
SOME_TEXT = r"^[^\x00]*[^\x00\s\x1c-\x1f\x85][^\x00]*$"  # not only blanks, of which Python knows more than JavaScript


def is_text(value: Any) -> TypeGuard[str]:
    """
    >>> is_text("Pokémon"), is_text("a\\0b"), is_text("\\ud800"), is_text(3)
    (True, False, False, False)
    """
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def require_text(value: str, field: str | None = None) -> None:
    """Raise Django's ValidationError, of `field` where one is named, for what cannot be stored as text."""
    if not is_text(value):
        message = _("Your text contains control characters. Remove them and retry.")
        raise ValidationError({field: message} if field else message)


def validate_text(value: str) -> None:
    """A validator for fields of models and forms."""
    require_text(value)
