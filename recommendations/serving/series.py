"""Continue your series: the next part of each franchise a member has started."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import F

from accounts.models import SEEN, EntryStatus, HiddenTitle, ListEntry, User
from catalog.franchises.watch_order import OPTIONAL, Link, Role, Step, watch_order
from catalog.models import Relation, Title
from recommendations.inputs.member_lists import FRANCHISE

LIKED_ENOUGH = 6.0  # minimum mean score of the seen parts
MOST_FRANCHISES = 200  # most recently updated ones to look at
READ = ("name", "name_english", "name_native", "format", "started_on", "season_year", "franchise_entry")
REACHED = {*SEEN, EntryStatus.ON_HOLD}


@dataclass(frozen=True)
class NextPart:
    """A part to watch next. on_hold: the part before it, if the member put that one on hold."""

    title: Title
    role: Role
    on_hold: Title | None = None


@dataclass
class _Started:
    """One franchise on a member's list. seen: title id → status, of completed parts and those on hold."""

    seen: dict[int, str] = field(default_factory=dict)
    scores: list[int] = field(default_factory=list)
    is_settled: bool = True  # no part is planned, in progress or dropped

    def add(self, title_id: int, status: str, score: int | None) -> None:
        self.is_settled &= status in REACHED
        self.seen[title_id] = status
        self.scores += [score] if score else []

    @property
    def is_liked(self) -> bool:
        return not self.scores or sum(self.scores) / len(self.scores) >= LIKED_ENOUGH


def continue_series(member: User, n: int = 12, *, extras: bool = False) -> list[NextPart]:
    """Return the next main part of each franchise the member has started, most recently updated franchise first.

    Skips franchises that the member didn't like, or in which they hid a title, dropped one, or have one planned or in
    progress. extras: after the main parts, also side stories and extras that they haven't seen.
    """
    started = _started(member)
    orders = watch_orders(list(started))
    main = [part for pk, one in started.items() if (part := _next_main(orders[pk], one.seen, pk))]
    more = [part for pk, one in started.items() for part in _unseen_extras(orders[pk], one.seen)] if extras else []
    parts = [*main, *more]
    visible = Title.objects.visible_to(member).recommendable().for_cards()
    cards = visible.in_bulk([part.title.pk for part in parts])
    return [NextPart(cards[part.title.pk], part.role, part.on_hold) for part in parts if part.title.pk in cards][:n]


def next_part_ids(member: User) -> list[int]:
    """Return the ids of the parts that `continue_series` offers first, of any number."""
    started = _started(member)
    orders = watch_orders(list(started))
    parts = (_next_main(orders[pk], one.seen, pk) for pk, one in started.items())
    return [part.title.pk for part in parts if part]


def parts_to_see_first(member: User, titles: Iterable[Title]) -> dict[int, Title]:
    """Return {title id: the main part to see before it}, for those of the titles that come later in a franchise."""
    titles = list(titles)
    franchises = {title.franchise_entry_id for title in titles if title.franchise_entry_id}
    seen = set(
        ListEntry.objects.filter(user=member, status__in=SEEN, title__franchise_entry__in=franchises)
        .values_list("title_id", flat=True)
        .order_by()
    )
    orders = watch_orders(franchises)
    first = {t.pk: _first_unseen_before(orders.get(t.franchise_entry_id or 0, ()), t.pk, seen) for t in titles}
    return {pk: part for pk, part in first.items() if part is not None}


def _first_unseen_before(order: Iterable[Step], title_id: int, seen: Collection[int]) -> Title | None:
    main: list[Title] = []
    for step in order:
        if step.title.pk == title_id:
            return next((part for part in main if part.pk not in seen), None)
        if step.role == Role.MAIN:
            main.append(step.title)
    return None


def _started(member: User) -> dict[int, _Started]:
    """Return the franchises to continue, most recently updated first."""
    entries = ListEntry.objects.filter(user=member, title__franchise_entry__isnull=False).order_by("-updated_at", "pk")
    franchises: defaultdict[int, _Started] = defaultdict(_Started)
    rows = entries.values_list(FRANCHISE, "title_id", "status", "score")
    for franchise, title_id, status, score in rows.iterator():
        franchises[franchise].add(title_id, status, score)
    hidden = HiddenTitle.objects.filter(user=member, title__franchise_entry__isnull=False)
    declined = set(hidden.values_list("title__franchise_entry", flat=True))
    rest = [(pk, one) for pk, one in franchises.items() if pk not in declined and one.is_settled and one.is_liked]
    return dict(rest[:MOST_FRANCHISES])


def watch_orders(franchises: Collection[int]) -> dict[int, list[Step]]:
    """Return {franchise: its watch order}, in two queries."""
    parts = Title.objects.filter(franchise_entry__in=franchises).order_by("pk")
    by_franchise: dict[int, list[Title]] = {pk: [] for pk in franchises}
    for part in parts.only(*READ):
        by_franchise[part.franchise_entry_id or part.pk].append(part)
    within = Relation.objects.filter(
        from_title__franchise_entry__in=franchises, to_title__franchise_entry=F("from_title__franchise_entry")
    )
    franchise_of = {part.pk: pk for pk, parts_of in by_franchise.items() for part in parts_of}
    links: dict[int, list[Link]] = {pk: [] for pk in franchises}
    for link in within.values_list("from_title", "to_title", "kind"):
        links[franchise_of[link[0]]].append(link)
    return {pk: watch_order(by_franchise[pk], links[pk]) for pk in franchises}


def _next_main(order: Iterable[Step], seen: dict[int, str], entry: int) -> NextPart | None:
    """Return the main part after the last one seen, or where to start if only extras were seen."""
    main = [step.title for step in order if step.role == Role.MAIN]
    last = max((place for place, title in enumerate(main) if title.pk in seen), default=None)
    if last is None:
        start = next((title for title in main if title.pk == entry), None)
        return NextPart(start, Role.MAIN) if start else None
    if last + 1 == len(main):
        return None
    before = main[last]
    return NextPart(main[last + 1], Role.MAIN, before if seen[before.pk] == EntryStatus.ON_HOLD else None)


def _unseen_extras(order: Iterable[Step], seen: dict[int, str]) -> Iterator[NextPart]:
    """Yield the side stories and extras between the first and last main part seen, and right after it."""
    is_reached = False
    for step in order:
        if step.role == Role.MAIN:
            is_reached = step.title.pk in seen
        elif is_reached and step.role not in OPTIONAL and step.title.pk not in seen:
            yield NextPart(step.title, step.role)
