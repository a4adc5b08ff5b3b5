from django.contrib import admin
from django.urls import include, path

from anirec import pwa as installable
from anirec.api.guide import guide

urlpatterns = [
    path("manifest.webmanifest", installable.manifest, name="manifest"),
    path("service-worker.js", installable.service_worker, name="service_worker"),
    path("offline/", installable.offline, name="offline"),
    path("api/", guide, name="api_guide"),
    path("", include("anirec.live.urls")),
    path("", include("recommendations.experiments.urls")),  # early: most requests are told events
    path("api/", include("anirec.api.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("catalog.urls")),
    path("", include("accounts.urls")),
    path("", include("social.urls")),
    path("", include("recommendations.urls")),
    path("", include("recommendations.staff.urls")),
]
handler400 = "anirec.api.problems.bad_request"
handler404 = "anirec.api.problems.page_not_found"
handler500 = "anirec.api.problems.server_error"
