"""Audience statistics in groups of at least ten people, from members' answers or an imported file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import connection, transaction

from accounts.models import AboutMember
from recommendations.models import AudienceFigure

LEAST = 10  # people in a visible group
REST = "rest"  # value of the combined small groups
AGE_GROUPS = ((8, 12), (13, 17), (18, 24), (25, 34), (35, 44), (45, 54), (55, 64), (65, 89))
LEAST_AGE, MOST_AGE = AGE_GROUPS[0][0], AGE_GROUPS[-1][1]

# One row per group of each of the three parts.
COUNT = f"""
WITH about AS (
    SELECT about.*, member.is_synthetic, (
        SELECT {{ages}} FROM (SELECT extract(year FROM now())::int - about.birth_year AS age) years
    ) AS age FROM {AboutMember._meta.db_table} about JOIN accounts_user member ON member.id = about.user_id
), lists AS (
    SELECT user_id, count(*) AS titles, count(score) AS scored, COALESCE(sum(score), 0) AS scores
    FROM accounts_listentry WHERE user_id IN (SELECT user_id FROM about) GROUP BY user_id
)
INSERT INTO {AudienceFigure._meta.db_table} (source, is_synthetic, part, value, people, titles, scored, scores)
SELECT '', is_synthetic, part, value, count(*), COALESCE(sum(titles), 0), COALESCE(sum(scored), 0),
    COALESCE(sum(scores), 0)
FROM about LEFT JOIN lists USING (user_id)
CROSS JOIN LATERAL (VALUES ('age', COALESCE(age, '')), ('gender', gender), ('country', country)) said (part, value)
GROUP BY is_synthetic, part, value
"""


@dataclass(frozen=True)
class Group:
    """value: REST for the combined small groups, empty if unknown."""

    value: str
    people: int
    titles: int = 0
    scored: int = 0
    scores: int = 0

    @property
    def titles_each(self) -> float:
        return self.titles / self.people

    @property
    def mean_score(self) -> float | None:
        return self.scores / self.scored if self.scored else None

    def with_(self, other: Group) -> Group:
        return replace(
            self,
            people=self.people + other.people,
            titles=self.titles + other.titles,
            scored=self.scored + other.scored,
            scores=self.scores + other.scores,
        )


def showable(groups: Sequence[Group]) -> list[Group]:
    """Return groups of at least LEAST people, from which no smaller group can be derived.

    Small groups are combined, together with the next larger one while they are too few. So every published number, and
    every difference of published numbers, covers at least LEAST people.

    >>> [(g.value, g.people) for g in showable([Group("a", 40), Group("b", 12), Group("c", 3)])]
    [('a', 40), ('rest', 15)]
    """
    rest, visible = None, []
    for group in sorted(groups, key=lambda group: (group.people, group.value)):
        if group.people < LEAST or (rest is not None and rest.people < LEAST):
            rest = replace(group, value=REST) if rest is None else rest.with_(group)
        else:
            visible.append(group)
    return [*reversed(visible), *([rest] if rest is not None and rest.people >= LEAST else [])]


def age_group(age: int | None) -> str:
    """Return the age group, empty if the age is unknown or out of range.

    >>> age_group(27), age_group(7), age_group(-6981), age_group(90), age_group(None)
    ('25-34', '', '', '', '')
    """
    return next((f"{low}-{high}" for low, high in AGE_GROUPS if age is not None and low <= age <= high), "")


def count_members() -> None:
    """Recount the members who have agreed."""
    ages = "CASE " + " ".join(f"WHEN age BETWEEN {low} AND {high} THEN '{low}-{high}'" for low, high in AGE_GROUPS)
    with transaction.atomic(), connection.cursor() as cursor:
        AudienceFigure.objects.filter(source="").delete()
        cursor.execute(COUNT.format(ages=f"{ages} END"))


def groups_of(source: str, part: str, *, synthetic: bool) -> list[Group]:
    """Return the groups that may be shown, largest first, the combined one last."""
    figures = AudienceFigure.objects.filter(source=source, part=part)
    if not synthetic:
        figures = figures.filter(is_synthetic=False)
    groups: dict[str, Group] = {}
    for figure in figures:
        group = Group(figure.value, figure.people, figure.titles, figure.scored, figure.scores)
        groups[figure.value] = groups[figure.value].with_(group) if figure.value in groups else group
    return showable(list(groups.values()))
