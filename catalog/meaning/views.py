from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anirec.lib.web.requests import PageRequest
from catalog.meaning.alike import alike as alike_titles
from catalog.meaning.find import Answer, Part, answer, answered_titles, is_question
from catalog.meaning.forms import SearchForm
from catalog.search.find import search_titles
from catalog.titles.queries import visible_title

SUGGESTIONS, RESULTS, ANSWERS, ALIKE = 7, 60, 36, 12


@require_GET
def search(request: PageRequest) -> HttpResponse:
    """Search titles by name, then by meaning: as a page, or as suggestions of names while typing."""
    form = SearchForm(request.GET)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    if request.htmx.target == "suggestions":
        titles = search_titles(query, request.user, SUGGESTIONS)
        return render(request, "catalog/search/_suggestions.html", {"search_query": query, "titles": titles})
    titles = search_titles(query, request.user, RESULTS)
    context: dict[str, Any] = {"search_query": query, "titles": titles, "form": form}
    if is_question(query, len(titles)) or (query and "meaning" in request.GET):
        found = answer(query, request.user, ANSWERS, request.GET.getlist("drop"))
        context |= {
            "answer": found,
            "answers": _with_reasons(found, {title.pk for title in titles}),
            "filters": _removable(request, found.filters),
            "tags": _removable(request, found.tags),
        }
    return render(request, "catalog/search/search.html", context)


def _with_reasons(found: Answer, named: set[int]) -> list[tuple[Any, str]]:
    """Return each title with the sentence that matched, without the titles that were found by name."""
    return [(title, found.why.get(title.pk, "")) for title in answered_titles(found) if title.pk not in named]


def _removable(request: PageRequest, parts: Iterable[Part]) -> list[tuple[str, str]]:
    """Return (label, the page's address without it) of each part of the question."""
    chips = []
    for part in parts:
        query = request.GET.copy()
        query.appendlist("drop", part.key)
        chips.append((str(part.label), f"?{query.urlencode()}"))
    return chips


@require_GET
def alike(request: PageRequest, pk: int) -> HttpResponse:
    """Show titles with similar descriptions: a section of the title's page, and a page of its own."""
    title = visible_title(pk, request.user)
    context = {"title": title, "titles": alike_titles(title, request.user, ALIKE)}
    return render(request, f"catalog/search/{'_alike.html' if request.htmx else 'alike.html'}", context)
