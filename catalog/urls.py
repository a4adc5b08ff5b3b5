from django.urls import path

from catalog import calendar_views, saved_views, season_views, top_lists, views

app_name = "catalog"
urlpatterns = [
    path("titles/", views.browse, name="browse"),
    path("titles/views/", saved_views.saved_views, name="saved_views"),
    path("titles/views/<int:pk>/", saved_views.rename_view, name="rename_view"),
    path("titles/views/<int:pk>/delete/", saved_views.delete_view, name="delete_view"),
    path("titles/<int:pk>/", views.title, name="title"),
    path("season/", season_views.season, name="season_now"),
    path("season/<int:year>/<slug:name>/", season_views.season, name="season"),
    path("season/<int:year>/<slug:name>.ics", season_views.season_feed, name="season_feed"),
    path("top/", top_lists.top, name="top"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/feed/", calendar_views.renew_feed, name="renew_feed"),
    path("calendar/feed/revoke/", calendar_views.revoke_feed, name="revoke_feed"),
    path("calendar/feed/<slug:token>.ics", calendar_views.calendar_feed, name="calendar_feed"),
    path("search/", views.search, name="search"),
    path("posters/<int:pk>.svg", views.poster, name="poster"),
]
