"""Sitemaps: an index, and parts of 50,000 addresses, each streamed from one query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from django.db.models import DateTimeField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from accounts.models import ListEntry, Visibility
from anirec.lib.web.addresses import site_url
from anirec.lib.web.downloads import stream
from anirec.outside import listing
from catalog.models.titles import Medium

PART = 50_000  # the most that the protocol allows
HOUR = 3600
START = '<?xml version="1.0" encoding="UTF-8"?>\n<{} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
PAGES = (
    "recommendations:home", "catalog:browse", "catalog:top", "catalog:season_now", "catalog:calendar",
    "social:members", "recommendations:about", "recommendations:segments",
)  # fmt: skip
Row = tuple[Any, ...]  # the address's arguments, and when the page changed last


def _titles() -> QuerySet[Any, Row]:
    return listing.listed_titles().order_by("pk").values_list("pk", "updated_at")


def _reviews() -> QuerySet[Any, Row]:
    changed_at = Coalesce(F("edited_at"), F("created_at"))
    return listing.listed_reviews().order_by("pk").values_list("pk", changed_at)


def _lists() -> QuerySet[Any, Row]:
    return listing.listed_lists().order_by("pk").values_list("pk", "changed_at")


def _studios() -> QuerySet[Any, Row]:
    return listing.listed_studios().order_by("pk").values_list("slug", Value(None, DateTimeField()))


def _people() -> QuerySet[Any, Row]:
    return listing.listed_people().order_by("pk").values_list("pk", "slug", Value(None, DateTimeField()))


def _members() -> QuerySet[Any, Row]:
    """Return members with the time of their latest entry that a guest may see."""
    public = ListEntry.objects.filter(
        visibility=Visibility.PUBLIC, is_removed=False, title__is_adult=False, title__medium=Medium.ANIME
    )
    latest = public.filter(user=OuterRef("pk")).order_by("-updated_at").values("updated_at")[:1]
    return listing.listed_members().order_by("pk").values_list("username", Subquery(latest))


KINDS: dict[str, tuple[str, Callable[[], QuerySet[Any, Row]]]] = {
    "titles": ("catalog:title", _titles),
    "seasons": ("catalog:season", listing.listed_seasons),
    "reviews": ("social:review", _reviews),
    "lists": ("social:custom_list", _lists),
    "members": ("social:member", _members),
    "studios": ("catalog:studio", _studios),
    "people": ("catalog:person", _people),
}


@require_GET
@cache_control(max_age=HOUR)
def index(request: HttpRequest) -> HttpResponse:
    """Return the addresses of all parts."""
    parts = [("pages", 1)]
    for kind, (_view, rows) in KINDS.items():
        parts += [(kind, number) for number in range(1, -(-rows().count() // PART) + 1)]
    addresses = (site_url(reverse("outside:sitemap_part", args=part)) for part in parts)
    body = "".join(f"<sitemap><loc>{escape(address)}</loc></sitemap>\n" for address in addresses)
    return HttpResponse(f"{START.format('sitemapindex')}{body}</sitemapindex>", content_type="application/xml")


@require_GET
@cache_control(max_age=HOUR)
def part(request: HttpRequest, kind: str, number: int) -> HttpResponseBase:
    """Stream a part. Raises Http404 for a kind or number that isn't in the index."""
    return stream(request, "application/xml", _urlset(_rows(kind, number)))


def _rows(kind: str, number: int) -> Iterable[tuple[str, datetime | None]]:
    if kind == "pages" and number == 1:
        return [(reverse(view), None) for view in PAGES]
    if kind not in KINDS or not 0 < number < 10_000:
        raise Http404("No such part of the sitemap.")
    view, rows = KINDS[kind]
    chosen = rows()[(number - 1) * PART : number * PART]
    address = partial(reverse, view)
    return ((address(args=arguments), changed_at) for *arguments, changed_at in chosen.iterator(chunk_size=2000))


def _urlset(rows: Iterable[tuple[str, datetime | None]]) -> Iterator[str]:
    yield START.format("urlset")
    for address, changed_at in rows:
        lastmod = f"<lastmod>{changed_at.isoformat(timespec='seconds')}</lastmod>" if changed_at else ""
        yield f"<url><loc>{escape(site_url(address))}</loc>{lastmod}</url>\n"
    yield "</urlset>"
