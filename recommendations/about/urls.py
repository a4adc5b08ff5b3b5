from django.urls import path

from recommendations.about import views

urlpatterns = [
    path("segments/", views.segments, name="segments"),
    path("about/", views.about, name="about"),
]
