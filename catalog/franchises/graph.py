"""The picture of a franchise: titles in columns by year, in bands by their role, with lines for their relations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from catalog.franchises.watch_order import Link, Role, watch_order
from catalog.models import Relation, Title

Kind = Relation.Kind
BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, MARGIN, TOP = 168, 46, 56, 16, 8, 28
LINE = 22  # characters of a name on one of the two lines of a box
MOST = 80  # titles in the picture
UNKNOWN_YEAR = 9999
# A relation told from the other end is the same line.
INVERSE = {Kind.PREQUEL: Kind.SEQUEL, Kind.PARENT_STORY: Kind.SIDE_STORY, Kind.FULL_STORY: Kind.SUMMARY}
SYMMETRIC = {Kind.ALTERNATIVE, Kind.CHARACTER, Kind.RELATED}


class Connection(NamedTuple):
    """`to` is the `kind` of `start`, whichever of the two the source describes."""

    start: Title
    to: Title
    kind: Relation.Kind


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    title: Title


class Line(NamedTuple):
    """A curve between two boxes, as the path of an SVG."""

    path: str
    kind: Relation.Kind


@dataclass(frozen=True)
class Graph:
    """The picture's shapes in view box units, and the same relations as a list."""

    boxes: list[Box]
    lines: list[Line]
    years: list[tuple[int | None, float]]  # year, middle of its column
    connections: list[Connection]
    width: int
    height: int

    @property
    def kinds(self) -> list[Relation.Kind]:
        """Return the kinds of relations in the picture, for its key."""
        return [kind for kind in Kind if any(one.kind == kind for one in self.lines)]


def franchise_graph(parts: Iterable[Title], links: Collection[Link]) -> Graph | None:
    """Draw the franchise. None without two related titles."""
    titles = {title.pk: title for title in list(parts)[:MOST]}
    connections = connections_among(titles, links)
    if not connections:
        return None
    boxes, height = _placed(list(titles.values()), links)
    by_title = {box.title.pk: box for box in boxes}
    lines = [Line(_curve(by_title[one.start.pk], by_title[one.to.pk]), one.kind) for one in connections]
    columns = {_year(box.title): box.x + BOX_WIDTH / 2 for box in boxes}
    years = [(None if year == UNKNOWN_YEAR else year, x) for year, x in sorted(columns.items())]
    width = max(box.x for box in boxes) + BOX_WIDTH + MARGIN
    return Graph(boxes, lines, years, connections, int(width), height)


def connections_among(titles: dict[int, Title], links: Iterable[Link]) -> list[Connection]:
    """Return each relation once, from the earlier title on. "Related" is left out beside a closer one."""
    found: dict[tuple[int, int], set[Relation.Kind]] = defaultdict(set)
    for one, other, name in links:
        if one in titles and other in titles:
            found_kind = Kind(name)
            kind = INVERSE.get(found_kind, found_kind)
            pair = (other, one) if found_kind in INVERSE else (one, other)
            found[tuple(sorted(pair)) if kind in SYMMETRIC else pair].add(kind)  # type: ignore[index]
    pairs = sorted(found, key=lambda pair: (_year(titles[pair[0]]), _year(titles[pair[1]]), pair))
    return [Connection(titles[a], titles[b], _closest(found[a, b])) for a, b in pairs if not _is_vague(a, b, found)]


def _closest(kinds: Collection[Relation.Kind]) -> Relation.Kind:
    order = list(Kind)
    return min(kinds, key=order.index)


def _is_vague(one: int, other: int, found: dict[tuple[int, int], set[Relation.Kind]]) -> bool:
    closer = found.get((one, other), set()) | found.get((other, one), set())
    return found[one, other] <= SYMMETRIC and not closer <= SYMMETRIC


def _placed(titles: Sequence[Title], links: Collection[Link]) -> tuple[list[Box], int]:
    """Return the boxes, and the picture's height. Each role has a band as high as its fullest year."""
    roles = {step.title.pk: list(Role).index(step.role) for step in watch_order(titles, links)}
    column = {year: place for place, year in enumerate(sorted({_year(title) for title in titles}))}
    cells: dict[tuple[int, int], list[Title]] = defaultdict(list)
    for title in titles:
        cells[roles.get(title.pk, len(Role)), _year(title)].append(title)
    boxes, y = [], float(TOP)
    for role in sorted({role for role, _year in cells}):
        band = {year: inside for (one, year), inside in cells.items() if one == role}
        for year, inside in band.items():
            x = MARGIN + column[year] * (BOX_WIDTH + GAP_X)
            boxes += [Box(x, y + place * (BOX_HEIGHT + GAP_Y), title) for place, title in enumerate(inside)]
        y += max(map(len, band.values())) * (BOX_HEIGHT + GAP_Y)
    return sorted(boxes, key=lambda box: (box.x, box.y)), int(y - GAP_Y + MARGIN)


def _curve(start: Box, end: Box) -> str:
    """Return a curve from the right side of the earlier box to the left of the later one; from below in one column."""
    if start.x == end.x:
        first, last = sorted((start, end), key=lambda box: box.y)
        x, y1, y2 = first.x + BOX_WIDTH, first.y + BOX_HEIGHT / 2, last.y + BOX_HEIGHT / 2
        return f"M{x:g} {y1:g}C{x + 26:g} {y1:g} {x + 26:g} {y2:g} {x:g} {y2:g}"
    first, last = sorted((start, end), key=lambda box: box.x)
    x1, x2, y1, y2 = first.x + BOX_WIDTH, last.x, first.y + BOX_HEIGHT / 2, last.y + BOX_HEIGHT / 2
    return f"M{x1:g} {y1:g}C{x1 + GAP_X * 0.7:g} {y1:g} {x2 - GAP_X * 0.7:g} {y2:g} {x2:g} {y2:g}"


def _year(title: Title) -> int:
    return title.year or UNKNOWN_YEAR


def lines_of(name: str) -> Iterator[str]:
    """Yield the name on at most two lines of a box.

    >>> list(lines_of("Shingeki no Kyojin: The Final Season Part Two"))
    ['Shingeki no Kyojin:', 'The Final Season Part…']
    """
    words, lines = name.split(), [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= LINE or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > 2:
        lines = [lines[0], f"{lines[1]}…" if len(lines[1]) < LINE else f"{lines[1][: LINE - 1]}…"]
    return (line if len(line) <= LINE else f"{line[: LINE - 1]}…" for line in lines)


def lines_with_places(name: str) -> list[tuple[str, Any]]:
    """Return (text, dy of its baseline) of each line, centred in a box."""
    lines = list(lines_of(name))
    return [(line, BOX_HEIGHT / 2 + 4 + (place - (len(lines) - 1) / 2) * 15) for place, line in enumerate(lines)]
