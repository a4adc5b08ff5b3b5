"""The taste map: the active model's segments, and the viewer's position among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.contrib.auth.models import AnonymousUser
from numpy.typing import NDArray

from accounts.models import User
from catalog.models import Title
from catalog.titles.cards import title_cards
from recommendations.artifact_store import readable_recommender, readable_segments
from recommendations.engine.data.interactions import Histories
from recommendations.engine.segments import Segments
from recommendations.models import MemberSegment, ModelVersion, Segment
from recommendations.serving.readers import Reader

WIDTH, HEIGHT, MARGIN = 720.0, 460.0, 28.0
CUT = 0.5  # percentage of dots dropped at each edge
SHOWN = 6  # titles per segment


@dataclass(frozen=True)
class Point:
    """A position in map units, and its segment."""

    x: float
    y: float
    segment: int


@dataclass(frozen=True)
class Region:
    """A segment on the map. share: of all members, 0–1."""

    segment: Segment
    point: Point
    share: float
    titles: tuple[Title, ...]


@dataclass(frozen=True)
class TasteMap:
    """here: the viewer's position; None if the model knows none of their titles."""

    regions: tuple[Region, ...]
    dots: tuple[Point, ...]
    here: Point | None
    is_sample: bool  # of synthetic members
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def own(self) -> Region | None:
        """Return the viewer's segment."""
        here = self.here
        return None if here is None else next(r for r in self.regions if r.point.segment == here.segment)


def taste_map(viewer: User | AnonymousUser, scores: Mapping[int, int]) -> TasteMap | None:
    """Return the map for a member or for a visitor with these scores (title id → 1–10). None without segments."""
    version = ModelVersion.active()
    segments = readable_segments(version) if version else None
    if version is None or segments is None:
        return None
    rows = list(Segment.objects.filter(version=version))
    place = (
        _place_of_member(version, segments, viewer) if viewer.is_authenticated else _place(version, segments, scores)
    )
    scale = _Scale(segments.arrays["dots"])
    n_members = sum(row.size for row in rows)
    titles = _titles(rows, viewer)
    regions = (
        Region(row, scale.point(row.x, row.y, row.number), row.size / max(n_members, 1), titles[row.number])
        for row in rows
    )
    dots = zip(segments.arrays["dots"].tolist(), segments.arrays["dot_segment"].tolist(), strict=True)
    return TasteMap(
        regions=tuple(regions),
        dots=tuple(scale.point(x, y, number) for (x, y), number in dots if scale.holds(x, y)),
        here=scale.point(*place) if place else None,
        is_sample=version.kind == ModelVersion.Kind.STARTER,
    )


class _Scale:
    """Transform from segment to map coordinates. Dots fill the map; outliers are dropped or clipped."""

    def __init__(self, dots: NDArray[np.floating]) -> None:
        self.low, self.high = np.percentile(dots, [CUT, 100 - CUT], axis=0)

    def holds(self, x: float, y: float) -> bool:
        return bool((self.low <= (x, y)).all() and ((x, y) <= self.high).all())

    def point(self, x: float, y: float, segment: int) -> Point:
        share = np.clip((np.array([x, y]) - self.low) / np.maximum(self.high - self.low, 1e-9), 0, 1)
        across, down = share * (WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN) + MARGIN
        return Point(round(float(across), 1), round(HEIGHT - float(down), 1), segment)


Place = tuple[float, float, int]


def _place_of_member(version: ModelVersion, segments: Segments, member: User) -> Place | None:
    """Return the member's published position; computed now for lists started since."""
    row = MemberSegment.objects.filter(version=version, user=member).values_list("x", "y", "segment").first()
    if row is not None:
        return row
    recommender = readable_recommender(version)
    if recommender is None:
        return None
    return _place_of(segments, Reader(member).own_list(recommender.items).items)


def _place(version: ModelVersion, segments: Segments, scores: Mapping[int, int]) -> Place | None:
    recommender = readable_recommender(version)
    if recommender is None:
        return None
    index = recommender.items.index_of(np.array(list(scores), dtype=np.int64))
    return _place_of(segments, index[index >= 0])


def _place_of(segments: Segments, items: NDArray[np.integer]) -> Place | None:
    if not len(items):
        return None
    n_items = segments.arrays["favourites"].shape[1]
    (number,), ((x, y),) = segments.assign(Histories.of_one(items, np.zeros(len(items)), n_items))
    return float(x), float(y), int(number)


def _titles(rows: list[Segment], viewer: User | AnonymousUser) -> dict[int, tuple[Title, ...]]:
    """Return each segment's top titles that the viewer may see."""
    title_ids = {pk for row in rows for pk in row.title_ids}
    showable = Title.objects.visible_to(viewer).filter(pk__in=title_ids).order_by()
    cards = title_cards(showable.values_list("pk", flat=True))
    return {row.number: tuple(cards[pk] for pk in row.title_ids if pk in cards)[:SHOWN] for row in rows}
