from django.urls import path

from catalog.airing import calendar_views, season_views

urlpatterns = [
    path("season/", season_views.season, name="season_now"),
    path("season/<int:year>/<slug:name>/", season_views.season, name="season"),
    path("season/<int:year>/<slug:name>.ics", season_views.season_feed, name="season_feed"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/feed/", calendar_views.renew_feed, name="renew_feed"),
    path("calendar/feed/revoke/", calendar_views.revoke_feed, name="revoke_feed"),
    path("calendar/feed/<slug:token>.ics", calendar_views.calendar_feed, name="calendar_feed"),
]
