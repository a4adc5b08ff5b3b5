"""oEmbed: a page's title, author and card as JSON, for sites that show links with more than their address."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from anirec.lib.web.addresses import site_url
from anirec.outside.cards.drawing import HEIGHT, WIDTH
from anirec.outside.kinds.base import Subject
from anirec.outside.kinds.find import find_by_address

HOUR = 3600


def oembed_url(subject: Subject) -> str:
    """Return the address of the page's oEmbed response."""
    return f"{site_url(reverse('outside:oembed'))}?{urlencode({'url': subject.url, 'format': 'json'})}"


@require_GET
def oembed(request: HttpRequest) -> JsonResponse:
    """Return the page with the address `url`. `maxwidth` and `maxheight` leave out a picture that is larger."""
    if request.GET.get("format", "json") != "json":
        return _problem(HTTPStatus.NOT_IMPLEMENTED, gettext("Only the format “json” is supported."))
    limits = [request.GET.get(name, "") for name in ("maxwidth", "maxheight")]
    if not all(limit == "" or (limit.isascii() and limit.isdecimal() and len(limit) < 7) for limit in limits):
        return _problem(HTTPStatus.BAD_REQUEST, gettext("“maxwidth” and “maxheight” must be whole numbers."))
    if not request.GET.get("url"):
        return _problem(HTTPStatus.BAD_REQUEST, gettext("Add the page’s address as “url”."))
    subject = find_by_address(request.GET["url"])
    if subject is None:
        return _problem(HTTPStatus.NOT_FOUND, gettext("No public page of this site has this address."))
    width, height = (int(limit or 100_000) for limit in limits)
    return _open(JsonResponse(_link(subject) | (_picture(subject) if width >= WIDTH and height >= HEIGHT else {})))


def _link(subject: Subject) -> dict[str, Any]:
    name, path = subject.author or ("", "")
    author = {"author_name": name, "author_url": site_url(path)} if name else {}
    provider = {"provider_name": "anirec", "provider_url": site_url("/")}
    return {"version": "1.0", "type": "link", "title": subject.name, **author, **provider, "cache_age": HOUR}


def _picture(subject: Subject) -> dict[str, Any]:
    return {"thumbnail_url": subject.card_url, "thumbnail_width": WIDTH, "thumbnail_height": HEIGHT}


def _problem(status: HTTPStatus, message: str) -> JsonResponse:
    return _open(JsonResponse({"error": message}, status=status))


def _open(response: JsonResponse) -> JsonResponse:
    """Let other sites' pages read the response, which is the same for everyone."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
