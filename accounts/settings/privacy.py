"""Registry of the User fields that control who can see and contact a member."""

from __future__ import annotations

_fields: list[str] = []


def register_privacy_field(name: str) -> None:
    _fields.append(name)


def privacy_fields() -> tuple[str, ...]:
    return tuple(sorted(_fields))
