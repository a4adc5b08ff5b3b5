from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anirec.lib.web.requests import PageRequest
from catalog.browse import queries as browse_queries
from catalog.browse.facets import Facets, active_filters
from catalog.models import SavedView

PAGE = 36


@require_GET
def browse(request: PageRequest) -> HttpResponse:
    """Show the browse page. The URL holds all filters."""
    filters = browse_queries.title_filter(request.GET, request.user)
    page = Paginator(filters.qs, PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"page": page, "filters": filters}
    if request.htmx.target == "pager":
        return render(request, "catalog/browse/_titles.html", context)
    context |= {"facets": Facets(filters, request.GET.get("find", "")), "active": active_filters(filters)}
    if request.htmx.target == "titles":
        return render(request, "catalog/browse/_browse_changed.html", context)
    views = SavedView.objects.filter(user=request.user) if request.user.is_authenticated else []
    return render(request, "catalog/browse/browse.html", {**context, "views": views})
