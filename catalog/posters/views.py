from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET

from catalog.models import Title
from catalog.posters import drawing as posters

HOUR, YEAR = 3600, 31_536_000


@require_GET
def poster(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Serve a poster, cached indefinitely: its URL from `poster_url` changes with the image."""
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
