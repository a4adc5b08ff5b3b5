"""A title composed from what its sources say: the same records always make the same title."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, Protocol

from anirec.lib.partial_dates import PartialDate
from catalog.importing.precedence import FIELDS, NO_SOURCE, STAFF, Candidate, choose, order_of
from catalog.importing.records import STALE_AIRING, date_of, names_of, value_of
from catalog.models import Service, SourceRecord, Tag, Title, TitleName
from catalog.models.titles import Status
from catalog.search.index import own_names
from catalog.search.keys import search_key

STUDIOS, PRODUCERS = "studios", "producers"
COMPANIES = (STUDIOS, PRODUCERS)
TERM_KINDS = (*Tag.Kind.values, *COMPANIES)
CREDITS, STREAMS = "credits", "streams"
DEFAULTS = {field.name: field.get_default() for field in Title._meta.concrete_fields if field.name in FIELDS}
DEFAULTS |= {"started_on": None, "ended_on": None}
OVERDUE = timedelta(days=2)  # after the last episode's day, in any time zone, it's over
UNRELEASED = frozenset({Status.UPCOMING, Status.CANCELLED})
RECOMMENDABLE = "recommendable"
# Changes of these can change the franchises.
OF_FRANCHISES = frozenset({"name", "name_english", "format", RECOMMENDABLE, "started_on", "season_year", "is_adult"})
Part = tuple[Any, ...]
Ids = dict[tuple[str, str], bool]  # (provider, value) → whether it is retired


class Name(NamedTuple):
    """A name of a title, as `TitleName` has it: a model's instance for each of half a million would take seconds."""

    kind: str
    text: str
    key: str


class Terms(Protocol):
    """The ids of tags, studios and people by name."""

    tags: dict[str, int]
    studios: dict[str, int]
    people: dict[str, int]


@dataclass
class TitleState:
    """A title with its records, names by key, ids, the ids of its tags (by kind) and studios, credits and streams.

    parts: the rows of "credits" and "streams", without the title's id.
    """

    title: Title
    is_new: bool = False
    records: list[SourceRecord] = field(default_factory=list)
    names: dict[str, Name] = field(default_factory=dict)
    external_ids: Ids = field(default_factory=dict)
    terms: dict[str, frozenset[int]] = field(default_factory=lambda: defaultdict(frozenset))
    parts: dict[str, list[Part]] = field(default_factory=lambda: defaultdict(list))
    # What `compose` changed
    changed_fields: set[str] = field(default_factory=set)
    changed_names: dict[str, Name] = field(default_factory=dict)
    removed_names: set[str] = field(default_factory=set)
    new_ids: set[tuple[str, str]] = field(default_factory=set)
    retired_ids: set[tuple[str, str]] = field(default_factory=set)
    revived_ids: set[tuple[str, str]] = field(default_factory=set)
    replaced: dict[str, tuple[frozenset[int], frozenset[int]]] = field(default_factory=dict)
    changed_parts: set[str] = field(default_factory=set)
    has_new_details: bool = False  # that its page reads from the records

    @classmethod
    def new(cls) -> TitleState:
        return cls(Title(), is_new=True)

    @property
    def is_changed(self) -> bool:
        return self.is_new or bool(
            self.changed_fields
            or self.replaced
            or self.changed_parts
            or self.has_new_details
            or self.changed_names
            or self.removed_names
            or self.new_ids
            or self.retired_ids
            or self.revived_ids
        )

    @property
    def has_new_names(self) -> bool:
        return bool(self.changed_names or self.removed_names)

    @property
    def can_change_franchises(self) -> bool:
        return self.is_new or STUDIOS in self.replaced or not OF_FRANCHISES.isdisjoint(self.changed_fields)

    def compose(self, before: Collection[str], terms: Terms, now: datetime) -> None:
        """Choose every value anew. before: the names that the records had before they changed."""
        self._compose_fields(now)
        self._compose_terms(terms)
        self._compose_part(CREDITS, _credits_of(self._best(CREDITS), terms))
        self._compose_part(STREAMS, _streams_in(self.records))
        self._compose_names(before)

    def _compose_fields(self, now: datetime) -> None:
        chosen = {name: one for name in FIELDS if (one := self._chosen(name, now))}
        _apply_dates(chosen, now.date())
        for name in FIELDS:
            self._set(name, chosen.get(name))

    def _set(self, name: str, one: Candidate | None) -> None:
        owners = self.title.field_sources
        value, owner = (one.value, one.source or None) if one else (DEFAULTS[name], None)
        if getattr(self.title, name) != value or owners.get(name) != owner:
            self.changed_fields.add(name)
            if name == "status" and (value in UNRELEASED) != (self.title.status in UNRELEASED):
                self.changed_fields.add(RECOMMENDABLE)
            setattr(self.title, name, value)
            owners.pop(name, None)
            if owner:
                owners[name] = owner

    def _chosen(self, name: str, now: datetime) -> Candidate | None:
        if self.title.field_sources.get(name) == STAFF:
            return Candidate(STAFF, getattr(self.title, name))
        candidates = [
            Candidate(record.source, value, date_of(record, name), record.key)
            for record in self.records
            if (value := value_of(record.data, name)) is not None and not _is_stale(record, name, now)
        ]
        if (inherited := self._inherited(name)) is not None:
            candidates.append(inherited)
        return choose(name, candidates) if candidates else None

    def _inherited(self, name: str) -> Candidate | None:
        """Return a value from before records were kept, if its source has no record. Its date is unknown."""
        owner, value = self.title.field_sources.get(name), getattr(self.title, name)
        if value in (None, "") or value == DEFAULTS[name]:
            return None
        if owner is None or owner not in order_of(name):
            return Candidate(NO_SOURCE, value)
        return None if any(record.source == owner for record in self.records) else Candidate(owner, value)

    def _compose_terms(self, terms: Terms) -> None:
        for kind in TERM_KINDS:
            owners = self.title.field_sources
            candidates = [
                Candidate(record.source, ids, record.as_of, record.key)
                for record in self.records
                if (ids := _terms_of(record, kind, terms))
            ]
            owner = owners.get(kind)
            if owner == STAFF or not candidates:
                continue
            if owner in order_of(kind) and all(record.source != owner for record in self.records):
                candidates.append(Candidate(str(owner), self.terms[kind]))
            best = choose(kind, candidates)
            if best.value != self.terms[kind]:
                self.replaced[kind] = (self.terms[kind] - best.value, best.value - self.terms[kind])
            if owner != best.source:
                owners[kind] = best.source
                self.changed_fields.add(kind)

    def _best(self, name: str) -> list[Any]:
        """Return the list of the best source that has one."""
        candidates = [
            Candidate(record.source, record.data[name], date_of(record, name), record.key)
            for record in self.records
            if name in record.data
        ]
        return list(choose(name, candidates).value) if candidates else []

    def _compose_part(self, name: str, rows: list[Part]) -> None:
        if self.parts[name] != rows:
            self.parts[name] = rows
            self.changed_parts.add(name)

    def _compose_names(self, before: Collection[str]) -> None:
        """Set the names: main ones from the title's fields, all others as synonyms, without those no source has now."""
        own = {name.key: Name(name.kind, name.text, name.key) for name in own_names(self.title)}
        offered = [text for record in self.records for text in names_of(record.data)]
        outdated = {search_key(text) for text in before} - own.keys()
        if outdated:
            outdated -= {search_key(text) for text in offered}
        names = dict(own)
        for text in [*(name.text for key, name in self.names.items() if key not in outdated), *offered]:
            key = search_key(text)
            if key not in names:
                names[key] = Name(TitleName.Kind.SYNONYM.value, text, key)
        self.changed_names = {key: name for key, name in names.items() if self.names.get(key) != name}
        self.removed_names = outdated & self.names.keys()

    def take_ids(self, before: Mapping[str, str], record: SourceRecord, owned: Collection[tuple[str, str]]) -> None:
        """Add the ids of a changed record that no other title has. before: the record's ids until now.

        An id that its record replaced by another one is retired, unless a recent record still has it.
        """
        ids = record.data["ids"]
        for pair in ids.items():
            if self.external_ids.get(pair):
                self.revived_ids.add(pair)
            elif pair not in self.external_ids and pair not in owned:
                self.new_ids.add(pair)
        for provider, value in before.items():
            if ids.get(provider, value) != value and not self._has_id(provider, value, record):
                self.retired_ids |= {(provider, value)} & self.external_ids.keys()

    def _has_id(self, provider: str, value: str, changed: SourceRecord) -> bool:
        return any(
            record is not changed
            and record.data["ids"].get(provider) == value
            and bool(record.as_of and changed.as_of and record.as_of > changed.as_of - timedelta(days=90))
            for record in self.records
        )


def _terms_of(record: SourceRecord, kind: str, terms: Terms) -> frozenset[int]:
    if kind in COMPANIES:
        return frozenset(terms.studios[name] for name in record.data.get(kind, ()))
    return frozenset(terms.tags[name] for name, tag_kind, _ in record.data.get("tags", ()) if tag_kind == kind)


def _credits_of(rows: Iterable[Sequence[str]], terms: Terms) -> list[Part]:
    """Return (person, kind, role, character, language, position) of each credit."""
    return [
        (terms.people[name] if name else None, kind, role, character, language, position)
        for position, (kind, name, role, character, language) in enumerate(rows)
    ]


def _streams_in(records: Iterable[SourceRecord]) -> list[Part]:
    """Return (service, language, address) of each stream, sorted. Each service is as the best source has it."""
    by_service: dict[str, list[Candidate]] = defaultdict(list)
    for record in records:
        rows = [tuple(row) for row in record.data.get(STREAMS, ()) if row[0] in Service.values]
        for service in {row[0] for row in rows}:
            own = sorted(row for row in rows if row[0] == service)
            by_service[service].append(Candidate(record.source, own, date_of(record, STREAMS), record.key))
    return sorted(row for candidates in by_service.values() for row in choose(STREAMS, candidates).value)


def _is_stale(record: SourceRecord, name: str, now: datetime) -> bool:
    """Return whether the value is about a next airing that has long passed."""
    if name not in ("next_airing_at", "next_episode"):
        return False
    at = value_of(record.data, "next_airing_at")
    return at is None or at < now - STALE_AIRING


def _apply_dates(chosen: dict[str, Candidate], today: date) -> None:
    """Correct a status that the dates refute, such as "airing" after the last day, in the name of the date's source."""
    status, start, end = (chosen.get(name) for name in ("status", "started_on", "ended_on"))
    if status is None or status.source == STAFF or status.value == Status.CANCELLED:
        return
    if end and _is_day(end.value) and str(end.value) < str(today - OVERDUE) and status.value != Status.FINISHED:
        chosen["status"] = Candidate(end.source, Status.FINISHED.value)
    elif start and _is_day(start.value) and str(start.value) > str(today + OVERDUE):
        if status.value in (Status.FINISHED, Status.AIRING):
            chosen["status"] = Candidate(start.source, Status.UPCOMING.value)
    elif status.value == Status.UPCOMING and start and _is_day(start.value) and str(start.value) < str(today - OVERDUE):
        chosen["status"] = Candidate(start.source, Status.AIRING.value)


def _is_day(value: PartialDate | None) -> bool:
    return value is not None and value.day is not None


def terms_in(records: Iterable[SourceRecord]) -> tuple[dict[str, tuple[str, bool]], set[str], set[str]]:
    """Return the tags, as name → (kind, is adult), the studios and producers, and the people of the records."""
    records = list(records)
    tags = {name: (kind, adult) for record in records for name, kind, adult in record.data.get("tags", ())}
    companies = {name for record in records for kind in COMPANIES for name in record.data.get(kind, ())}
    people = {name for record in records for _kind, name, *_rest in record.data.get(CREDITS, ()) if name}
    return tags, companies, people


def contradictions_in(records: Iterable[SourceRecord], fields: Iterable[str]) -> Iterator[tuple[str, list[Candidate]]]:
    """Yield each field whose sources disagree, with their values."""
    records = list(records)
    for name in fields:
        values = [
            Candidate(record.source, value, date_of(record, name), record.key)
            for record in records
            if (value := value_of(record.data, name)) is not None
        ]
        if any(not _agree(values[0].value, one.value) for one in values[1:]):
            yield name, values


def _agree(one: Any, other: Any) -> bool:
    if isinstance(one, PartialDate):
        return str(one).startswith(str(other)) or str(other).startswith(str(one))
    return bool(one == other)
