from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from anirec.lib.partial_dates import PartialDate
from anirec.lib.time_zones import remember_zone, zone_of
from anirec.lib.web.addresses import address_of
from catalog.airing.schedule import next_airing
from catalog.franchises.timeline import timeline
from catalog.franchises.watch_order import watch_order
from catalog.index.ranks import place_of
from catalog.models import Tag, Title
from catalog.title_page import queries
from catalog.title_page.links import author_of, community_of, external_links, open_database_of
from catalog.title_page.score_bars import score_bars
from catalog.title_page.sections import allow_trailer, streams_for
from catalog.titles.merging import redirected
from catalog.viewers import Viewer

RANKS = (
    (gettext_lazy("Score rank"), "weighted", "weighted"),
    (gettext_lazy("Popularity rank"), "popular", "popularity"),
)


@require_GET
def title(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        detail = queries.title_detail(pk, request.user)
    except Title.DoesNotExist as error:
        if kept_id := redirected(pk):
            return HttpResponsePermanentRedirect(address_of("catalog:title", kept_id))
        raise Http404 from error
    zone, today = zone_of(request), timezone.localdate()
    context = {
        "detail": detail,
        "title": detail.title,
        "links": external_links(detail.title.external_ids.all()),
        "tag_groups": [(kind.label, [tag for tag in detail.tags if tag.kind == kind]) for kind in Tag.Kind],
        "order": watch_order(detail.franchise, detail.links),
        "timeline": timeline(detail.franchise, PartialDate(today.year, today.month, today.day)),
        "bars": score_bars(detail.title.score_counts or []),
        "next_airing": next_airing(detail.title, timezone.now()),
        "zone": zone.key,
        "score_label": _("%(source)s score") % {"source": community_of(detail.title, "score")},
        "members_label": _("%(source)s members") % {"source": community_of(detail.title, "members")},
        "open_database": open_database_of(detail.title),
        "author": author_of(detail.title, "synopsis"),
        "provenance": queries.provenance_of(detail.title),
        "streams": streams_for(detail.title, request.user),
        "ranks_here": ranks_here(detail.title, request.user),
    }
    response = render(request, "catalog/title_page/title.html", context)
    return remember_zone(request, allow_trailer(response) if detail.details.trailer else response)


def ranks_here(title: Title, viewer: Viewer) -> list[tuple[Any, str, int]]:
    """Return (label, the browse page's order, place) of the title on this site."""
    places = [(label, sort, place_of(title.pk, number, viewer)) for label, sort, number in RANKS]
    return [(label, sort, place) for label, sort, place in places if place]
