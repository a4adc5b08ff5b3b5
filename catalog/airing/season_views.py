"""The season page and its iCalendar feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from anirec.lib.web.requests import PageRequest
from catalog.airing.ical import calendar_response
from catalog.airing.schedule import WEEK, airings, has_sample_times, on_air
from catalog.airing.seasons import FORMATS, Season, continuing_titles, season_ids
from catalog.index.seasons import SEASONS
from catalog.index.services import on_service, service_choices
from catalog.models import Title
from catalog.models.titles import Format

SORTS = {"popular": (_("Popularity"), "popular"), "score": (_("Score"), "score"), "start": (_("Start date"), "-newest")}
FIRST_YEAR, LAST_YEAR = 1907, 2200
MOST_SHOWN = 60  # per format; the browse page has the rest
CONTINUING = 24


@dataclass(frozen=True)
class Group:
    """The season's titles of one format."""

    format: Format
    titles: list[Title]
    n: int

    @property
    def n_more(self) -> int:
        return self.n - len(self.titles)


@require_GET
def season(request: PageRequest, year: int | None = None, name: str = "") -> HttpResponse:
    selected_season = Season.at(timezone.localdate()) if year is None else _season(year, name)
    sort = request.GET.get("sort", "popular")
    sort = sort if sort in SORTS else "popular"
    service = request.GET.get("service", "")
    services = service_choices(season_ids(selected_season, request.user), request.user)
    service = service if service in {value for value, _label, _n in services} else ""
    context = {
        "season": selected_season,
        "service": service,
        "services": services,
        "is_current": selected_season == Season.at(timezone.localdate()),
        "groups": _groups(selected_season, request, SORTS[sort][1], service),
        "sort": sort,
        "sorts": [(value, label) for value, (label, _sort) in SORTS.items()],
        "names": SEASONS,
        "is_sample": has_sample_times(),
    }
    if request.htmx.target == "season-titles":
        return render(request, "catalog/airing/_season_titles.html", context)
    continuing = continuing_titles(selected_season, request.user, timezone.localdate()).for_cards()
    return render(
        request,
        "catalog/airing/season.html",
        {**context, "continuing": continuing.order_by("-popularity")[:CONTINUING]},
    )


@require_GET
def season_feed(request: HttpRequest, year: int, name: str) -> HttpResponse:
    """Return the season's air times as an iCalendar feed, the same for everyone."""
    feed_season, now = _season(year, name), timezone.now()
    titles = on_air(None).filter(pk__in=season_ids(feed_season, None))
    return calendar_response(request, feed_season.label, airings(titles, now - WEEK, now + timedelta(weeks=8)), None)


def _season(year: int, name: str) -> Season:
    if name not in SEASONS or not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404("Season not found.")
    return Season.of(year, name)


def _groups(season: Season, request: HttpRequest, sort: str, service: str) -> list[Group]:
    """Group the titles by format, each group in the selected order. service: those on it, or all if ""."""
    ids = season_ids(season, request.user, sort)
    ids = on_service(ids, service, request.user) if service else ids
    formats = dict(Title.objects.filter(pk__in=ids).order_by().values_list("pk", "format"))
    by_format = {one: [pk for pk in ids if formats.get(pk) == one] for one in FORMATS}
    card_ids = [pk for pks in by_format.values() for pk in pks[:MOST_SHOWN]]
    cards = Title.objects.visible_to(request.user).for_cards().in_bulk(card_ids)
    groups = [
        Group(one, [cards[pk] for pk in pks[:MOST_SHOWN] if pk in cards], len(pks)) for one, pks in by_format.items()
    ]
    return [group for group in groups if group.titles]
