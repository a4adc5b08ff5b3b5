"""Parts of a JSON document, streamed. Whatever is wrong with it becomes a PortabilityError."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import ijson
from django.utils.translation import gettext as _

from accounts.portability.formats.rows import PortabilityError

MAX_DEPTH = 20  # own exports have 4 levels, AniList's and Kitsu's up to 9
# No half of a surrogate pair is escaped in it: parsers make of one what each likes, and nothing can store it.
WHOLE = re.compile(rb"(?:[^\\]++|\\(?!u[Dd][89A-Fa-f]).?|\\u[Dd][89ABab]..\\u[Dd][C-Fc-f])*+", re.DOTALL)
MAX_EVENTS = 4_000_000  # keys, values, beginnings and ends: 130 for each row of the longest list


def check(data: bytes) -> None:
    """Raises PortabilityError unless the whole document is well-formed, and no deeper or larger than a list.

    To be called before any other: reading by prefix takes memory with the square of the depth.
    """
    if not WHOLE.fullmatch(data):
        raise PortabilityError(_("The file contains an invalid character (unpaired surrogate)."))
    depth = 0
    with _naming_errors():
        for number, (event, _value) in enumerate(ijson.basic_parse(data)):
            depth += (event in ("start_map", "start_array")) - (event in ("end_map", "end_array"))
            if depth > MAX_DEPTH:
                raise PortabilityError(_("The file is nested too deeply for an anime list."))
            if number > MAX_EVENTS:
                raise PortabilityError(_("The file has too many values for an anime list."))


def part(item: dict[str, Any], key: str) -> dict[str, Any]:
    """The object at `key`; an empty one when there is none."""
    value = item.get(key)
    return value if isinstance(value, dict) else {}


def section(data: bytes, prefix: str) -> Iterator[dict[str, Any]]:
    """The objects of the list at `prefix` ("entries.item")."""
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
    """The first value at `prefix`, or None."""
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
            raise PortabilityError(_("The file is incomplete. Export it again and retry.")) from error
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise PortabilityError(
            _("That file isn't valid JSON (%(reason)s). Export it again and retry.") % {"reason": reason[:200]}
        ) from error
