"""Request types with the attributes that middleware adds, and the name of a request's route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class PageRequest(HttpRequest):
    htmx: HtmxDetails


def route_of(request: HttpRequest) -> str:
    """Return the route's name, which tells nothing of the member or title in the path."""
    match = getattr(request, "resolver_match", None)
    return str(match.view_name)[:100] if match is not None else "unmatched"
