"""Responses to forms: fragments for htmx, redirects otherwise."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import trigger_client_event


def back_to(request: HttpRequest, default: str) -> HttpResponse:
    """Redirect to the page that the form was on (its "next" field), or to `default`."""
    target = request.POST.get("next", "")
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target if safe else resolve_url(default))


def announce_change(response: HttpResponse) -> HttpResponse:
    """Make the page reload the parts that depend on the list."""
    return trigger_client_event(response, "list-changed")
