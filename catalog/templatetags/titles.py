"""Template tags for titles: localised name, poster and facts."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anirec.lib import numbers
from anirec.lib.web.addresses import address_of
from catalog.models import Title
from catalog.models.titles import Format
from catalog.posters.drawing import poster_version
from catalog.titles.names import name_for

register = template.Library()
FORMATS = dict(Format.choices)  # Django's get_format_display takes ten times as long


register.simple_tag(address_of, name="address")  # of one of many: the rest take `url`


@register.simple_tag(takes_context=True)
def title_name(context: Context, title: Title) -> str:
    return name_for(title, context.get("user"))


@register.simple_tag
def poster_url(title: Title) -> str:
    """Return the poster's URL, versioned so that browsers can cache it indefinitely."""
    return f"{address_of('catalog:poster', title.pk)}?v={poster_version(title)}"


@register.filter
def facts(title: Title) -> str:
    """ "TV · 24 episodes · 2011", without what is unknown."""
    n = title.episodes or 0
    episodes = ngettext("%(n)d episode", "%(n)d episodes", n) % {"n": n} if n > 1 else ""
    shown = [FORMATS[title.format] if title.format else "", episodes, title.year]
    return " · ".join(str(part) for part in shown if part)


@register.filter
def percent(share: float) -> str:
    return numbers.percent(share)


@register.filter
def minutes(seconds: int | None) -> str:
    """ "24 min", "1 h 52 min"."""
    if not seconds:
        return ""
    hours, rest = divmod(max(1, round(seconds / 60)), 60)
    shown = [_("%(n)d h") % {"n": hours} if hours else "", _("%(n)d min") % {"n": rest} if rest else ""]
    return " ".join(part for part in shown if part)


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """Return the page's URL with changed parameters; None removes one."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = value
    return "?" + query.urlencode()
