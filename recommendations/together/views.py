"""Watch together: recommendations for a group that the viewer selects."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import MemberRequest
from recommendations.serving import recommend_for_group
from recommendations.together.group_request import WAYS, group_request, people_to_ask

LENGTH = 20
TEMPLATES = {"together": "_together.html", "choice": "_together_choice.html"}


@require_GET
@login_required
def together(request: MemberRequest) -> HttpResponse:
    selection = group_request(request.GET, request.user)
    q = request.GET.get("q", "").strip()[:150]
    context = {"asked": selection, "ways": WAYS.items(), "q": q}
    if request.htmx.target != "together":
        context["people"] = people_to_ask(request.user, selection.others, q)
    if request.htmx.target != "choice" and selection.others and not selection.error:
        context["group"] = recommend_for_group(request.user, selection.others, LENGTH, selection.how)
    template = TEMPLATES.get(request.htmx.target or "", "together.html")
    return render(request, f"recommendations/together/{template}", context)
