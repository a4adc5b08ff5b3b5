"""Titles of which members watched more episodes than the catalogue knows: a hint that its number is wrong."""

from __future__ import annotations

from django.db.models import Aggregate, Count, F, PositiveIntegerField, QuerySet

from accounts.models import User
from catalog.models import Title


class Mode(Aggregate):
    """The most frequent value."""

    name = "Mode"
    template = "mode() WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = PositiveIntegerField()


def titles_with_more_episodes(viewer: User, n: int = 100) -> QuerySet[Title]:
    """Return the titles with `n_members` and the count that most of these have, the most frequent first."""
    beyond = Title.objects.visible_to(viewer).filter(entries__progress__gt=F("episodes"), episodes__gt=0)
    counted = beyond.order_by().annotate(n_members=Count("entries"), usual_count=Mode("entries__progress"))
    return counted.order_by("-n_members", "pk")[:n]
