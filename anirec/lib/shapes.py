"""Cache key parts that change with the classes of pickled objects, so that a new release ignores old entries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints


@cache
def shape_of(cls: type[Any]) -> str:
    """Return a short digest of the fields of a dataclass and its nested dataclasses, for use in a cache key."""
    return hashlib.sha256("\n".join(sorted(_signatures(cls, set()))).encode()).hexdigest()[:8]


def _signatures(cls: type[Any], visited: set[type[Any]]) -> Iterator[str]:
    visited.add(cls)
    yield f"{cls.__qualname__}({', '.join(f'{field.name}: {field.type}' for field in fields(cls))})"
    for hint in get_type_hints(cls).values():
        for part in _dataclasses_in(hint):
            if part not in visited:
                yield from _signatures(part, visited)


def _dataclasses_in(hint: Any) -> Iterator[type[Any]]:
    if isinstance(hint, type) and is_dataclass(hint):
        yield hint
    for part in get_args(hint):
        yield from _dataclasses_in(part)
