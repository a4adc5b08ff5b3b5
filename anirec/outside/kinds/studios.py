from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anirec.outside.cards import Card
from anirec.outside.kinds.base import Subject, about
from catalog.posters.drawing import Sheet
from catalog.studios.queries import StudioPage, studio_page
from catalog.titles.cards import ordered_cards

POSTERS, MOST_NAMED = 4, 50


def find_studio(key: str) -> Subject | None:
    """Return a studio's page; None if guests can see none of its titles."""
    try:
        return _subject(studio_page(key, None))
    except Http404:
        return None


def _subject(found: StudioPage) -> Subject:
    titles = ordered_cards(found.best_known, None)
    path, name, n = found.studio.get_absolute_url(), found.studio.name, len(found.ids)
    names = [(title.name, title.get_absolute_url()) for title in titles]
    count = ngettext("%(n)d title", "%(n)d titles", n) % {"n": n}
    sheets = tuple(Sheet.of(title) for title in titles[:POSTERS])
    return Subject(
        kind="studio",
        key=found.studio.slug,
        path=path,
        name=name,
        description=_("%(count)s, such as %(names)s")
        % {"count": count, "names": ", ".join(one for one, _path in names)},
        card=Card(name, "A studio", (f"{n:,} title{'' if n == 1 else 's'}",), sheets, is_row=True),
        node=about("Organization", name, path, names),
    )
