from django.urls import path

from anirec.outside import sitemaps, views

app_name = "outside"
urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path("opensearch.xml", views.opensearch, name="opensearch"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemaps/<slug:kind>-<int:number>.xml", sitemaps.part, name="sitemap_part"),
]
