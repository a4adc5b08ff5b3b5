from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anirec.lib.web.requests import PageRequest
from catalog.studios.queries import studio_page
from catalog.titles.cards import ordered_cards

PAGE = 36


@require_GET
def studio(request: PageRequest, slug: str) -> HttpResponse:
    """Show a studio's titles by year, the best known ones, and who it worked with."""
    found = studio_page(slug, request.user)
    page = Paginator(found.ids, PAGE).get_page(request.GET.get("page"))
    context = {"found": found, "page": page, "titles": ordered_cards(list(page), request.user)}
    if request.htmx.target == "pager":
        return render(request, "catalog/studios/_titles.html", context)
    best = ordered_cards(found.best_known, request.user) if page.number == 1 and len(found.ids) > PAGE / 2 else []
    return render(request, "catalog/studios/studio.html", {**context, "best_known": best})
