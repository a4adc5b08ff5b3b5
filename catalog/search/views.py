from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anirec.lib.web.requests import PageRequest
from catalog.search.find import search_titles
from catalog.search.forms import SearchForm

SUGGESTIONS, RESULTS = 7, 60


@require_GET
def search(request: PageRequest) -> HttpResponse:
    """Search titles by name: as a page, or as suggestions while typing."""
    form = SearchForm(request.GET)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    typing = request.htmx.target == "suggestions"
    titles = search_titles(query, request.user, SUGGESTIONS if typing else RESULTS)
    template = "_suggestions.html" if typing else "search.html"
    return render(request, f"catalog/search/{template}", {"search_query": query, "titles": titles})
