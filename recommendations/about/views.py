from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.lists.visitor_scores import guest_scores
from anirec.lib.web.requests import PageRequest
from recommendations import serving
from recommendations.about import queries


@require_GET
def segments(request: PageRequest) -> HttpResponse:
    scores = {} if request.user.is_authenticated else guest_scores(request.session)
    return render(request, "recommendations/about/segments.html", {"map": serving.taste_map(request.user, scores)})


@require_GET
def about(request: PageRequest) -> HttpResponse:
    return render(request, "recommendations/about/about.html", queries.about_the_data())
