"""Remove files that no title names any more, and forget covers whose files are gone."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from anirec.lib.pictures import storing
from catalog.covers import files
from catalog.models import Cover, Title
from catalog.versioning import catalogue_changed

KEPT = timedelta(days=1)  # after a replacement, because open pages name the files


def clean_covers() -> tuple[int, int]:
    """Return how many files were removed, and how many titles lost a cover whose files are gone."""
    found = list(files.stored())
    named = set(Title.objects.exclude(cover_digest="").values_list("cover_digest", flat=True))
    oldest = timezone.now() - KEPT
    unnamed = [name for digest, name in found if digest not in named and storing.changed_at(name) < oldest]
    for name in unnamed:
        storing.delete(name)
    return len(unnamed), _forget(named - {digest for digest, _ in found})


def _forget(digests: set[str]) -> int:
    """Forget covers by their digests, so that they are fetched again."""
    with transaction.atomic():
        titles = Title.objects.filter(cover_digest__in=digests)
        Cover.objects.filter(title__in=titles).delete()
        n = titles.update(cover_digest="", cover_colour="", cover_width=0)
        if n:
            catalogue_changed()
    return n
