"""Text validation: PostgreSQL can't store NUL, and UTF-8 can't encode unpaired surrogates."""

from __future__ import annotations

from typing import Any, TypeGuard

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

NO_NULL = r"^[^\x00]*$"  # for the API's schema
SOME_TEXT = r"^[^\x00]*[^\x00\s\x1c-\x1f\x85][^\x00]*$"  # not blank; lists whitespace that JavaScript's \s lacks


def is_text(value: Any) -> TypeGuard[str]:
    """Return whether the value is text that PostgreSQL can store.

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
    """Raise Django's ValidationError, for `field` if given, if the text can't be stored."""
    if not is_text(value):
        message = _("Your text contains control characters. Remove them and retry.")
        raise ValidationError({field: message} if field else message)


def validate_text(value: str) -> None:
    """Validate the text of a model or form field."""
    require_text(value)
