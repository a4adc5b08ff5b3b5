"""What to show somebody of whom nothing is known."""

from __future__ import annotations

from collections import Counter

from django.db.models import F, Q

from catalog.models import Title
from catalog.models.titles import Format

POOL = 12  # times as many candidates as places
FAMILIAR = (Format.TV, Format.MOVIE)


def onboarding_titles(n: int = 24) -> list[Title]:
    """n titles that most people know, where series begin, of as many genres as possible: something to say yes or no to.

    From the best known down, each place goes to the title whose genres were shown least so far.
    """
    pool = list(
        Title.objects.visible_to(None)
        .recommendable()
        .filter(Q(franchise_entry=None) | Q(franchise_entry=F("pk")), format__in=FAMILIAR)
        .for_cards()
        .order_by("-members", "pk")[: n * POOL]
    )
    shown: Counter[str] = Counter()
    chosen: list[Title] = []
    while pool and len(chosen) < n:
        title = min(pool[: 3 * n], key=lambda candidate: _seen_share(candidate, shown))
        pool.remove(title)
        chosen.append(title)
        shown.update(title.tag_names)
    return chosen


def _seen_share(title: Title, shown: Counter[str]) -> float:
    """How often its tags were shown already, on average."""
    names = title.tag_names
    return sum(shown[name] for name in names) / len(names) if names else float("inf")
