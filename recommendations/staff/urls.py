from django.urls import path

from recommendations.staff import jobs_views, models_views, views

app_name = "staff"
urlpatterns = [
    path("staff/", views.start, name="start"),
    path("staff/analytics/", views.analytics, name="analytics"),
    path("staff/analytics/<slug:slug>/", views.analytics, name="analytics_page"),
    path("staff/models/", models_views.models, name="models"),
    path("staff/models/<int:pk>/", models_views.model, name="model"),
    path("staff/models/<int:pk>/serve/", models_views.serve, name="serve"),
    path("staff/jobs/", jobs_views.jobs, name="jobs"),
    path("staff/jobs/run/", jobs_views.run, name="run_job"),
    path("staff/jobs/<int:pk>/again/", jobs_views.again, name="again"),
]
