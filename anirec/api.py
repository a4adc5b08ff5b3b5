"""/api/: version 1 of every app's endpoints, the schema, and its documentation page."""

from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.api import urlpatterns as accounts_urls
from accounts.imports_api import urlpatterns as imports_urls
from catalog.api import urlpatterns as catalog_urls
from recommendations.api import urlpatterns as recommendations_urls


@require_safe
def ping(request: HttpRequest) -> JsonResponse:
    """Says that the API is there; what `anirec.bench` compares the endpoints with."""
    return JsonResponse({})


app_name = "api"
urlpatterns = [
    path("v1/ping/", ping, name="ping"),
    path("v1/", include([*catalog_urls, *accounts_urls, *imports_urls, *recommendations_urls])),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
]
