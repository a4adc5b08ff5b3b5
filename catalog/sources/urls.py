from django.urls import path

from catalog.sources import views

urlpatterns = [
    path("staff/sources/", views.sources, name="sources"),
    path("staff/sources/<slug:name>/refresh/", views.refresh_now, name="refresh_source"),
]
