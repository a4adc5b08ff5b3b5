"""For you: the page, its rows, moods, a surprise, and a season in one's own order."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.lists.visitor_scores import guest_scores
from accounts.requests import MemberRequest
from anirec.lib.web.requests import PageRequest
from catalog.models import Title
from catalog.models.titles import Season
from catalog.titles.cards import title_cards
from recommendations import serving
from recommendations.analytics.tally import count_served
from recommendations.experiments.variants import ROWS, TOP_PICKS, variant_for
from recommendations.for_you import queries as for_you_queries
from recommendations.for_you.page_options import asked_of
from recommendations.models import Mood

ASKED, PAGE = 24, 36  # titles where something is asked for, and on a page of its own
MOST_SHOWN = 200
FIRST_YEAR, YEARS_AHEAD = 1900, 2


@require_GET
@login_required
def for_you(request: MemberRequest) -> HttpResponse:
    return render_for_you(request)


def render_for_you(request: MemberRequest) -> HttpResponse:
    """Top picks, then rows; where something is asked for, a longer list of just that."""
    asked = asked_of(request)
    picks = variant_for(TOP_PICKS, request) if asked.is_published else None
    n = picks.parameters.n if picks else ASKED
    options = picks.parameters.options if picks else asked.options
    found = serving.recommend_for(
        request.user, n, without_reason=asked.without_reason, options=options, choice=asked.choice
    )
    count_served(found)
    context = {
        "list": found,
        "asked": asked,
        "left_out": _titles(request, asked.without_reason),
        "n_fitting": len(asked.choice.title_ids) if asked.choice else None,
        "n_wanted": n,
    }
    if picks:
        favourites = variant_for(ROWS, request).parameters.favourites
        rows = serving.rows_for(request.user, favourites)
        context |= {"rows": rows, "moods": Mood.objects.all(), "ticket": picks.ticket}
    context["last_change"] = for_you_queries.last_change(request.user)
    template = "_for_you.html" if request.htmx.target == "for-you" else "for_you.html"
    return render(request, f"recommendations/for_you/{template}", context)


@require_GET
@login_required
def row(request: MemberRequest, slug: str) -> HttpResponse:
    """A row of For you, without what stands above it; on a page of its own, more of it."""
    try:
        found = serving.find_row(request.user, slug)
    except LookupError as error:
        raise Http404 from error
    if request.htmx.target == f"row-{slug}":
        shown = variant_for(ROWS, request)
        items = serving.fill(found, request.user, shown.parameters.n, _shown_above(request))
        return render(
            request, "recommendations/for_you/_row.html", {"row": found, "items": items, "ticket": shown.ticket}
        )
    items = serving.fill(found, request.user, PAGE)
    return render(request, "recommendations/for_you/row.html", {"row": found, "items": items})


@require_GET
def mood(request: PageRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(Mood, slug=slug)
    found = serving.recommend(_reader(request), PAGE, choice=serving.in_mood(shown))
    context = {"mood": shown, "moods": Mood.objects.all(), "list": found}
    template = "_mood.html" if request.htmx.target == "mood" else "mood.html"
    return render(request, f"recommendations/for_you/{template}", context)


@require_GET
@never_cache
def surprise(request: PageRequest) -> HttpResponse:
    """One title by chance; `not` in the address is the one shown before."""
    asked = asked_of(request)
    before = request.GET.get("not", "")
    without = [int(before)] if before.isdecimal() else []
    item = serving.surprise(_reader(request), choice=asked.choice, without=without)
    context = {"item": item, "asked": asked}
    template = "_surprise.html" if request.htmx.target == "surprise" else "surprise.html"
    return render(request, f"recommendations/for_you/{template}", context)


@require_GET
def season_ranking(request: PageRequest, year: int, season: str) -> HttpResponse:
    """The titles of a season, those that suit the viewer best first."""
    if season not in Season.values or not FIRST_YEAR <= year <= timezone.localdate().year + YEARS_AHEAD:
        raise Http404
    context = {
        "year": year,
        "season": season,
        "season_name": Season(season).label,
        "titles": serving.season_ranking(_reader(request), year, season),
    }
    template = "_season.html" if request.htmx else "season.html"
    return render(request, f"recommendations/for_you/{template}", context)


def _shown_above(request: PageRequest) -> set[int]:
    """Ids of the titles that the page shows already, as it says."""
    sent = ",".join(request.GET.getlist("shown")).split(",")
    return {int(pk) for pk in sent[:MOST_SHOWN] if pk.isdecimal() and len(pk) < 10}


def _reader(request: PageRequest) -> serving.Reader:
    return serving.Reader.of(request.user, guest_scores(request.session))


def _titles(request: MemberRequest, title_ids: tuple[int, ...]) -> list[Title]:
    """Those of them that the viewer may see."""
    if not title_ids:
        return []
    may_see = Title.objects.visible_to(request.user).filter(pk__in=title_ids).order_by("pk")
    cards = title_cards(title_ids)
    return [cards[pk] for pk in may_see.values_list("pk", flat=True)]
