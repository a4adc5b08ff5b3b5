"""What to watch together: a page to choose people on, and what is suggested inside a watch plan."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.requests import MemberRequest
from recommendations.serving import GroupRecommendations, recommend_for_group
from recommendations.together import WAYS, asked_group, people_to_ask
from social.plan_queries import shared_plan
from social.visibility import plans_shared_with

LENGTH, SPARE = 20, 10
TEMPLATES = {"together": "_together.html", "choice": "_together_choice.html"}


@require_GET
@login_required
def together(request: MemberRequest) -> HttpResponse:
    asked = asked_group(request.GET, request.user)
    q = request.GET.get("q", "").strip()[:150]
    context = {"asked": asked, "ways": WAYS.items(), "q": q}
    if request.htmx.target != "together":
        context["people"] = people_to_ask(request.user, asked.others, q)
    if request.htmx.target != "choice" and asked.others and not asked.error:
        context["group"] = recommend_for_group(request.user, asked.others, LENGTH, asked.how)
    template = TEMPLATES.get(request.htmx.target or "", "together.html")
    return render(request, f"recommendations/{template}", context)


@require_GET
@login_required
def plan_suggestions(request: MemberRequest, pk: int) -> HttpResponse:
    """For those who take part in a plan, as far as the viewer sees them; without what is in it already."""
    plan = get_object_or_404(plans_shared_with(request.user), pk=pk)
    shared = shared_plan(plan, request.user)
    found = GroupRecommendations((), (), ())
    if shared.others:
        found = recommend_for_group(request.user, shared.others, LENGTH + SPARE)
    there = set(plan.titles.values_list("title_id", flat=True))
    items = [item for item in found.items if item.title.pk not in there][:LENGTH]
    context = {"shared": shared, "group": found, "items": items}
    template = "_plan_suggestions.html" if request.htmx.target == "plan-suggestions" else "plan_suggestions.html"
    return render(request, f"recommendations/{template}", context)
