"""Read HTML pages: bytes in, text out. Needs the extra `workers`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode


class Page:
    """A parsed page, with CSS selectors."""

    def __init__(self, body: bytes) -> None:
        self.tree = LexborHTMLParser(body)

    @property
    def title(self) -> str:
        return self.text("title") or ""

    def all(self, selector: str) -> list[LexborNode]:
        return list(self.tree.css(selector))

    def text(self, selector: str) -> str | None:
        """Return the text of the first element that matches, on one line; None without one."""
        return next((text_of(node) for node in self.all(selector)), None)

    def texts(self, selector: str) -> list[str]:
        return [text_of(node) for node in self.all(selector)]

    def attribute(self, selector: str, name: str) -> str | None:
        return next((node.attributes.get(name) for node in self.all(selector)), None)

    def pairs(self, outer: str, one: str, other: str) -> Iterator[tuple[LexborNode, LexborNode]]:
        """Yield the first elements that match `one` and `other` inside each `outer` that has both."""
        for node in self.all(outer):
            first, second = node.css_first(one), node.css_first(other)
            if first is not None and second is not None:
                yield first, second

    def table(self, row: str, label: str, value: str) -> dict[str, LexborNode]:
        """Return the rows of a table of facts: label → the element with the value. The first of a label counts."""
        facts: dict[str, LexborNode] = {}
        for name, content in self.pairs(row, label, value):
            facts.setdefault(text_of(name).rstrip(":"), content)
        return facts

    def linked_data(self) -> Iterator[dict[str, Any]]:
        """Yield the objects of schema.org (JSON-LD). Blocks that aren't valid JSON are left out."""
        for node in self.all('script[type="application/ld+json"]'):
            try:
                found = json.loads(node.text(), strict=False)
            except (ValueError, RecursionError):
                continue
            yield from (item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict))


def text_of(node: LexborNode) -> str:
    """Return an element's text on one line."""
    return " ".join(node.text().split())
