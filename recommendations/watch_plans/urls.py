from django.urls import path

from recommendations.watch_plans import views

urlpatterns = [
    path("plans/<int:pk>/suggestions/", views.plan_suggestions, name="plan_suggestions"),
]
