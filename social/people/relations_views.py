"""Followers, follow requests, blocks and mutes: their pages and actions."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.requests import MemberRequest
from anirec.lib.web.responses import back_to
from social.people import relations
from social.people.queries import blocked_by, find_by_name, followers_of, muted_members, requests_by, requests_to
from social.visibility import members_visible_to

PAGE, REQUESTS = 60, 200
Change = Callable[[User, User], None]
Choice = Callable[[User], QuerySet[User]]


@require_GET
@login_required
def followers(request: MemberRequest) -> HttpResponse:
    members = followers_of(request.user).order_by("-following__pk")
    context = {
        "asking": requests_to(request.user)[:REQUESTS],
        "asked": requests_by(request.user)[:REQUESTS],
        "page": Paginator(members, PAGE).get_page(request.GET.get("page")),
    }
    template = "_followers.html" if request.htmx.target == "pager" else "followers.html"
    return render(request, f"social/people/{template}", context)


@require_GET
@login_required
def blocked(request: MemberRequest) -> HttpResponse:
    """Show the members that the viewer has blocked or muted."""
    context = {
        "blocked": blocked_by(request.user).order_by("username"),
        "muted": muted_members(request.user).order_by("username"),
    }
    return render(request, "social/people/blocked.html", context)


def _acting(
    change: Change, message: str | Promise, back: str, choice: Choice = members_visible_to
) -> Callable[..., HttpResponse]:
    """Return a POST view that changes the viewer's relation to another member, chosen among `choice`."""

    @require_POST
    @login_required
    def view(request: MemberRequest, username: str) -> HttpResponse:
        other = find_by_name(username, choice(request.user))
        change(request.user, other)
        messages.success(request, str(message) % {"name": other.username})
        return back_to(request, back)

    return view


def _remove_follower(member: User, follower: User) -> None:
    relations.unfollow(follower, member)


accept = _acting(relations.accept_request, _("%(name)s now follows you."), "social:followers")
decline = _acting(
    relations.decline_request, _("%(name)s’s request declined. They aren’t notified."), "social:followers"
)
remove_follower = _acting(_remove_follower, _("%(name)s no longer follows you."), "social:followers")
take_back = _acting(relations.unfollow, _("Request to follow %(name)s cancelled."), "social:followers")
block = _acting(relations.block, _("%(name)s is blocked. You no longer see each other."), "social:blocked")
unblock = _acting(relations.unblock, _("%(name)s is no longer blocked."), "social:blocked", blocked_by)
mute = _acting(relations.mute, _("%(name)s is muted. They aren’t notified."), "social:blocked")
unmute = _acting(relations.unmute, _("%(name)s is no longer muted."), "social:blocked", muted_members)
