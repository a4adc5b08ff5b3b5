"""A member's personal data beside their list: everything else that the site stores about them, as one JSON file.

The list's own export (`exports`) can be imported again. This file can't: it is for the member to read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from accounts.models import User

CHUNK = 2_000


@dataclass(frozen=True)
class PersonalData:
    """A kind of stored rows. rows: the member's rows. fields: those exported, never a secret."""

    name: str
    rows: Callable[[User], QuerySet[Any]]
    fields: tuple[str, ...]

    def export(self, user: User) -> Iterable[dict[str, Any]]:
        return self.rows(user).order_by("pk").values(*self.fields).iterator(chunk_size=CHUNK)


_kinds: dict[str, PersonalData] = {}


def register_personal_data(name: str, rows: Callable[[User], QuerySet[Any]], *fields: str) -> None:
    _kinds[name] = PersonalData(name, rows, fields)


def personal_data() -> list[PersonalData]:
    return [_kinds[name] for name in sorted(_kinds)]


def export_personal_data(user: User) -> Iterator[str]:
    """Yield the JSON file in chunks: an object with a list for each kind."""
    yield "{"
    for number, kind in enumerate(personal_data()):
        yield f"{',' if number else ''}\n{json.dumps(kind.name)}: ["
        for row_number, row in enumerate(kind.export(user)):
            yield f"{',' if row_number else ''}\n{json.dumps(row, ensure_ascii=False, cls=DjangoJSONEncoder)}"
        yield "]"
    yield "\n}\n"
