"""Progressive web app: manifest, service worker and offline page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET


@require_GET
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    drawing = {"src": static("img/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}
    pictures = [
        {"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)
    ]
    content = {
        "name": "anirec",
        "short_name": "anirec",
        "description": gettext("Track your anime and get recommendations that explain themselves."),
        "lang": get_language(),
        "start_url": reverse("recommendations:home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf8f4",
        "theme_color": "#c0301e",
        "icons": [{**icon, "purpose": purpose} for icon in (drawing, *pictures) for purpose in ("any", "maskable")],
    }
    return JsonResponse(content, content_type="application/manifest+json")


@require_GET
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Serve the service worker from the root, since its scope is limited to its own path."""
    return render(request, "service_worker.js", content_type="text/javascript")


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """Render the offline page. The browser caches it for all users, so it doesn't depend on the session."""
    return render(request, "offline.html")
