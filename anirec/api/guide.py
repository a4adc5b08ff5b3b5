"""/api/: the API guide, an introduction beside the reference."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.events import event_choices
from accounts.tokens.scopes import scope_choices
from anirec.api.throttling import rates
from anirec.lib.paging import MOST


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    context = {
        "scopes": scope_choices(),
        "events": event_choices(),
        "most": MOST,
        "rates": rates(),
        "origin": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "api/guide.html", context)
