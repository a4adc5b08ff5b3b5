"""Files that crawlers and browsers look for: robots.txt and the description of the site's search."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from anirec.lib.web.addresses import site_url

DAY = 86_400
# Personal pages, and those that lead crawlers into endless combinations. `noindex` keeps the rest out of results.
DISALLOWED = (
    "/accounts/", "/admin/", "/api/", "/csp-reports/", "/events/", "/feed/", "/list/", "/live/", "/notifications/",
    "/rate/", "/search/", "/settings/", "/staff/", "/surprise/", "/titles/?*sort=",
)  # fmt: skip


@require_GET
@cache_control(max_age=DAY)
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in DISALLOWED)]
    lines += ["", f"Sitemap: {site_url(reverse('outside:sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_GET
@cache_control(max_age=DAY)
def opensearch(request: HttpRequest) -> HttpResponse:
    """Return the OpenSearch description, with which browsers offer the site's search in their address bar."""
    context = {
        "description": gettext("Search anime titles"),
        "search": site_url(reverse("catalog:search")),
        "self": site_url(request.path),
        "icon": site_url(static("img/favicon.svg")),
    }
    return render(request, "outside/opensearch.xml", context, content_type="application/opensearchdescription+xml")
