from __future__ import annotations

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET

from anirec.outside.cards.rendering import BusyError, png
from anirec.outside.kinds.find import find

YEAR, HOUR = 31_536_000, 3600


@require_GET
def card(request: HttpRequest, kind: str, key: str, digest: str) -> HttpResponse:
    """Serve the card of a page that guests can see. An old address leads to the current one."""
    subject = find(kind, key)
    if subject is None:
        raise Http404
    if digest != subject.card.digest:
        return HttpResponseRedirect(subject.card_url, headers={"Cache-Control": f"public, max-age={HOUR}"})
    try:
        content = png(subject.card)
    except BusyError:
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "5"})
    headers = {
        "Cache-Control": f"public, max-age={YEAR}, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",  # other sites show it
    }
    return HttpResponse(content, content_type="image/png", headers=headers)
