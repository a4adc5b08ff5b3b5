"""Template tags for the head of a page: what other sites' programs read of it."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from anirec.outside.indexing import canonical_url, is_indexable

register = template.Library()


@register.simple_tag(takes_context=True)
def canonical_link(context: Context) -> SafeString:
    """Return the link to the page's canonical address; nothing for a page that search engines don't list."""
    request = context.get("request")
    if request is None or not is_indexable(request):
        return SafeString("")
    return format_html('<link rel="canonical" href="{}">', canonical_url(request))
