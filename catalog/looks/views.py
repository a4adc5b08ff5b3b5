from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anirec.lib.web.requests import PageRequest
from catalog.looks.queries import titles_that_look_alike
from catalog.titles.queries import visible_title

N_TITLES = 12


@require_GET
def looks(request: PageRequest, pk: int) -> HttpResponse:
    """Show titles with similar covers: a section of the title's page, and a page of its own."""
    title = visible_title(pk, request.user)
    context = {"title": title, "titles": titles_that_look_alike(title, request.user, N_TITLES)}
    return render(request, f"catalog/looks/{'_looks.html' if request.htmx else 'looks.html'}", context)
