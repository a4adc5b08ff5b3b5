"""Franchise grouping, and the title to start each franchise with."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db import connection

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
FAME = 20_000  # members with the title on their list
KNOWN_ENOUGH = 0.05  # share of the audience of the franchise's most popular title
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
    summaries = set(Relation.objects.filter(kind=Kind.SUMMARY).values_list("to_title", flat=True))
    studios: defaultdict[int, set[int]] = defaultdict(set)
    for title_id, studio_id in Title.studios.through.objects.values_list("title_id", "studio_id"):
        studios[title_id].add(studio_id)
    rows = titles.values_list(
        "pk", "name", "name_english", "format", "started_on", "season_year", "popularity", "is_adult"
    )
    for pk, name, name_english, format, started_on, season_year, popularity, is_adult in rows.iterator():
        yield Member(
            pk=pk,
            name=name,
            name_english=name_english,
            format=format,
            started=str(started_on or season_year or ""),
            members=popularity,
            is_adult=is_adult,
            is_recommendable=pk in recommendable,
            is_summary=pk in summaries or bool(NOT_A_BEGINNING.search(name)),
            studios=frozenset(studios[pk]),
        )


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
    """Return the first series or film among the released and reasonably popular ones."""
    audience = max(member.members for member in franchise)

    def order(member: Member) -> tuple[bool, bool, bool, bool, str, int]:
        return (
            not member.is_recommendable,
            member.is_adult,
            member.members < KNOWN_ENOUGH * audience,
            member.format not in BEGINNINGS or member.is_summary,
            member.started or "9999",
            member.pk,
        )

    return min(franchise, key=order)
