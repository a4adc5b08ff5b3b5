from django.urls import path

from anirec.outside import feeds, oembed, sitemaps, views
from anirec.outside.cards.views import card

app_name = "outside"
urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path("opensearch.xml", views.opensearch, name="opensearch"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemaps/<slug:kind>-<int:number>.xml", sitemaps.part, name="sitemap_part"),
    path("cards/<slug:kind>/<str:key>/<slug:digest>.png", card, name="card"),
    path("oembed/", oembed.oembed, name="oembed"),
    path("season/new.atom", feeds.season_feed, name="season_feed"),
    path("members/<str:username>/activity.atom", feeds.member_feed, name="member_feed"),
]
