from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import MemberRequest
from anirec.lib.web.requests import PageRequest
from catalog.titles.queries import visible_title
from recommendations import serving
from recommendations.experiments.variants import SIMILAR, variant_for


@require_GET
def similar(request: PageRequest, pk: int) -> HttpResponse:
    title, variant = visible_title(pk, request.user), variant_for(SIMILAR, request)
    similar_titles = serving.similar_to(title, request.user, **vars(variant.parameters))
    context = {"title": title, "similar": similar_titles, "ticket": variant.ticket}
    template = "_similar.html" if request.htmx else "similar.html"
    return render(request, f"recommendations/similar/{template}", context)


@require_GET
@login_required
def predicted(request: MemberRequest, pk: int) -> HttpResponse:
    title = visible_title(pk, request.user)
    context = {"prediction": serving.prediction(request.user, title)}
    return render(request, "recommendations/similar/_predicted.html", context)
