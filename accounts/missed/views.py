from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.missed.queries import missed_titles
from accounts.requests import MemberRequest
from anirec.lib.time_zones import in_own_time_zone, zone_of


@require_GET
@login_required
@in_own_time_zone
def missed(request: MemberRequest) -> HttpResponse:
    """Show the episodes that have aired since the member's progress."""
    context = {"missed": missed_titles(request.user), "zone": zone_of(request).key}
    return render(request, "accounts/missed/missed.html", context)
