from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anirec.lib.web.requests import PageRequest
from catalog.models import Title
from catalog.people.queries import Work, person_page
from catalog.titles.cards import ordered_cards

PAGE = 36
STAFF, VOICES = "staff", "voices"


@require_GET
def person(request: PageRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show a person's titles with their parts in them: as staff, or (?as=voices) as a voice."""
    found = person_page(pk, request.user)
    if slug != found.person.slug:
        return HttpResponsePermanentRedirect(found.person.get_absolute_url())
    works = {STAFF: found.staff, VOICES: found.voices}
    kind = request.GET.get("as", "")
    kind = kind if works.get(kind) else max(works, key=lambda name: len(works[name]))
    page = Paginator(works[kind], PAGE).get_page(request.GET.get("page"))
    context = {"found": found, "kind": kind, "page": page, "works": _with_titles(list(page), request)}
    template = "_works" if request.htmx.target == "pager" else "person"
    return render(request, f"catalog/people/{template}.html", context)


def _with_titles(works: list[Work], request: PageRequest) -> list[tuple[Title, Any]]:
    parts = {work.title_id: work.parts for work in works}
    return [(title, parts[title.pk]) for title in ordered_cards(list(parts), request.user)]
