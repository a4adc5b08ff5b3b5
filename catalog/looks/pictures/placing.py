"""Vectors of covers, which are near where covers look alike. The site's own covers decide their axes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from django.db import transaction

from catalog.looks.pictures.embedding import STORED
from catalog.looks.pictures.features import Features
from catalog.looks.pictures.reducing import Space, fit
from catalog.models import CoverLook, LookSpace
from catalog.models.looks import N_LOOK

LEAST, MOST = 20, 5_000  # covers that decide the axes: with fewer there are none; of more, the most popular titles'
GROWTH = 1.25  # times as many covers as before decide anew
BATCH = 500


def place_covers() -> int:
    """Give vectors to covers without one; to all, when they have become many more. Return how many got one."""
    readable = CoverLook.objects.exclude(features=b"")
    n_covers, space = readable.count(), LookSpace.objects.last()
    if n_covers < LEAST:
        return 0
    with transaction.atomic():
        if space is None or n_covers >= GROWTH * space.n_covers:
            space = _decide(n_covers)
            readable.update(vector=None)
        return _place(_space_of(space))


def _decide(n_covers: int) -> LookSpace:
    rows = CoverLook.objects.exclude(features=b"").order_by("-title__popularity", "pk")
    found = fit(_features(rows.values_list("features", flat=True)[:MOST]))
    LookSpace.objects.all().delete()
    return LookSpace.objects.create(n_covers=n_covers, mean=found.mean.tobytes(), axes=found.axes.tobytes())


def _space_of(row: LookSpace) -> Space:
    mean = np.frombuffer(row.mean, np.float32)
    return Space(mean, np.frombuffer(row.axes, np.float32).reshape(len(mean), N_LOOK))


def _features(rows: Iterable[bytes | memoryview[int]]) -> Features:
    return np.stack([np.frombuffer(row, STORED) for row in rows]).astype(np.float32)


def _place(space: Space) -> int:
    n, waiting = 0, CoverLook.objects.exclude(features=b"").filter(vector=None).order_by("pk")
    while looks := list(waiting.only("features")[:BATCH]):
        for look, vector in zip(looks, space.vectors(_features(look.features for look in looks)), strict=True):
            look.vector = vector.tolist()
        CoverLook.objects.bulk_update(looks, ["vector"])
        n += len(looks)
    return n
