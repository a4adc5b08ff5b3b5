"""Template tags for titles: localised name, poster and facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from anirec.lib import numbers
from anirec.lib.web.addresses import address_of
from catalog.covers.addresses import cover_address, cover_widths, has_cover
from catalog.franchises.graph import lines_with_places
from catalog.models import Title
from catalog.models.titles import Format, Medium
from catalog.posters.drawing import poster_version
from catalog.search.matched import other_names
from catalog.templatetags.fragments import fragment
from catalog.titles.names import language_for, name_for, name_in
from catalog.viewers import Viewer

register = template.Library()
FORMATS = dict(Format.choices)  # Django's get_format_display takes ten times as long
MEDIA = dict(Medium.choices)


register.simple_tag(address_of, name="address")  # cached, for links on every page or in lists; elsewhere use `url`


@register.simple_tag(takes_context=True)
def title_name(context: Context, title: Title) -> str:
    return name_for(title, context.get("user"))


@register.simple_tag(takes_context=True)
def box_lines(context: Context, title: Title) -> list[tuple[str, float]]:
    """Return the lines of a title's name in the picture of its franchise, with their places."""
    return lines_with_places(title_name(context, title))


@register.simple_tag(takes_context=True)
def by_name(context: Context, titles: Sequence[Title]) -> list[tuple[Title, SafeString | None]]:
    """Return each title found for `search_query` with the name that matched, if it isn't the one that is shown."""
    shown = {title.pk: title_name(context, title) for title in titles}
    others = other_names(context.get("search_query") or "", titles, shown)
    return [(title, others.get(title.pk)) for title in titles]


@register.simple_tag(takes_context=True)
def title_language(context: Context) -> str:
    return language_for(context.get("user"))


@register.simple_tag(takes_context=True, name="poster_url")
def poster_for_viewer(context: Context, title: Title) -> str:
    return poster_url(title, context.get("user"))


def poster_url(title: Title, viewer: Viewer = None) -> str:
    """Return the URL of the title's cover, or else of its drawn poster in the viewer's language.

    The only place that decides between the two. It changes with the picture, so that browsers can cache it for good.
    Callers show titles only to those who may see them.
    """
    if has_cover(title):
        return cover_address(title)
    language = language_for(viewer)
    version = poster_version(title, language)
    address = f"{address_of('catalog:poster', title.pk)}?v={version}"
    return address if name_in(title, language) == title.name else f"{address}&name={language}"


@register.simple_tag(takes_context=True)
def poster(context: Context, title: Title, *, width: int = 190, is_eager: bool = False) -> SafeString:
    """Return a large poster, before its cover's colour.

    width: on a wide screen. is_eager: load it at once, because it is visible at first.
    """
    widths = cover_widths(title) if has_cover(title) else []
    srcset = ", ".join(f"{cover_address(title, width)} {width}w" for width in widths)
    colour = title.cover_colour if widths else ""
    values = {"url": poster_for_viewer(context, title), "srcset": srcset, "colour": colour}
    return fragment("_poster.html", **values, width=width, is_eager=is_eager)


@register.simple_tag(takes_context=True)
def card_head(context: Context, title: Title, *, is_eager: bool = False) -> SafeString:
    """Return a card's poster, name and facts. is_eager: load the poster at once, because it is visible at first."""
    large = poster(context, title, is_eager=is_eager)
    values = {"name": title_name(context, title), "poster": large, "facts": facts(title)}
    return fragment("_card_head.html", pk=title.pk, address=title.get_absolute_url(), **values)


@register.filter
def spaced(name: str) -> str:
    """
    >>> spaced("America/New_York")
    'America/New York'
    """
    return name.replace("_", " ")


@register.filter
def facts(title: Title) -> str:
    """Return the known facts, such as "TV · 24 episodes · 2011" or "Manga · 162 chapters · 1994"."""
    if title.medium == Medium.ANIME:
        return _facts(title.format, title.episodes or 0, title.year, get_language())
    return " · ".join(str(part) for part in _facts_of_others(title) if part)


def _facts_of_others(title: Title) -> Iterator[Any]:
    yield MEDIA[title.medium]
    if n := title.chapters:
        yield ngettext("%(n)s chapter", "%(n)s chapters", n) % {"n": numbers.whole(n)}
    elif n := title.volumes:
        yield ngettext("%(n)s volume", "%(n)s volumes", n) % {"n": numbers.whole(n)}
    yield title.year


@lru_cache(maxsize=5000)
def _facts(format: str, n: int, year: int | None, _language: str) -> str:
    episodes = ngettext("%(n)s episode", "%(n)s episodes", n) % {"n": numbers.whole(n)} if n > 1 else ""
    parts = [FORMATS[format] if format else "", episodes, year]
    return " · ".join(str(part) for part in parts if part)


@register.filter
def percent(share: float) -> str:
    return numbers.percent(share)


@register.filter
def minutes(seconds: int | None) -> str:
    """Format a duration, such as "24 min" or "1 h 52 min"."""
    if not seconds:
        return ""
    hours, rest = divmod(max(1, round(seconds / 60)), 60)
    parts = [_("%(n)d h") % {"n": hours} if hours else "", _("%(n)d min") % {"n": rest} if rest else ""]
    return " ".join(part for part in parts if part)


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
