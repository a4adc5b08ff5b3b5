"""/api/: version 1 of every app's endpoints, the schema, and its documentation page."""

from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

import accounts.urls
import catalog.urls
import recommendations.urls
import social.urls


@require_safe
def ping(request: HttpRequest) -> JsonResponse:
    """Return an empty object, to check that the API is up. `anirec.bench` uses it as a baseline."""
    return JsonResponse({})


app_name = "api"
endpoints = [
    *catalog.urls.api_urlpatterns,
    *accounts.urls.api_urlpatterns,
    *recommendations.urls.api_urlpatterns,
    *social.urls.api_urlpatterns,
]
urlpatterns = [
    path("v1/ping/", ping, name="ping"),
    path("v1/", include(endpoints)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
]
