"""What to watch next of what one has planned."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import MemberRequest
from anirec.lib.time_zones import in_own_time_zone
from recommendations.planned.queries import Occasion, count_by_occasion, planned_titles

PAGE = 30


@require_GET
@login_required
@in_own_time_zone
def next_planned(request: MemberRequest) -> HttpResponse:
    occasion = request.GET.get("for", "")
    occasion = occasion if occasion in Occasion.values else Occasion.ANY
    planned = planned_titles(request.user)
    page = Paginator([one for one in planned if one.suits(occasion)], PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "occasion": occasion, "occasions": count_by_occasion(planned), "n_planned": len(planned)}
    template = "_planned" if request.htmx.target == "pager" else "next_planned"
    return render(request, f"recommendations/planned/{template}.html", context)
