"""Taste profiles of the viewer and of other members, and years in review."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import ListEntry, ListEntryQuerySet, User
from accounts.requests import MemberRequest
from anirec.lib.web.requests import PageRequest
from catalog.index.titles import title_index
from catalog.models.titles import Medium
from recommendations import serving
from recommendations.serving.readers import Viewer
from recommendations.taste.influence import most_influential
from recommendations.taste.lists import ReadList, list_in_model
from recommendations.taste.media import media_choices, medium_in
from recommendations.taste.old_scores import keep, old_scores
from recommendations.taste.over_years import over_years
from recommendations.taste.profile import profile
from recommendations.taste.shared import shared_genres
from recommendations.taste.year import year_in_review, years_of
from social.people.queries import visible_member
from social.visibility import entries_visible_to

SHOWN = 18


@require_GET
@login_required
def taste(request: MemberRequest) -> HttpResponse:
    medium = medium_in(request.GET, request.user)
    own = _read(_own_entries(request.user), request.user, medium)
    is_anime = medium == Medium.ANIME
    in_model = list_in_model(request.user) if len(own) and is_anime else None
    context = {
        "owner": request.user,
        "own": own,
        "profile": profile(own),
        "years": years_of(request.user, own, is_anime=is_anime),
        "over_years": over_years(own),
        "influences": most_influential(request.user, in_model),
        "old_scores": old_scores(request.user, in_model),
        **_choice(medium, request.user),
    }
    return render(request, "recommendations/taste/taste.html", context)


@require_POST
@login_required
def keep_score(request: MemberRequest, pk: int) -> HttpResponse:
    """Keep an old score that the taste page asks about."""
    entry = get_object_or_404(
        ListEntry.objects.own(request.user).select_related("title"), title=pk, score__isnull=False
    )
    keep(request.user, entry.title)
    if not request.htmx:
        return redirect("recommendations:taste")
    rest = old_scores(request.user, list_in_model(request.user))
    return render(request, "recommendations/taste/_old_scores.html", {"old_scores": rest}) if rest else HttpResponse()


@require_GET
@login_required
def year(request: MemberRequest, year: int) -> HttpResponse:
    medium = medium_in(request.GET, request.user)
    own = _read(_own_entries(request.user), request.user, medium)
    is_anime = medium == Medium.ANIME
    years = years_of(request.user, own, is_anime=is_anime)
    if year not in years:
        raise Http404
    review = year_in_review(request.user, own, year, is_anime=is_anime)
    context = {"years": years, "review": review, **_choice(medium, request.user)}
    return render(request, "recommendations/taste/year.html", context)


@require_GET
def taste_of_member(request: PageRequest, username: str) -> HttpResponse:
    """Render a member's taste profile from the entries visible to the viewer."""
    owner = visible_member(username, request.user)
    medium = medium_in(request.GET, request.user)
    own = _read(entries_visible_to(request.user).filter(user=owner), request.user, medium)
    context = {
        "owner": owner,
        "own": own,
        "profile": profile(own),
        "over_years": over_years(own),
        **_choice(medium, request.user),
    }
    return render(request, "recommendations/taste/taste.html", context)


@require_GET
@login_required
def of_theirs(request: MemberRequest, username: str) -> HttpResponse:
    """Render a member's favourites for the viewer, and shared genres. Also a section of `social:compare`."""
    other = visible_member(username, request.user)
    theirs = _read(entries_visible_to(request.user).filter(user=other), request.user)
    context = {
        "owner": other,
        "items": serving.loved_by(serving.Reader(request.user), other, SHOWN),
        "chart": shared_genres(_read(_own_entries(request.user), request.user), theirs),
    }
    template = "_of_theirs.html" if request.htmx else "of_theirs.html"
    return render(request, f"recommendations/taste/{template}", context)


def _own_entries(member: User) -> ListEntryQuerySet:
    return ListEntry.objects.own(member)


def _read(entries: ListEntryQuerySet, viewer: Viewer, medium: str = Medium.ANIME) -> ReadList:
    return ReadList.of(entries.filter(title__medium=medium), title_index().tags_visible_to(viewer))


def _choice(medium: str, viewer: Viewer) -> dict[str, Any]:
    return {"medium": medium, "media": media_choices(viewer)}
