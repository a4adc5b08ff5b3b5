"""Scores and statuses of a title on this site: of all public entries, and of the people the viewer follows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import ListEntry, User
from anirec.lib.web.requests import PageRequest
from catalog.models import Title
from catalog.title_page.details import StatusShare, status_shares
from catalog.title_page.score_bars import Bar, mean_score, score_bars
from catalog.titles.queries import visible_title
from social.visibility import entries_visible_to, followed_by, public_entries

FRIENDS = 12
FEWEST = 5  # members from which on statuses are counted, so that nobody's can be told from the counts


@dataclass(frozen=True)
class TitleScores:
    n: int
    mean: float | None
    bars: list[Bar]
    friends: list[ListEntry]  # of people the viewer follows, last changed first
    statuses: list[StatusShare]  # empty below FEWEST members


def scores_of_title(title: Title, viewer: User | AnonymousUser) -> TitleScores:
    public = public_entries(viewer).filter(title=title)
    rows = list(public.order_by().values_list("score", "status").annotate(n=Count("pk")))
    votes, statuses = Counter[int](), Counter[str]()
    for score, status, n in rows:
        statuses[status] += n
        if score is not None:
            votes[score] += n
    counts = [votes[score] for score in range(1, 11)]
    shares = status_shares(statuses.items()) if statuses.total() >= FEWEST else []
    return TitleScores(sum(counts), mean_score(counts), score_bars(counts), _friends(title, viewer), shares)


def _friends(title: Title, viewer: User | AnonymousUser) -> list[ListEntry]:
    if not viewer.is_authenticated:
        return []
    theirs = entries_visible_to(viewer).filter(title=title, user__in=followed_by(viewer))
    return list(theirs.select_related("user", "title").order_by("-updated_at", "pk")[:FRIENDS])


@require_GET
def title_scores(request: PageRequest, pk: int) -> HttpResponse:
    title = visible_title(pk, request.user)
    context = {"title": title, "scores": scores_of_title(title, request.user)}
    return render(
        request, "social/title_scores/_scores.html" if request.htmx else "social/title_scores/scores.html", context
    )
