"""Canonical addresses, and `noindex` for what search engines shouldn't list: filtered, personal or thin pages."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from anirec.lib.web.addresses import site_url
from anirec.lib.web.requests import route_of

INDEXABLE = frozenset({
    "recommendations:home", "recommendations:about", "recommendations:segments", "recommendations:mood",
    "catalog:browse", "catalog:title", "catalog:season", "catalog:season_now", "catalog:top", "catalog:calendar",
    "catalog:studio", "catalog:person",
    "social:title_reviews", "social:review", "social:custom_list", "social:members", "social:member",
    "outside:card",
})  # fmt: skip
ROBOTS = "X-Robots-Tag"


class IndexingMiddleware:
    """Keeps search engines out, unless the page is one of `INDEXABLE`, found, and without filters."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 200 and not is_indexable(request):
            response.headers.setdefault(ROBOTS, "noindex")
        return response


def is_indexable(request: HttpRequest) -> bool:
    """Return whether search engines may list the page. A query other than `page` makes it a filtered one."""
    return route_of(request) in INDEXABLE and not request.GET.keys() - {"page"}


def canonical_url(request: HttpRequest) -> str:
    """Return the page's full address on this site, with the number of a page after the first."""
    page = request.GET.get("page", "")
    is_later = page.isascii() and page.isdecimal() and len(page) < 6 and int(page) > 1
    return site_url(request.path) + (f"?page={int(page)}" if is_later else "")
