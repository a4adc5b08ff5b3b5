"""The member's own favourites in their order, and the button that makes a title one. Others see them on the profile."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from accounts.requests import MemberRequest
from anirec.lib.web.responses import back_to
from catalog.models import Title
from catalog.titles.queries import visible_title
from social.favourites import choosing
from social.favourites.queries import favourite_titles, is_favourite

ACTS: dict[str, Callable[[User, Title], object]] = {
    "add": choosing.add_favourite,
    "remove": choosing.remove_favourite,
    "first": lambda member, title: choosing.step_favourite(member, title, "first"),
    "up": lambda member, title: choosing.step_favourite(member, title, "up"),
    "down": lambda member, title: choosing.step_favourite(member, title, "down"),
}


@require_GET
@login_required
def favourites(request: MemberRequest) -> HttpResponse:
    titles = favourite_titles(request.user, request.user)
    return render(request, "social/favourites/favourites.html", {"titles": titles, "most": choosing.MOST})


@require_http_methods(["GET", "POST"])
@login_required
def favourite(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the button of a title, on its own page or as a fragment. POST adds, removes or moves the favourite."""
    title = visible_title(pk, request.user)
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            return HttpResponseBadRequest(gettext("Unknown action."))
        try:
            act(request.user, title)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        if not request.htmx:
            return back_to(request, title.get_absolute_url())
    context = {"title": title, "is_favourite": is_favourite(request.user, title)}
    template = "_button.html" if request.htmx else "favourite.html"
    return render(request, f"social/favourites/{template}", context)
