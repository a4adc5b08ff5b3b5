from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anirec.outside.cards import Card
from anirec.outside.kinds.base import Subject, about, is_number
from catalog.people.queries import PersonPage, person_page
from catalog.posters.drawing import Sheet
from catalog.titles.cards import ordered_cards

POSTERS = 4


def find_person(key: str) -> Subject | None:
    """Return a person's page; None if guests can see none of their titles."""
    try:
        return _subject(person_page(int(key), None)) if is_number(key) else None
    except Http404:
        return None


def _subject(found: PersonPage) -> Subject:
    ids = list(dict.fromkeys(work.title_id for work in (*found.staff, *found.voices)))
    titles = ordered_cards(ids[:POSTERS], None)
    path, name, n = found.person.get_absolute_url(), found.person.name, len(ids)
    names = [(title.name, title.get_absolute_url()) for title in titles]
    count = ngettext("%(n)d title", "%(n)d titles", n) % {"n": n}
    return Subject(
        kind="person",
        key=str(found.person.pk),
        path=path,
        name=name,
        description=_("%(count)s, such as %(names)s")
        % {"count": count, "names": ", ".join(one for one, _path in names)},
        card=Card(
            name,
            "A person",
            (f"{n:,} title{'' if n == 1 else 's'}",),
            tuple(Sheet.of(title) for title in titles),
            is_row=True,
        ),
        node=about("Person", name, path, names),
    )
