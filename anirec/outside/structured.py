"""Structured data in schema.org's vocabulary (JSON-LD), in a script element that browsers don't execute."""

from __future__ import annotations

import json

from django.urls import reverse
from django.utils.safestring import SafeString

from anirec.lib.web.addresses import site_url
from anirec.outside.kinds.base import Node, Subject, thing

CONTEXT = "https://schema.org"
# So that no text can end the script element; JSON reads these escapes as the same characters.
ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def nodes_of(subject: Subject) -> list[Node]:
    """Return the subject and its place on the site."""
    crumbs = [*subject.crumbs, (subject.name, subject.path)]
    items = [
        {"@type": "ListItem", "position": number, "name": name, "item": _page(path)}
        for number, (name, path) in enumerate(crumbs, start=1)
    ]
    return [subject.node, {"@type": "BreadcrumbList", "itemListElement": items}]


def _page(path: str) -> Node:
    """Return a page as a thing, which the vocabulary asks for, with the @id that search engines read."""
    return {"@type": "WebPage", "@id": site_url(path)}


def website() -> Node:
    target = site_url(reverse("catalog:search")) + "?q={query}"
    action = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": target},
        "query-input": "required name=query",
    }
    return thing("WebSite", "anirec", "/", potentialAction=action)


def script(nodes: list[Node]) -> SafeString:
    """Return the nodes as a script element."""
    text = json.dumps({"@context": CONTEXT, "@graph": nodes}, ensure_ascii=False).translate(ESCAPES)
    return SafeString(f'<script type="application/ld+json">{text}</script>')
