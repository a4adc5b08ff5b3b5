"""What a page says of itself to programs of other sites: the same as a guest sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator

from anirec.lib.web.addresses import site_url
from anirec.outside.cards import Card

WORDS = 40  # of a description
Node = dict[str, Any]  # of schema.org's vocabulary, as JSON-LD


@dataclass(frozen=True)
class Subject:
    """A page as a guest sees it.

    crumbs: names and paths of the pages above it. feed: the path of its Atom feed, or "". is_listed: whether search
    engines may list it. author: name and path.
    """

    kind: str
    key: str
    path: str
    name: str
    description: str
    card: Card
    node: Node
    og_type: str = "website"
    crumbs: tuple[tuple[str, str], ...] = ()
    author: tuple[str, str] | None = None
    feed: str = ""
    is_listed: bool = True
    extra: dict[str, str] = field(default_factory=dict)  # further properties of OpenGraph

    @property
    def url(self) -> str:
        return site_url(self.path)

    @property
    def card_url(self) -> str:
        return site_url(reverse("outside:card", args=[self.kind, self.key, self.card.digest]))


def short(text: str) -> str:
    """Return the beginning of a text, on one line."""
    return Truncator(" ".join(text.split())).words(WORDS, truncate="…")


def is_number(key: str) -> bool:
    return key.isascii() and key.isdecimal() and len(key) < 10


def thing(kind: str, name: str, path: str, **more: Any) -> Node:
    """Return a node of schema.org, without empty values."""
    node = {"@type": kind, "name": name, "url": site_url(path), **more}
    return {key: value for key, value in node.items() if value not in (None, "", [], {})}


def about(kind: str, name: str, path: str, works: list[tuple[str, str]]) -> Node:
    """Return a page about somebody, such as a "Person", with names and paths of works."""
    return thing("CollectionPage", name, path, about={"@type": kind, "name": name}, mainEntity=item_list(works))


def item_list(things: list[tuple[str, str]]) -> Node:
    """Return names and paths as a numbered list."""
    items = [
        {"@type": "ListItem", "position": number, "name": name, "url": site_url(path)}
        for number, (name, path) in enumerate(things, start=1)
    ]
    return {"@type": "ItemList", "numberOfItems": len(items), "itemListElement": items}
