"""Registry of token scopes, filled by the subjects that need them."""

from __future__ import annotations

from django.utils.functional import Promise

_scopes: dict[str, str | Promise] = {}


def register_scope(name: str, description: str | Promise) -> None:
    """Register a scope. name: such as "read:list"; description: the permission, as the tokens page labels it."""
    _scopes[name] = description


def scopes() -> dict[str, str | Promise]:
    """Return {name: description}, sorted by resource, read before write."""
    return {name: _scopes[name] for name in sorted(_scopes, key=lambda name: (name.rpartition(":")[2], name))}


def scope_choices() -> list[tuple[str, str | Promise]]:
    return list(scopes().items())
