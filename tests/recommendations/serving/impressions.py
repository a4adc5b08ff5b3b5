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
    """What is written here is taken back: the next example of a property finds tables as small as this one did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def codes(found) -> tuple[str, ...] | list[str]:
    """Why better sources were skipped: of a RecommendationList, or of the API's JSON."""
    if isinstance(found, dict):
        return [skipped["code"] for skipped in found["tried"]]
    return tuple(skipped.code for skipped in found.tried)
