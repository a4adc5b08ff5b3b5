from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from catalog.models import Title
from recommendations.serving import RecommendationList


def shown(found: RecommendationList) -> list[Title]:
    return [item.title for item in found.items]


@contextmanager
def forgotten() -> Iterator[None]:
    """Roll back all writes, so that each example of a property starts with equally small tables."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def codes(found) -> tuple[str, ...] | list[str]:
    """Return the codes of skipped sources, from a RecommendationList or the API's JSON."""
    if isinstance(found, dict):
        return [skipped["code"] for skipped in found["tried"]]
    return tuple(skipped.code for skipped in found.tried)
