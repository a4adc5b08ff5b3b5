from django.urls import path

from accounts.scrobbling import receiving, views

urlpatterns = [
    path("settings/scrobbling/", views.scrobbling, name="scrobbling"),
    path("settings/scrobbling/<int:pk>/", views.address, name="scrobble_address"),
    path("settings/scrobbling/<int:pk>/revoke/", views.revoke, name="revoke_scrobble_address"),
    path("settings/scrobbling/shows/<int:pk>/", views.show, name="scrobbled_show"),
    path("settings/scrobbling/shows/<int:pk>/decide/", views.decide, name="decide_scrobbled_show"),
    path("scrobble/", receiving.receive, name="scrobble_by_header"),
    path("scrobble/<str:key>/", receiving.receive, name="scrobble"),
]
