from django.urls import path

from catalog.browse import top_lists, views

urlpatterns = [
    path("titles/", views.browse, name="browse"),
    path("top/", top_lists.top, name="top"),
]
