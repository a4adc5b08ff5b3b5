"""/staff/episode-counts/: numbers of episodes that members' lists contradict."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.episode_counts.queries import titles_with_more_episodes
from accounts.requests import MemberRequest
from anirec.lib.web.permissions import staff_only


@require_GET
@staff_only("catalog.view_title")
def episode_counts(request: MemberRequest) -> HttpResponse:
    context = {"titles": titles_with_more_episodes(request.user)}
    return render(request, "accounts/episode_counts/page.html", context)
