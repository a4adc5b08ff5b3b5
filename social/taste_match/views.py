"""The comparison of two members' lists, and suggestions of people to follow."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import MemberRequest
from anirec.lib.web.responses import back_to
from social.people.queries import visible_member
from social.taste_match import suggestions
from social.taste_match.comparison import affinity_with
from social.taste_match.comparison import compare as compared

PAGE, STRIP = 24, 4


@require_GET
@login_required
def compare(request: MemberRequest, username: str) -> HttpResponse:
    """Compare the viewer's list with a member's; as a fragment for the member's page, only the taste match."""
    other = visible_member(username, request.user)
    if other == request.user:
        return redirect(other)
    if request.htmx.target == "affinity":
        context = {"owner": other, "affinity": affinity_with(request.user, other)}
        return render(request, "social/taste_match/_affinity.html", context)
    return render(request, "social/taste_match/compare.html", {"owner": other, "found": compared(request.user, other)})


@require_GET
@login_required
def suggested(request: MemberRequest) -> HttpResponse:
    if request.htmx.target == "whom-to-follow":
        context = {"suggestions": suggestions.suggest(request.user, STRIP)}
        return render(request, "social/taste_match/_suggestion_strip.html", context)
    return render(
        request, "social/taste_match/suggestions.html", {"suggestions": suggestions.suggest(request.user, PAGE)}
    )


@require_POST
@login_required
def dismiss(request: MemberRequest, username: str) -> HttpResponse:
    other = visible_member(username, request.user)
    undo = "undo" in request.POST
    suggestions.dismiss(request.user, other, is_dismissed=not undo)
    message = gettext("%(name)s can be suggested again.") if undo else gettext("%(name)s won’t be suggested again.")
    messages.success(request, message % {"name": other.username})
    return back_to(request, "social:suggestions")
