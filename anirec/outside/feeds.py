"""Atom feeds: a member's public activity, and the latest seasons. They are the same for everyone."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import strip_tags
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from accounts.models import Visibility
from anirec.lib.web.addresses import site_url
from anirec.outside.kinds.seasons import titles_of
from catalog.airing.seasons import Season, season_ids
from social.feed.queries import News, visible_news
from social.models import Activity
from social.people.queries import visible_member

NEWEST, SEASONS, TITLES = 40, 8, 40
HOUR = 3600


@require_GET
@cache_control(max_age=HOUR // 4)
def member_feed(request: HttpRequest, username: str) -> HttpResponse:
    """Return the newest public activity of a member whose list is public."""
    member = visible_member(username, AnonymousUser())
    if member.list_visibility != Visibility.PUBLIC:
        raise Http404
    newest = Activity.objects.filter(actor=member).select_related("actor").order_by("-at", "-pk")[:NEWEST]
    title = _("%(name)s’s activity") % {"name": member.username}
    feed = _feed(request, title, member.get_absolute_url())
    for news in visible_news(list(newest), None):
        _add_news(feed, news)
    return _response(feed)


def _add_news(feed: Atom1Feed, news: News) -> None:
    context = {"news": news, "activity": news.activity, "kind": news.activity.kind, "first": news.items[0]}
    deed = strip_tags(render_to_string("social/feed/_deed.html", context))
    address = site_url(news.activity.get_absolute_url())
    content = render_to_string("outside/_activity.html", {**context, "site": site_url("")})
    _add(feed, " ".join(deed.split()), address, content, news.activity.at, news.activity.actor.username)


@require_GET
@cache_control(max_age=HOUR)
def season_feed(request: HttpRequest) -> HttpResponse:
    """Return the next season and those before it, each with its most popular titles."""
    feed = _feed(request, _("New anime seasons"), reverse("catalog:season_now"))
    season = Season.at(timezone.localdate()).next
    for _number in range(SEASONS):
        if ids := season_ids(season, None):
            _add_season(feed, season, ids)
        season = season.previous
    return _response(feed)


def _add_season(feed: Atom1Feed, season: Season, ids: list[int]) -> None:
    titles = titles_of(ids[:TITLES])
    content = render_to_string("outside/_season.html", {"titles": titles, "site": site_url("")})
    start = datetime.combine(season.first_day, time.min, UTC)
    address = site_url(reverse("catalog:season", args=[season.year, season.name]))
    _add(feed, season.label, address, content, start, "anirec")


def _feed(request: HttpRequest, title: str, path: str) -> Atom1Feed:
    address = site_url(path)
    return Atom1Feed(title, address, "", language=get_language(), feed_url=site_url(request.path), feed_guid=address)


def _add(feed: Atom1Feed, title: str, link: str, content: str, at: datetime, author: str) -> None:
    more: dict[str, Any] = {"author_name": author, "unique_id": link, "pubdate": at, "updateddate": at}
    feed.add_item(title=title, link=link, description=content, **more)


def _response(feed: Atom1Feed) -> HttpResponse:
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
