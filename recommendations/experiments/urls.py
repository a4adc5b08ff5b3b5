from django.urls import path

from recommendations.experiments import intake, views

app_name = "experiments"
urlpatterns = [
    path("events/", intake.take_events, name="events"),
    path("staff/experiments/", views.experiments, name="experiments"),
    path("staff/experiments/<int:pk>/", views.experiment, name="experiment"),
    path("staff/experiments/<int:pk>/act/", views.act, name="act"),
]
