"""Cache key parts that change with the classes of pickled objects, so that a new release ignores old entries."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from functools import cache
from typing import Any


@cache
def shape_of(*classes: type[Any]) -> str:
    """Return a short digest of the dataclasses' fields and types, for use in a cache key."""
    described = [f"{cls.__qualname__}({', '.join(f'{f.name}: {f.type}' for f in fields(cls))})" for cls in classes]
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:8]
