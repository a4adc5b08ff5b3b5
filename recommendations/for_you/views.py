"""For you: the page and its rows, moods, a random title, and seasons by predicted taste."""

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
from recommendations.for_you.page_options import page_options
from recommendations.models import Mood

CUSTOM, PAGE = 24, 36  # titles with custom options, and on the page of a row or mood
MOST_SHOWN = 200
FIRST_YEAR, YEARS_AHEAD = 1900, 2


@require_GET
@login_required
def for_you(request: MemberRequest) -> HttpResponse:
    return render_for_you(request)


def render_for_you(request: MemberRequest) -> HttpResponse:
    """Render top picks and rows, or with custom options a single list."""
    page = page_options(request)
    picks = variant_for(TOP_PICKS, request) if page.is_published else None
    n = picks.parameters.n if picks else CUSTOM
    options = picks.parameters.options if picks else page.options
    recommendations = serving.recommend_for(
        request.user, n, without_reason=page.without_reason, options=options, choice=page.choice
    )
    count_served(recommendations)
    context = {
        "list": recommendations,
        "asked": page,
        "left_out": _titles(request, page.without_reason),
        "n_fitting": len(page.choice.title_ids) if page.choice else None,
        "n_wanted": n,
        "ways_out": page.ways_out() if page.active and not recommendations.items else [],
    }
    if picks:
        favourites = variant_for(ROWS, request).parameters.favourites
        rows = serving.rows_for(request.user, favourites)
        context |= {"rows": rows, "moods": Mood.objects.only("name", "slug"), "ticket": picks.ticket}
    request.my_marks = {}  # recommended titles are not on the list
    context["last_change"] = for_you_queries.last_change(request.user)
    template = "_for_you.html" if request.htmx.target == "for-you" else "for_you.html"
    return render(request, f"recommendations/for_you/{template}", context)


@require_GET
@login_required
def row(request: MemberRequest, slug: str) -> HttpResponse:
    """Render a row: as a fragment without the titles above it, or as a page with more titles."""
    try:
        row = serving.find_row(request.user, slug)
    except LookupError as error:
        raise Http404 from error
    if request.htmx.target == f"row-{slug}":
        variant = variant_for(ROWS, request)
        items = serving.fill(row, request.user, variant.parameters.n, _shown_above(request))
        return render(
            request, "recommendations/for_you/_row.html", {"row": row, "items": items, "ticket": variant.ticket}
        )
    items = serving.fill(row, request.user, PAGE, with_extras=True)
    return render(request, "recommendations/for_you/row.html", {"row": row, "items": items})


@require_GET
def mood(request: PageRequest, slug: str) -> HttpResponse:
    mood = get_object_or_404(Mood, slug=slug)
    recommendations = serving.recommend(_reader(request), PAGE, choice=serving.in_mood(mood))
    context = {"mood": mood, "moods": Mood.objects.all(), "list": recommendations}
    template = "_mood.html" if request.htmx.target == "mood" else "mood.html"
    return render(request, f"recommendations/for_you/{template}", context)


@require_GET
@never_cache
def surprise(request: PageRequest) -> HttpResponse:
    """Render a random title; `not` in the query is the previous one, avoided if there are others."""
    page = page_options(request)
    previous = request.GET.get("not", "")
    without = [int(previous)] if previous.isdecimal() and len(previous) < 10 else []
    item = serving.surprise(_reader(request), choice=page.choice, without=without)
    context = {"item": item, "asked": page}
    template = "_surprise.html" if request.htmx.target == "surprise" else "surprise.html"
    return render(request, f"recommendations/for_you/{template}", context)


@require_GET
def season_ranking(request: PageRequest, year: int, season: str) -> HttpResponse:
    """Render a season's titles, best matches for the viewer first."""
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
    """Return the ids of titles already on the page, from its `shown` parameters."""
    ids = ",".join(request.GET.getlist("shown")).split(",")
    return {int(pk) for pk in ids[:MOST_SHOWN] if pk.isdecimal() and len(pk) < 10}


def _reader(request: PageRequest) -> serving.Reader:
    return serving.Reader.of(request.user, guest_scores(request.session))


def _titles(request: MemberRequest, title_ids: tuple[int, ...]) -> list[Title]:
    """Return the cards of the titles the viewer may see, by id."""
    if not title_ids:
        return []
    may_see = Title.objects.visible_to(request.user).filter(pk__in=title_ids).order_by("pk")
    cards = title_cards(title_ids)
    return [cards[pk] for pk in may_see.values_list("pk", flat=True)]
