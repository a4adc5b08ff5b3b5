"""Registry of token scopes, filled by the subjects that need them."""

from __future__ import annotations

from django.utils.functional import Promise

_scopes: dict[str, str | Promise] = {}


def register_scope(name: str, description: str | Promise) -> None:
    """name: "read:list"; description: what a token with it may do, as the page of tokens says it."""
    _scopes[name] = description


def scopes() -> dict[str, str | Promise]:
    """Name → description: by what they are about, reading before writing."""
    return {name: _scopes[name] for name in sorted(_scopes, key=lambda name: (name.rpartition(":")[2], name))}


def scope_choices() -> list[tuple[str, str | Promise]]:
    return list(scopes().items())
