"""Features and colours of covers, kept up to date with the files."""

from __future__ import annotations

import time

import numpy as np
from django.db import transaction
from django.db.models import F, Q

from catalog.covers import files
from catalog.looks.pictures import features
from catalog.models import CoverLook, Title

BATCH = 16  # covers that the network sees at once
STORED = np.dtype("<f2")


def read_covers(seconds: float) -> int:
    """Read covers that are new or have changed, popular titles first, until the time is up. Return how many."""
    n, end = CoverLook.objects.filter(title__cover_digest="").delete()[0], time.monotonic() + seconds
    while time.monotonic() < end and (batch := _to_read()):
        _read(batch)
        n += len(batch)
    return n


def _to_read() -> dict[int, str]:
    """Return the next covers: {title ID: digest}."""
    titles = Title.objects.filter(Q(look=None) | ~Q(look__digest=F("cover_digest"))).exclude(cover_digest="")
    return dict(titles.order_by("-popularity", "pk").values_list("pk", "cover_digest")[:BATCH])


def _read(batch: dict[int, str]) -> None:
    contents = {pk: files.read(digest, files.SMALL) for pk, digest in batch.items()}
    opened = {pk: features.open_picture(content) for pk, content in contents.items() if content}
    pictures = {pk: picture for pk, picture in opened.items() if picture}
    found = dict(zip(pictures, features.features_of([*pictures.values()]), strict=True)) if pictures else {}
    looks = [
        CoverLook(
            title_id=pk,
            digest=digest,
            features=found[pk].astype(STORED).tobytes() if pk in found else b"",  # an unreadable file isn't tried again
            colours=features.colours_of(pictures[pk]) if pk in found else [],
            vector=None,
        )
        for pk, digest in batch.items()
    ]
    with transaction.atomic():
        there = set(Title.objects.filter(pk__in=batch).select_for_update().values_list("pk", flat=True))
        CoverLook.objects.bulk_create(
            [look for look in looks if look.title_id in there],
            update_conflicts=True,
            unique_fields=["title"],
            update_fields=["digest", "features", "colours", "vector"],
        )
