from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.lists.forms import ListForm
from accounts.lists.queries import list_page, media_tabs
from accounts.models import User
from accounts.own_entries.forms import OwnListForm
from accounts.own_entries.queries import own_page
from accounts.requests import MemberRequest
from anirec.lib.web.requests import PageRequest
from anirec.lib.web.responses import back_to
from social.people import queries, relations
from social.people.forms import DirectoryForm
from social.people.queries import visible_member
from social.visibility import entries_visible_to, own_entries_visible_to

PAGE = 48


@require_GET
def members(request: PageRequest) -> HttpResponse:
    options = DirectoryForm(request.GET).options()
    directory = queries.member_directory(request.user, **options)
    context = {
        "page": Paginator(directory, PAGE).get_page(request.GET.get("page")),
        "kinds": queries.KINDS.items(),
        **options,
    }
    return render(
        request, "social/people/_people.html" if _is_fragment(request) else "social/people/members.html", context
    )


@require_GET
def member(request: PageRequest, username: str) -> HttpResponse:
    owner = visible_member(username, request.user)
    form = ListForm(request.GET)
    options = form.options()
    if owner != request.user:
        options["tag"] = ""  # tags are only visible to their owner
    entries = entries_visible_to(request.user).filter(user=owner)
    page = list_page(entries, **options)
    context = {
        "media": [] if _is_fragment(request) else media_tabs(entries, request.user),
        "owner": owner,
        "list": page,
        "page": Paginator(page.entries, PAGE).get_page(request.GET.get("page")),
        "follow": queries.follow_state(owner, request.user),
        "filters": form,
        "n_own": own_entries_visible_to(request.user).filter(user=owner).count(),
        **options,
    }
    return render(
        request, "social/people/_entries.html" if _is_fragment(request) else "social/people/member.html", context
    )


@require_GET
def own_entries(request: PageRequest, username: str) -> HttpResponse:
    """Show a member's entries of titles that the catalogue lacks."""
    owner = visible_member(username, request.user)
    options = OwnListForm(request.GET).options()
    listed = own_page(own_entries_visible_to(request.user).filter(user=owner), **options)
    page = Paginator(listed.entries, PAGE).get_page(request.GET.get("page"))
    context = {"owner": owner, "own": listed, "page": page, **options}
    template = "accounts/own_entries/_entries.html" if _is_fragment(request) else "social/people/own_entries.html"
    return render(request, template, context)


@require_POST
@login_required
def follow(request: MemberRequest, username: str) -> HttpResponse:
    owner = visible_member(username, request.user)
    relations.follow(request.user, owner)
    return _follow_button(request, owner)


@require_POST
@login_required
def unfollow(request: MemberRequest, username: str) -> HttpResponse:
    owner = visible_member(username, request.user)
    relations.unfollow(request.user, owner)
    return _follow_button(request, owner)


def _follow_button(request: MemberRequest, owner: User) -> HttpResponse:
    if not request.htmx:
        return back_to(request, owner.get_absolute_url())
    context = {"owner": owner, "follow": queries.follow_state(owner, request.user)}
    return render(request, "social/people/_follow.html", context)


def _is_fragment(request: PageRequest) -> bool:
    return request.htmx.target in ("entries", "people", "pager")
