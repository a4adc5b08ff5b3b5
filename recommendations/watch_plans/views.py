"""Recommendations for the members of a watch plan."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.requests import MemberRequest
from recommendations.serving import GroupRecommendations, recommend_for_group
from social.plans.queries import shared_plan
from social.plans.visibility import plans_shared_with

LENGTH, SPARE = 20, 10  # suggestions, plus spares for those already in the plan


@require_GET
@login_required
def plan_suggestions(request: MemberRequest, pk: int) -> HttpResponse:
    """Show recommendations for a plan's participants visible to the viewer, without titles already in it."""
    plan = get_object_or_404(plans_shared_with(request.user), pk=pk)
    shared = shared_plan(plan, request.user)
    group = GroupRecommendations((), (), ())
    if shared.others:
        group = recommend_for_group(request.user, shared.others, LENGTH + SPARE)
    in_plan = set(plan.titles.values_list("title_id", flat=True))
    items = [item for item in group.items if item.title.pk not in in_plan][:LENGTH]
    context = {"shared": shared, "group": group, "items": items}
    template = "_plan_suggestions.html" if request.htmx.target == "plan-suggestions" else "plan_suggestions.html"
    return render(request, f"recommendations/watch_plans/{template}", context)
