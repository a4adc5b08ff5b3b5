from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from catalog.covers import files
from catalog.models import Title

YEAR = 31_536_000


@require_safe
def cover(request: HttpRequest, digest: str, width: int) -> HttpResponseBase:
    """Serve a cover to those who may see its title. Its name changes with its content.

    Only the browser may keep it, and only while the same person is logged in: an age limit holds for the address, too.
    """
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    titles = Title.objects.visible_to(request.user if has_session else None)
    is_shown = settings.COVERS and width in files.WIDTHS and titles.filter(cover_digest=digest).exists()
    content = files.read(digest, width) if is_shown else None
    if content is None:
        raise Http404
    etag = f'"{digest}"'
    response = HttpResponse(content, content_type="image/webp")
    response["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["ETag"] = etag
    patch_vary_headers(response, ["Cookie"])
    return get_conditional_response(request, etag=etag, response=response) or response
