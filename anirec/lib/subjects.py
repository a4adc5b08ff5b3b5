"""Subject packages of an app, each with optional `hooks` and `tasks` modules."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules


def load_hooks(app: str) -> None:
    """Import the `hooks` of every subject of `app`, which register its extensions and signal receivers."""
    for subject in subjects_with(app, "hooks"):
        import_module(f"{subject}.hooks")


def subjects_with(app: str, module: str) -> Iterator[str]:
    """Yield the dotted names of the packages directly below `app` that have `module`, sorted."""
    for package in iter_modules(import_module(app).__path__, f"{app}."):
        if package.ispkg and find_spec(f"{package.name}.{module}") is not None:
            yield package.name
