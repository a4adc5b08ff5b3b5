from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET

from catalog.models import Title
from catalog.posters import drawing as posters
from catalog.titles.names import ROMAJI

HOUR, YEAR = 3600, 31_536_000


@require_GET
def poster(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Serve a poster with the name in a language (`?name=`): cacheable for a year if its version (`?v=`) is current.

    Only titles that the viewer may see have one. Visitors without a session all see the same, so any cache may keep it.
    """
    is_visitor = settings.SESSION_COOKIE_NAME not in request.COOKIES
    titles = Title.objects.visible_to(None if is_visitor else request.user)
    title = get_object_or_404(titles.for_cards(), pk=pk)
    language = request.GET.get("name", ROMAJI)
    with translation.override(settings.LANGUAGE_CODE):  # the cached image is the same in every language
        svg = posters.poster(title, language)
    response = HttpResponse(svg, content_type="image/svg+xml")
    is_current = request.GET.get("v") == posters.poster_version(title, language)
    reach = "public" if is_visitor else "private"
    response["Cache-Control"] = f"{reach}, max-age={YEAR}, immutable" if is_current else f"{reach}, max-age={HOUR}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["ETag"] = etag = posters.poster_etag(title, language)
    return get_conditional_response(request, etag=etag, response=response) or response
