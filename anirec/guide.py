"""/api/: how the API is used. The schema says what there is; this, how to begin."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.tokens import SCOPES
from accounts.webhooks import EVENTS
from anirec.limits import rates
from catalog.paging import MOST


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    context = {
        "scopes": SCOPES.items(),
        "events": EVENTS.items(),
        "most": MOST,
        "rates": rates(),
        "origin": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "api/guide.html", context)
