"""The titles that a person worked on or speaks in, as far as a viewer may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404

from catalog.models import Credit, Person, Title
from catalog.titles.roles import role_name
from catalog.viewers import Viewer


@dataclass(frozen=True)
class Work:
    """A title with a person's parts in it: roles of staff, or characters."""

    title_id: int
    parts: list[str]


@dataclass(frozen=True)
class PersonPage:
    """A person's titles, newest first: as staff, and as a voice."""

    person: Person
    staff: list[Work]
    voices: list[Work]


def person_page(pk: int, viewer: Viewer) -> PersonPage:
    """Return the person. Raise Http404 if there is none, or the viewer may see none of their titles."""
    credits = Credit.objects.filter(person=pk, title__in=Title.objects.visible_to(viewer).order_by().values("pk"))
    credits = credits.select_related("person", "title").only(
        "kind", "role", "character", "person__name", "person__slug", "title__season_year", "title__started_on",
        "title__popularity",
    )  # fmt: skip
    found = sorted(credits.order_by("position", "pk"), key=lambda credit: _newest_first(credit.title))
    if not found or found[0].person is None:
        raise Http404("Person not found.")
    return PersonPage(found[0].person, _works(found, Credit.Kind.STAFF), _works(found, Credit.Kind.CAST))


def _newest_first(title: Title) -> tuple[float, ...]:
    return -(title.year or 0), -title.popularity, title.pk


def _works(credits: Iterable[Credit], kind: str) -> list[Work]:
    parts: dict[int, list[str]] = defaultdict(list)
    for credit in credits:
        if credit.kind == kind:
            parts[credit.title_id].append(credit.character or role_name(credit.role))
    return [Work(title_id, list(dict.fromkeys(names))) for title_id, names in parts.items()]
