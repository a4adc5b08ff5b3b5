"""Franchise grouping, and the title to start each franchise with."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import CharField
from django.db.models.functions import Cast, Coalesce

from catalog.franchises.by_name import linked_by_name, names_agree
from catalog.models import Relation, Title
from catalog.models.titles import Format, Medium

Kind = Relation.Kind
SAME_STORY = {
    Kind.SEQUEL, Kind.PREQUEL, Kind.SIDE_STORY, Kind.PARENT_STORY, Kind.SUMMARY, Kind.FULL_STORY, Kind.ALTERNATIVE,
    Kind.SPIN_OFF,
}  # fmt: skip
# Clips and advertisements often carry the name of a series without telling its story.
WITHOUT_STORY = {Format.MUSIC, Format.COMMERCIAL}
BEGINNINGS = {Format.TV, Format.TV_SHORT, Format.MOVIE, Format.ONA}
NOT_A_BEGINNING = re.compile(r"\b(?:recaps?|pilot|summary|digest|soushuuhen|prologue)\b", re.IGNORECASE)
LATER_SEASON = re.compile(
    r"\b(?:second|third|fourth|final|2nd|3rd|[4-9]th) season\b|\b(?:season|part) [2-9]\b|\bI{2,3}\b", re.IGNORECASE
)
FAME = 20_000  # members with the title on their list
KNOWN_ENOUGH = 0.05  # share of the audience of the franchise's most popular title
SERIES = {Format.TV, Format.ONA}
# Audience, relative to the first series', that a better-liked series needs to be where people start instead. A sequel
# never has a larger one, so without relations a larger audience is the evidence that a series tells the story anew.
AUDIENCE_OF_RETELLING, AUDIENCE_WITHOUT_RELATION = 0.5, 1.25
WRITE = """
    UPDATE catalog_title SET franchise_entry_id = new.entry_id
    FROM (
        SELECT title.id, entry.entry_id
        FROM catalog_title title
        LEFT JOIN unnest(%s::bigint[], %s::bigint[]) AS entry (title_id, entry_id) ON entry.title_id = title.id
    ) AS new
    WHERE new.id = catalog_title.id AND catalog_title.franchise_entry_id IS DISTINCT FROM new.entry_id
"""


@dataclass(frozen=True)
class Member:
    """The fields of a title that decide its franchise."""

    pk: int
    name: str
    name_english: str
    format: str
    started: str
    members: float  # on the scale of one source: `Title.popularity`
    is_adult: bool
    is_recommendable: bool
    is_summary: bool
    studios: frozenset[int] = frozenset()
    score: float = 0  # on the scale of one source; 0: unknown
    is_sequel: bool = False  # to a title released earlier
    is_retelling: bool = False

    @property
    def names(self) -> list[str]:
        return [name for name in (self.name, self.name_english) if name]


class Groups:
    """Disjoint sets of ids (union-find with path halving)."""

    def __init__(self) -> None:
        self._parents: dict[int, int] = {}

    def find(self, one: int) -> int:
        parents = self._parents
        parents.setdefault(one, one)
        while parents[one] != one:
            parents[one] = one = parents[parents[one]]
        return one

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.find(one), self.find(other)))
        self._parents[high] = low

    def nontrivial(self) -> list[list[int]]:
        groups: defaultdict[int, list[int]] = defaultdict(list)
        for one in self._parents:
            groups[self.find(one)].append(one)
        return [group for group in groups.values() if len(group) > 1]


def refresh_franchises() -> None:
    """Recompute every title's franchise_entry."""
    members = {member.pk: member for member in load_members()}
    relations = Relation.objects.filter(from_title__medium=Medium.ANIME, to_title__medium=Medium.ANIME)
    groups = find_franchises(members, relations.values_list("from_title", "to_title", "kind"))
    entries = {pk: choose_entry([members[one] for one in group]).pk for group in groups for pk in group}
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [list(entries), list(entries.values())])


def load_members() -> Iterator[Member]:
    titles = Title.objects.filter(medium=Medium.ANIME).order_by("pk")
    recommendable = set(titles.recommendable().values_list("pk", flat=True))
    studios: defaultdict[int, set[int]] = defaultdict(set)
    for title_id, studio_id in Title.studios.through.objects.values_list("title_id", "studio_id"):
        studios[title_id].add(studio_id)
    roles = _roles()
    rows = titles.values_list(
        "pk", "name", "name_english", "format", "started_on", "season_year", "popularity", "is_adult",
        Coalesce("comparable_score", "score", 0.0),
    )  # fmt: skip
    for pk, name, name_english, format, started_on, season_year, popularity, is_adult, score in rows.iterator():
        yield Member(
            pk=pk,
            name=name,
            name_english=name_english,
            format=format,
            started=str(started_on or season_year or ""),
            members=popularity,
            is_adult=is_adult,
            is_recommendable=pk in recommendable,
            is_summary=pk in roles[Kind.SUMMARY] or bool(NOT_A_BEGINNING.search(name)),
            studios=frozenset(studios[pk]),
            score=score,
            is_sequel=pk in roles[Kind.SEQUEL] or bool(LATER_SEASON.search(name)),
            is_retelling=pk in roles[Kind.ALTERNATIVE],
        )


def _roles() -> dict[str, set[int]]:
    """Return the ids of summaries, retellings, and sequels to titles that were released earlier, by kind."""
    kinds = (Kind.SUMMARY, Kind.ALTERNATIVE, Kind.SEQUEL, Kind.PREQUEL)
    start = (Cast(f"{end}__started_on", CharField()) for end in ("from_title", "to_title"))
    rows = Relation.objects.filter(kind__in=kinds).values_list("from_title", "to_title", "kind", *start)
    roles: defaultdict[str, set[int]] = defaultdict(set)
    for one, other, kind, started, other_started in rows.iterator():
        if kind in (Kind.SEQUEL, Kind.PREQUEL):
            dates = [(started or "9999", one), (other_started or "9999", other)]
            earlier, later = dates if kind == Kind.SEQUEL else dates[::-1]
            if earlier[0] <= later[0]:
                roles[Kind.SEQUEL].add(later[1])
        else:
            roles[kind].add(other)
    return roles


def find_franchises(members: dict[int, Member], relations: Iterable[tuple[int, int, str]]) -> list[list[int]]:
    """Return the title ids of each franchise with at least two titles."""
    groups = Groups()
    for one, other, kind in relations:
        if kind in SAME_STORY or names_agree(members[one].names, members[other].names):
            groups.join(one, other)
    with_story = [member for member in members.values() if member.format not in WITHOUT_STORY]
    names = [(member.pk, member.name) for member in with_story]
    translated = [(member.pk, member.name_english) for member in with_story if member.name_english]

    def is_by_same_studio(head: int, title: int) -> bool:
        return members[head].members >= FAME and not members[head].studios.isdisjoint(members[title].studios)

    for one, other in linked_by_name(names, translated, is_by_same_studio):
        groups.join(one, other)
    return groups.nontrivial()


def choose_entry(franchise: Collection[Member]) -> Member:
    """Return where to start: the first series or film, or the series that tells its story anew and is liked better.

    Released and reasonably popular titles come first, sequels and summaries last.
    """
    audience = max(member.members for member in franchise)
    ordered = sorted(franchise, key=lambda member: (_drawbacks(member, audience), member.started or "9999", member.pk))
    entry = ordered[0]
    for later in ordered[1:]:
        if _drawbacks(later, audience) == _drawbacks(entry, audience) and _replaces(later, entry):
            entry = later
    return entry


def _drawbacks(member: Member, audience: float) -> tuple[bool, bool, bool, bool]:
    return (
        not member.is_recommendable,
        member.is_adult,
        member.members < KNOWN_ENOUGH * audience,
        member.format not in BEGINNINGS or member.is_summary or member.is_sequel,
    )


def _replaces(member: Member, first: Member) -> bool:
    """Return whether a series tells the story of an earlier series or film anew, and is liked better."""
    least = AUDIENCE_OF_RETELLING if member.is_retelling else AUDIENCE_WITHOUT_RELATION
    return member.format in SERIES and member.score > first.score and member.members >= least * first.members
