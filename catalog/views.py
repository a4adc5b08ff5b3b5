from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET

from catalog import posters, queries
from catalog.airing import next_airing
from catalog.distribution import score_bars
from catalog.facets import Facets, active_filters
from catalog.forms import SearchForm
from catalog.links import author_of, external_links
from catalog.models import SavedView, Tag, Title
from catalog.partial_dates import PartialDate
from catalog.requests import PageRequest
from catalog.search import search_titles
from catalog.time_zones import remember_zone, zone_of
from catalog.timeline import timeline
from catalog.watch_order import watch_order

PAGE = 36
SUGGESTIONS, RESULTS = 7, 60
HOUR, YEAR = 3600, 31_536_000


@require_GET
def browse(request: PageRequest) -> HttpResponse:
    """The filters' state is the address."""
    filters = queries.title_filter(request.GET, request.user)
    page = Paginator(filters.qs, PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"page": page, "filters": filters}
    if request.htmx.target == "pager":
        return render(request, "catalog/_titles.html", context)
    context |= {"facets": Facets(filters, request.GET.get("find", "")), "active": active_filters(filters)}
    if request.htmx.target == "titles":
        return render(request, "catalog/_browse_changed.html", context)
    views = SavedView.objects.filter(user=request.user) if request.user.is_authenticated else []
    return render(request, "catalog/browse.html", {**context, "views": views})


@require_GET
def search(request: PageRequest) -> HttpResponse:
    """By any of a title's names: a page, or suggestions while somebody types."""
    form = SearchForm(request.GET)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    typing = request.htmx.target == "suggestions"
    titles = search_titles(query, request.user, SUGGESTIONS if typing else RESULTS)
    template = "_suggestions.html" if typing else "search.html"
    return render(request, f"catalog/{template}", {"search_query": query, "titles": titles})


@require_GET
def title(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        detail = queries.title_detail(pk, request.user)
    except Title.DoesNotExist as error:
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
        "author": author_of(detail.title, "synopsis"),
    }
    return remember_zone(request, render(request, "catalog/title.html", context))


@require_GET
def poster(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Kept for ever under the address that `poster_url` gives, which changes with the picture."""
    shown = get_object_or_404(Title.objects.for_cards(), pk=pk)
    if shown.is_adult and not Title.objects.visible_to(request.user).filter(pk=pk).exists():
        raise Http404  # only here is the viewer asked for, so that all other posters are the same for everybody
    with translation.override(settings.LANGUAGE_CODE):  # a picture that is kept for ever is the same in any language
        picture = posters.poster(shown)
    response = HttpResponse(picture, content_type="image/svg+xml")
    is_lasting = request.GET.get("v") == posters.poster_version(shown)
    reach = "private" if shown.is_adult else "public"
    response["Cache-Control"] = f"{reach}, max-age={YEAR}, immutable" if is_lasting else f"{reach}, max-age={HOUR}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["ETag"] = etag = posters.poster_etag(shown)
    return get_conditional_response(request, etag=etag, response=response) or response
