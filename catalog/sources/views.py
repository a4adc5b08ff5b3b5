"""/staff/sources/: the state of each catalogue source."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anirec.lib.jobs import send_soon
from anirec.lib.web.permissions import staff_only
from catalog.sources.queries import disabled_sources, disagreements, source_statuses
from catalog.sources.services import enabled_services
from catalog.sources.tasks import refresh_source


@require_GET
@staff_only("catalog.view_sourcestate")
def sources(request: HttpRequest) -> HttpResponse:
    context = {"statuses": source_statuses(), "disabled": disabled_sources(), "disagreements": disagreements()}
    return render(request, "catalog/sources/sources.html", context)


@require_POST
@staff_only("catalog.change_sourcestate")
def refresh_now(request: HttpRequest, name: str) -> HttpResponse:
    """Queue a refresh of one source. What was asked a moment ago is asked again, within its limits."""
    service = next((service for service in enabled_services() if service.name == name), None)
    if service is None:
        raise Http404
    send_soon(refresh_source, name=name, is_forced=True)
    messages.success(request, _("Refresh of %(source)s queued") % {"source": service.label})
    return redirect("catalog:sources")
