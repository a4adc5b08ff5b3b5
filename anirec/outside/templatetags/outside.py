"""Template tags for the head of a page: what other sites' programs read of it."""

from __future__ import annotations

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from anirec.outside.indexing import canonical_url, is_indexable
from anirec.outside.kinds.find import find
from anirec.outside.oembed import oembed_url
from anirec.outside.structured import nodes_of, script, website

register = template.Library()


@register.simple_tag(takes_context=True)
def canonical_link(context: Context) -> SafeString:
    """Return the link to the page's canonical address; nothing for a page that search engines don't list."""
    request = context.get("request")
    if request is None or not is_indexable(request):
        return SafeString("")
    return format_html('<link rel="canonical" href="{}">', canonical_url(request))


@register.simple_tag(takes_context=True)
def seen_from_outside(context: Context, kind: str, key: int | str) -> SafeString:
    """Return what other sites' programs read of a page: OpenGraph, structured data, oEmbed.

    They come as guests, so members' pages are spared it. A page that guests can't see asks not to be listed.
    """
    if context["user"].is_authenticated:
        return SafeString("")
    subject = find(kind, str(key))
    if subject is None:
        return SafeString('<meta name="robots" content="noindex">')
    values = {"subject": subject, "oembed": oembed_url(subject), "data": script(nodes_of(subject))}
    return SafeString(render_to_string("outside/_head.html", values))


@register.simple_tag
def website_data() -> SafeString:
    """Return structured data about the site and its search."""
    return script([website()])
