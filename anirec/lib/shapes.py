"""Versions of what is cached as Python objects: a program whose classes have changed reads nothing of its predecessor's."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from functools import cache
from typing import Any


@cache
def shape_of(*classes: type[Any]) -> str:
    """A short digest of dataclasses' fields and their types, to be part of a cache key."""
    described = [f"{cls.__qualname__}({', '.join(f'{f.name}: {f.type}' for f in fields(cls))})" for cls in classes]
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:8]
