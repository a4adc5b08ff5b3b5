from django.urls import include, path

app_name = "recommendations"
urlpatterns = [
    path("", include("recommendations.welcome.urls")),
    path("", include("recommendations.for_you.urls")),
    path("", include("recommendations.planned.urls")),
    path("", include("recommendations.similar.urls")),
    path("", include("recommendations.together.urls")),
    path("", include("recommendations.watch_plans.urls")),
    path("", include("recommendations.taste.urls")),
    path("", include("recommendations.about.urls")),
]
api_urlpatterns = [
    path("", include("recommendations.for_you.api")),
    path("", include("recommendations.for_you.rows_api")),
    path("", include("recommendations.planned.api")),
    path("", include("recommendations.similar.api")),
    path("", include("recommendations.taste.api")),
    path("", include("recommendations.together.api")),
    path("", include("recommendations.experiments.api")),
]
