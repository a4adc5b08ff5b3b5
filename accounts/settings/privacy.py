"""The settings of who may see and reach a member: each subject registers the fields of User that are its own."""

from __future__ import annotations

_fields: list[str] = []


def register_privacy_field(name: str) -> None:
    _fields.append(name)


def privacy_fields() -> tuple[str, ...]:
    return tuple(sorted(_fields))
