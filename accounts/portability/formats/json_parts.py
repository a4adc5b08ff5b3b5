"""Streamed access to parts of a JSON document. Invalid JSON raises PortabilityError."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import ijson
from django.utils.translation import gettext as _

from accounts.portability.formats import repair
from accounts.portability.formats.rows import PortabilityError

MAX_DEPTH = 20  # anirec exports have 4 levels, AniList's and Kitsu's up to 9
MAX_EVENTS = 4_000_000  # keys, values, starts and ends: 130 for each row of the longest list


class IncompleteError(PortabilityError):
    """The document ends too early."""


def prepared(data: bytes) -> tuple[bytes, list[str]]:
    """Return the document, repaired if it is cut or damaged, and remarks. Raises PortabilityError.

    Call this before any other function: reading by prefix takes memory quadratic in the depth.
    """
    clean, remarks = repair.clean_json(data)
    try:
        _check(clean)
        return clean, remarks
    except IncompleteError:
        closed = repair.closed_json(clean)
        if not closed:
            raise
        _check(closed)
        return closed, [*remarks, _("The file is incomplete: entries after the last whole one are missing.")]
    except PortabilityError as error:
        return _lenient(clean, error), [*remarks, _("Damaged JSON repaired.")]


def _lenient(data: bytes, error: PortabilityError) -> bytes:
    """Return a document without line breaks in its texts. Raises `error` if it has other faults."""
    try:
        repaired = repair.lenient_json(data) if isinstance(error.__cause__, ijson.JSONError) else b""
    except (ValueError, RecursionError):
        raise error from None
    if not repaired:
        raise error
    _check(repaired)
    return repaired


def _check(data: bytes) -> None:
    """Raise PortabilityError unless the document is well-formed and within the depth and size limits."""
    depth = 0
    with _naming_errors():
        for number, (event, _value) in enumerate(ijson.basic_parse(data)):
            depth += (event in ("start_map", "start_array")) - (event in ("end_map", "end_array"))
            if depth > MAX_DEPTH:
                raise PortabilityError(_("The file is nested too deeply for an anime list."))
            if number > MAX_EVENTS:
                raise PortabilityError(_("The file has too many values for an anime list."))


def part(item: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the object at `key`, or an empty one."""
    value = item.get(key)
    return value if isinstance(value, dict) else {}


def section(data: bytes, prefix: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of the list at `prefix` ("entries.item"). Raises PortabilityError for any other value."""
    for number, item in enumerate(values_at(data, prefix), start=1):
        if not isinstance(item, dict):
            raise PortabilityError(
                _("Entry %(row)s must be an object, not %(kind)s.") % {"row": number, "kind": type(item).__name__}
            )
        yield item


def first_present(data: bytes, prefixes: Collection[str]) -> str | None:
    """Return the first of these paths that holds an object, without parsing its contents."""
    with _naming_errors():
        return next(
            (prefix for prefix, event, _value in ijson.parse(data) if event == "start_map" and prefix in prefixes), None
        )


def value_at(data: bytes, prefix: str) -> Any:
    """Return the first value at `prefix`, or None."""
    return next(values_at(data, prefix), None)


def values_at(data: bytes, prefix: str) -> Iterator[Any]:
    with _naming_errors():
        yield from ijson.items(data, prefix)


@contextmanager
def _naming_errors() -> Iterator[None]:
    try:
        yield
    except PortabilityError:
        raise
    except (ijson.JSONError, ValueError, ArithmeticError) as error:
        if "premature EOF" in str(error):
            raise IncompleteError(_("The file is incomplete. Export it again and retry.")) from error
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise PortabilityError(
            _("That file isn't valid JSON (%(reason)s). Export it again and retry.") % {"reason": reason[:200]}
        ) from error
