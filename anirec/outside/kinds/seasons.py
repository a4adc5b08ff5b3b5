from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anirec.outside.cards import Card
from anirec.outside.kinds.base import Subject, item_list, thing
from catalog.airing.season_views import FIRST_YEAR, LAST_YEAR
from catalog.airing.seasons import Season, season_ids
from catalog.index.seasons import SEASONS
from catalog.models import Title
from catalog.posters.drawing import Sheet
from catalog.titles.cards import title_cards

POSTERS, MOST_NAMED = 4, 50


def find_season(key: str) -> Subject | None:
    """Return the page of a season such as "2020-fall"; None if guests see no title in it."""
    year, _dash, name = key.partition("-")
    if not (year.isascii() and year.isdecimal() and len(year) == 4 and name in SEASONS):
        return None
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        return None
    season = Season.of(int(year), name)
    ids = season_ids(season, None)
    return _subject(season, ids) if ids else None


def titles_of(ids: list[int]) -> list[Title]:
    by_id = title_cards(ids)
    return [by_id[pk] for pk in ids if pk in by_id]


def _subject(season: Season, ids: list[int]) -> Subject:
    titles = titles_of(ids[:MOST_NAMED])
    path = reverse("catalog:season", args=[season.year, season.name])
    names = [(title.name, title.get_absolute_url()) for title in titles]
    count = ngettext("%(n)d anime", "%(n)d anime", len(ids)) % {"n": len(ids)}
    return Subject(
        kind="season",
        key=season.address,
        path=path,
        name=season.label,
        description=f"{count}: {', '.join(name for name, _path in names[:POSTERS])}",
        card=_card(season, titles, len(ids)),
        node=thing("CollectionPage", season.label, path, mainEntity=item_list(names)),
        crumbs=((_("Seasons"), reverse("catalog:season_now")),),
        feed=reverse("outside:season_feed"),
    )


def _card(season: Season, titles: list[Title], n: int) -> Card:
    with translation.override(settings.LANGUAGE_CODE):
        label = season.label
    sheets = tuple(Sheet.of(title) for title in titles[:POSTERS])
    return Card(label, label, (f"{n:,} anime",), sheets, is_row=True)
