"""Which title a row is about.

By its own record, else by the ids it carries, most trusted first, else by name, year and format. A title that has
another row of the same source is never the row's title, unless that row's id was retired.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db.models import F

from catalog.importing.records import OWN_PROVIDERS, Incoming, place_of_provider, plain_ids
from catalog.models import ExternalId, SourceRecord, Title
from catalog.models.titles import Medium
from catalog.titles.external_ids import in_space
from catalog.titles.matching import Sought, match_names, owners_of

Owners = dict[tuple[str, str], int]
Pair = tuple[int, int]


@dataclass
class Decisions:
    """titles: row → title. replaced: row → keys of its source's records that it takes the place of.

    undecided: rows that may be another row under a new id, which the rest of the file tells. joined: titles that turned
    out to be one, as (kept, dropped).
    """

    owners: Owners
    titles: dict[int, int] = field(default_factory=dict)
    replaced: dict[int, list[str]] = field(default_factory=dict)
    undecided: list[Incoming] = field(default_factory=list)
    joined: list[Pair] = field(default_factory=list)


@dataclass
class Identifier:
    """Finds the titles of rows. keys_seen: the (source, key) of rows read so far in this import."""

    keys_seen: set[tuple[str, str]] = field(default_factory=set)

    def identify(
        self, rows: list[Incoming], known: Mapping[tuple[str, str], int], claimed: Collection[int], *, is_last: bool
    ) -> Decisions:
        """Decide for each row. known: titles of rows imported before. is_last: nothing more will be read."""
        owners = owners_of(pair for one in rows for pair in one.external_ids.items())
        titles = {one.number: _current_title(one, known[one.id], owners) for one in rows if one.id in known}
        decisions = Decisions(owners, titles)
        unknown = [one for one in rows if one.id not in known]
        keys = _keys_by_title({title_id for one in unknown for title_id in _owners_in_order(one, owners)})
        for one in unknown:
            self._match_by_ids(one, decisions, keys, is_last)
        waiting = {one.number for one in decisions.undecided}
        unmatched = [one for one in unknown if one.number not in decisions.titles and one.number not in waiting]
        decisions.titles |= _match_by_name(unmatched, claimed)
        decisions.joined = list(_one_and_the_same(rows, decisions))
        return decisions

    def _match_by_ids(
        self, one: Incoming, decisions: Decisions, keys: Mapping[tuple[int, str], list[Key]], is_last: bool
    ) -> None:
        for title_id in _owners_in_order(one, decisions.owners):
            others = keys.get((title_id, one.source), [])
            if all(_is_former(key, one) for key in others):
                decisions.titles[one.number] = title_id
                decisions.replaced[one.number] = [key.key for key in others]
                return
            if one.source in OWN_PROVIDERS or any((one.source, key.key) in self.keys_seen for key in others):
                continue  # two rows of one source are two titles
            if not is_last:
                decisions.undecided.append(one)
                return
            decisions.titles[one.number] = title_id
            decisions.replaced[one.number] = [key.key for key in others]
            return


def _current_title(one: Incoming, title_id: int, owners: Owners) -> int:
    """Return the title of a row that was imported before: where staff moved its own id, else where its record is."""
    provider, _, value = one.key.partition(":")
    return owners.get((provider, value), title_id) if one.source in OWN_PROVIDERS else title_id


@dataclass(frozen=True)
class Key:
    """The key of a record, and whether the id in it is retired."""

    key: str
    is_retired: bool


def _is_former(key: Key, one: Incoming) -> bool:
    """Return whether the key is an earlier one of the row itself: its id is retired, or among the row's ids."""
    provider, _, value = key.key.partition(":")
    return key.is_retired or one.external_ids.get(provider) == value


def _owners_in_order(one: Incoming, owners: Owners) -> list[int]:
    ids = sorted(one.external_ids.items(), key=lambda pair: place_of_provider(pair[0]))
    found = (owners.get(pair) for pair in ids)
    return list(dict.fromkeys(title_id for title_id in found if title_id))


def _keys_by_title(title_ids: Collection[int]) -> dict[tuple[int, str], list[Key]]:
    if not title_ids:
        return {}
    retired = ExternalId.objects.filter(title__in=title_ids, retired_at__isnull=False)
    dead = {
        f"{in_space(provider, medium)}:{value}"
        for provider, medium, value in retired.values_list("provider", "medium", "value")
    }
    keys: defaultdict[tuple[int, str], list[Key]] = defaultdict(list)
    records = SourceRecord.objects.filter(title__in=title_ids).order_by("pk")
    for title_id, source, key in records.values_list("title_id", "source", "key"):
        keys[title_id, source].append(Key(key, key in dead))
    return keys


def _match_by_name(rows: list[Incoming], claimed: Collection[int]) -> dict[int, int]:
    sought = [
        Sought(
            one.number,
            one.row.name,
            one.row.year,
            one.row.format or "",
            plain_ids(one.external_ids),
            one.row.medium or Medium.ANIME,
        )
        for one in rows
        if one.row.name and one.row.year
    ]
    return match_names(sought, Title.objects.all(), is_strict=True, claimed=claimed)


def _one_and_the_same(rows: list[Incoming], decisions: Decisions) -> Iterator[Pair]:
    """Yield pairs of titles whose ids one row has, unless they contradict each other. The older title is kept."""
    candidates = {
        (min(title_id, other), max(title_id, other))
        for one in rows
        if (title_id := decisions.titles.get(one.number))
        for other in _owners_in_order(one, decisions.owners)
        if other != title_id
    }
    if candidates:
        facts = _facts_of({title_id for pair in candidates for title_id in pair})
        used: set[int] = set()
        for kept, dropped in sorted(candidates):
            if used.isdisjoint((kept, dropped)) and facts[kept].agrees_with(facts[dropped]):
                used |= {kept, dropped}
                yield kept, dropped


@dataclass
class Facts:
    """What tells two titles apart."""

    medium: str
    year: int | None = None
    format: str = ""
    sources: set[str] = field(default_factory=set)
    ids: set[tuple[str, str]] = field(default_factory=set)

    def agrees_with(self, other: Facts) -> bool:
        both = {provider for provider, _ in self.ids} & {provider for provider, _ in other.ids}
        return (
            self.medium == other.medium
            and not both
            and self.sources.isdisjoint(other.sources)
            and (not self.year or not other.year or abs(self.year - other.year) <= 1)
            and (self.format in ("", other.format) or not other.format)
        )


def _facts_of(title_ids: Collection[int]) -> dict[int, Facts]:
    titles = Title.objects.filter(pk__in=title_ids).only("medium", "season_year", "started_on", "format")
    facts = {title.pk: Facts(title.medium, title.year, title.format) for title in titles}
    for title_id, source in SourceRecord.objects.filter(title__in=title_ids).values_list("title_id", "source"):
        facts[title_id].sources.add(source)
    current = ExternalId.objects.filter(title__in=title_ids, retired_at=None)
    for title_id, provider, medium, value in current.values_list(F("title"), "provider", "medium", "value"):
        facts[title_id].ids.add((in_space(provider, medium), value))
    return facts


def claimed_ids(rows: Iterable[Incoming], decisions: Decisions) -> dict[tuple[str, str], int | None]:
    """Return the rows' own ids that another title has: they move, since their own catalogue knows best."""
    moving: dict[tuple[str, str], int | None] = {}
    for one in rows:
        provider, _, value = one.key.partition(":")
        owner = decisions.owners.get((provider, value))
        if one.source in OWN_PROVIDERS and owner not in (None, decisions.titles.get(one.number)):
            moving[provider, value] = owner
    return moving
