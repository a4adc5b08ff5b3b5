"""Watch order of a franchise, and each part's role in the story."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.franchises.grouping import NOT_A_BEGINNING, WITHOUT_STORY
from catalog.models import Relation, Title
from catalog.models.titles import Format

Kind = Relation.Kind
Link = tuple[int, int, str]  # from title, to title, kind


class Role(models.TextChoices):
    MAIN = "main", _("Main story")
    SIDE = "side", _("Side story")
    EXTRA = "extra", _("Extra")
    VERSION = "version", _("Alternative version")
    RECAP = "recap", _("Recap")


OPTIONAL = {Role.RECAP, Role.VERSION}
# A title's role by the relations that point to it; the first match counts.
ROLES_BY_LINK = ((Kind.SUMMARY, Role.RECAP), (Kind.SPIN_OFF, Role.SIDE), (Kind.SIDE_STORY, Role.SIDE))
EXTRAS = {Format.OVA, Format.SPECIAL}


@dataclass(frozen=True)
class Step:
    """A step of the watch order. `number` counts the parts that aren't optional."""

    title: Title
    role: Role
    number: int | None

    @property
    def is_optional(self) -> bool:
        return self.number is None


def watch_order(parts: Iterable[Title], links: Collection[Link]) -> list[Step]:
    """Return the parts in order of release: later prequels assume knowledge of earlier parts.

    Recaps and other versions of the same story are optional. Titles without a story are left out.
    """
    stories = [part for part in parts if part.format not in WITHOUT_STORY]
    stories.sort(key=_release)
    place = {part.pk: place for place, part in enumerate(stories)}
    kinds: defaultdict[int, set[str]] = defaultdict(set)
    for one, other, kind in links:
        # of two versions, only the later one is the alternative
        if kind != Kind.ALTERNATIVE or place.get(one, 0) <= place.get(other, 0):
            kinds[other].add(kind)
    steps, number = [], 0
    for part in stories:
        role = _role(part, kinds[part.pk])
        number += role not in OPTIONAL
        steps.append(Step(part, role, None if role in OPTIONAL else number))
    return steps


def up_to(order: Sequence[Step], title: Title) -> list[Title]:
    """Return the part and the required ones before it; empty if it isn't in the order."""
    place = next((place for place, step in enumerate(order) if step.title == title), -1)
    return [step.title for step in order[: place + 1] if not step.is_optional or step.title == title]


def _role(part: Title, kinds: Collection[str]) -> Role:
    """Return the part's role, by its relations, then by name and format. Sequels are main story."""
    role_by_link = next((role for kind, role in ROLES_BY_LINK if kind in kinds), None)
    if role_by_link:
        return role_by_link
    if NOT_A_BEGINNING.search(part.name):
        return Role.RECAP
    if Kind.SEQUEL in kinds or Kind.PREQUEL in kinds:
        return Role.MAIN
    if Kind.ALTERNATIVE in kinds:
        return Role.VERSION
    return Role.EXTRA if part.format in EXTRAS else Role.MAIN


def _release(title: Title) -> tuple[str, int]:
    return str(title.started_on or title.year or "9999"), title.pk
