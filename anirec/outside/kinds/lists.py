from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from anirec.outside.cards import Card
from anirec.outside.kinds.base import Subject, is_number, item_list, short, thing
from anirec.outside.listing import listed_lists
from catalog.models import Title
from catalog.posters.drawing import Sheet
from catalog.titles.cards import title_cards
from social.custom_lists.queries import list_page
from social.custom_lists.visibility import lists_visible_to
from social.markdown import without_spoilers
from social.models.custom_lists import CustomList

POSTERS, MOST_NAMED = 4, 50


def find_list(key: str) -> Subject | None:
    """Return a custom list's page; None unless everyone may see it."""
    if not is_number(key):
        return None
    found = lists_visible_to(None).select_related("owner").filter(pk=int(key)).first()
    return _subject(found) if found else None


def _subject(found: CustomList) -> Subject:
    items = list_page(found, AnonymousUser()).items
    ids = list(items.values_list("title", flat=True)[:MOST_NAMED])
    by_id = title_cards(ids)
    titles = [by_id[pk] for pk in ids]
    owner = found.owner
    author = (owner.username, owner.get_absolute_url())
    by = _("A list by %(name)s") % {"name": owner.username}
    return Subject(
        kind="list",
        key=str(found.pk),
        path=found.get_absolute_url(),
        name=found.name,
        description=short(without_spoilers(found.description)) or by,
        card=_card(found, titles, items.count()),
        node=thing(
            "CollectionPage",
            found.name,
            found.get_absolute_url(),
            author=thing("Person", *author),
            dateModified=found.changed_at.date().isoformat(),
            mainEntity=item_list([(title.name, title.get_absolute_url()) for title in titles]),
        ),
        crumbs=(author,),
        author=author,
        is_listed=listed_lists().filter(pk=found.pk).exists(),
    )


def _card(found: CustomList, titles: list[Title], n: int) -> Card:
    line = f"A list by {found.owner.username} · {n:,} title{'' if n == 1 else 's'}"
    sheets = tuple(Sheet.of(title) for title in titles[:POSTERS])
    return Card(found.name, f"A list by {found.owner.username}", (line,), sheets, is_row=True)
