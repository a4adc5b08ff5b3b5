"""Validation of entries. Invalid values raise Django's ValidationError, by field."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from accounts.models import EntryValues, ListEntry, OwnEntry
from anirec.lib.numbers import whole

INTEGERS = ("score", "progress", "volumes", "rewatches")
NOT_CHECKED = {"user", "title"}
VALUES = (
    *("status", "score", "progress", "volumes", "started_on", "finished_on"),
    *("rewatches", "rewatched_on", "tags", "notes", "visibility"),
)


def validate(entry: EntryValues, *, where: str = "") -> None:
    try:
        require_integers(entry)
        entry.clean_fields(exclude=NOT_CHECKED)
        entry.clean()
    except ValidationError as error:
        raise located(error, where) from error


def validate_changes(entry: ListEntry | OwnEntry, before: EntryValues, parts: int | None) -> None:
    """Validate the values that differ from the entry before: an odd stored value must not block another edit."""
    same = {name for name in VALUES if plain(entry, name) == plain(before, name)}
    require_integers(entry)
    entry.clean_fields(exclude=NOT_CHECKED | same)
    entry.rewatched_on = sorted(filter(None, entry.rewatched_on))
    if not same.issuperset(("started_on", "finished_on")):
        entry.require_date_order()
    if parts and entry.progress > max(parts, before.progress):  # fewer than before is a correction
        message = gettext("Too many episodes watched (%(watched)s). The title has %(n)s.")
        if entry.is_read:
            message = gettext("Too many chapters read (%(watched)s). The title has %(n)s.")
        raise ValidationError({"progress": message % {"n": whole(parts), "watched": whole(entry.progress)}})


def located(error: ValidationError, where: str) -> ValidationError:
    """Return the error with `where` in front of each message."""
    return ValidationError(
        {name: [where + message for message in messages] for name, messages in error.message_dict.items()}
    )


def require_integers(entry: EntryValues) -> None:
    """Reject values that Django would silently convert: 7.9 to 7, True to 1."""
    for name in INTEGERS:
        value = getattr(entry, name)
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise ValidationError({name: gettext("Invalid value %(value)s. Enter a whole number.") % {"value": value}})


def plain(entry: EntryValues, name: str) -> Any:
    """Return a field's value for comparison."""
    value = getattr(entry, name)
    return list(value) if name in ("tags", "rewatched_on") else value
