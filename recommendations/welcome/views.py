from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from accounts.entries.writing import set_score
from accounts.lists.queries import scores_of
from accounts.lists.visitor_scores import forget_scores, guest_scores, keep_score
from accounts.models import ListEntry, User
from accounts.requests import MemberRequest
from anirec.lib import prepared
from anirec.lib.web.requests import PageRequest
from anirec.lib.web.responses import announce_change, back_to
from catalog.models import Title
from catalog.models.titles import Medium
from catalog.titles.queries import visible_title
from recommendations import serving
from recommendations.for_you.page_options import page_options
from recommendations.for_you.views import render_for_you
from recommendations.welcome import wall as onboarding
from recommendations.welcome.forms import PageForm, ScoreForm
from recommendations.welcome.wall import VERDICTS

GUEST_PICKS = 8


@require_GET
def home(request: PageRequest) -> HttpResponse:
    """Render For you, or titles to rate for visitors and for members with few entries."""
    if request.user.is_authenticated and _has_list(request.user):
        return render_for_you(cast(MemberRequest, request))
    return rate_some(request)


def _has_list(member: User) -> bool:
    """Return whether the list of anime is long enough for personal recommendations."""

    def query() -> QuerySet[ListEntry, Any]:
        entries = ListEntry.objects.filter(user=serving.USER, title__medium=Medium.ANIME)
        return entries.values_list("pk")[: serving.LEAST_INPUTS]

    return len(prepared.run("has list", query, user=member.pk)) == serving.LEAST_INPUTS


@require_GET
def rate_some(request: PageRequest) -> HttpResponse:
    """Render a wall of popular titles to rate, with live recommendations beside it."""
    if request.htmx.target == "live":
        return render(request, "recommendations/welcome/_live.html", _live(request))
    page = PageForm(request.GET).number()
    wall, has_more = onboarding.wall_page(request.session, request.user, page)
    context = {"wall": wall, "next_page": page + 1 if has_more else None, "verdicts": VERDICTS}
    if request.htmx.target == "more-to-rate":
        return render(request, "recommendations/welcome/_wall.html", {**context, "scores": _scores(request)})
    return render(request, "recommendations/welcome/welcome.html", {**context, **_live(request)})


@require_POST
def rate_title(request: PageRequest, pk: int) -> HttpResponse:
    """Score a title or mark it as not seen. A visitor's scores are stored in the session."""
    title = visible_title(pk, request.user)
    if "not_seen" in request.POST:
        return _not_seen(request, title)
    form = ScoreForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(
            gettext("Enter a whole number from 1 to 10, or leave the score empty to clear it.")
        )
    try:
        _rate(request, title, form.cleaned_data["score"])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    if not request.htmx:
        return back_to(request, "recommendations:home")
    if request.htmx.target == "editor":
        score = guest_scores(request.session).get(title.pk)
        return announce_change(render(request, "accounts/lists/_editor_visitor.html", {"title": title, "score": score}))
    context = {"title": title, "verdicts": VERDICTS, **_live(request)}
    return render(request, "recommendations/welcome/_rated.html", context)


def _not_seen(request: PageRequest, title: Title) -> HttpResponse:
    replacement = onboarding.not_seen(request.session, request.user, title.pk)
    if not request.htmx:
        return back_to(request, "recommendations:home")
    if replacement is None:
        return HttpResponse()
    context = {"title": replacement, "verdicts": VERDICTS, "scores": _scores(request)}
    return render(request, "recommendations/welcome/_wall_card.html", context)


@require_POST
def guest_clear(request: PageRequest) -> HttpResponse:
    forget_scores(request.session)
    return redirect("recommendations:home")


def _rate(request: PageRequest, title: Title, score: int | None) -> None:
    if request.user.is_authenticated:
        set_score(request.user, title, score)
    else:
        keep_score(request.session, title.pk, score)


def _scores(request: PageRequest) -> dict[int, int]:
    """Return the scores so far, by title id."""
    return scores_of(request.user) if request.user.is_authenticated else guest_scores(request.session)


def _live(request: PageRequest) -> dict[str, Any]:
    """Return the context of the live recommendations: scores, progress and results."""
    scores, page = _scores(request), page_options(request)
    reader = serving.Reader.of(request.user, scores)
    return {
        "asked": page,
        "scores": scores,
        "missing": max(0, serving.LEAST_INPUTS - len(scores)),
        "steps": [place < len(scores) for place in range(serving.LEAST_INPUTS)],
        "list": serving.recommend(reader, GUEST_PICKS, options=page.options),
    }
