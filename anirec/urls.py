from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from anirec import pwa as installable
from anirec.api.guide import guide
from anirec.security import csp_reports

# The admin is behind the site's own log-in, with its limits and second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("manifest.webmanifest", installable.manifest, name="manifest"),
    path("service-worker.js", installable.service_worker, name="service_worker"),
    path("offline/", installable.offline, name="offline"),
    path("api/", guide, name="api_guide"),
    path("csp-reports/", csp_reports, name="csp_reports"),
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
    path("", include("anirec.monitoring.urls")),
    path("", include("anirec.outside.urls")),
]
handler400 = "anirec.api.problems.bad_request"
handler404 = "anirec.api.problems.page_not_found"
handler500 = "anirec.api.problems.server_error"
