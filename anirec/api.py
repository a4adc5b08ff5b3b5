"""/api/: version 1 of every app's endpoints, the schema, and its documentation page."""

from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts import api as list_api
from accounts import bulk_api, imports_api, settings_api, webhooks_api
from catalog import api as titles_api
from catalog import listings_api
from recommendations import api as recommendations_api
from recommendations import more_api, together_api
from social import api as social_api
from social import feed_api, people_api, plans_api, reports_api, reviews_api, tips_api

PARTS = (
    listings_api, titles_api, bulk_api, list_api, imports_api, settings_api, webhooks_api, recommendations_api, more_api,
    together_api, social_api, reviews_api, feed_api, people_api, reports_api, tips_api, plans_api,
)  # fmt: skip


@require_safe
def ping(request: HttpRequest) -> JsonResponse:
    """Says that the API is there; what `anirec.bench` compares the endpoints with."""
    return JsonResponse({})


app_name = "api"
urlpatterns = [
    path("v1/ping/", ping, name="ping"),
    path("v1/", include([pattern for part in PARTS for pattern in part.urlpatterns])),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
]
