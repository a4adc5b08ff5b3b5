from django.urls import include, path

app_name = "catalog"
urlpatterns = [
    path("", include("catalog.title_page.urls")),
    path("", include("catalog.browse.urls")),
    path("", include("catalog.studios.urls")),
    path("", include("catalog.people.urls")),
    path("", include("catalog.saved_views.urls")),
    path("", include("catalog.airing.urls")),
    path("", include("catalog.meaning.urls")),
    path("", include("catalog.looks.urls")),
    path("", include("catalog.posters.urls")),
    path("", include("catalog.covers.urls")),
    path("", include("catalog.sources.urls")),
]
api_urlpatterns = [
    path("", include("catalog.browse.api")),
    path("", include("catalog.airing.api")),
    path("", include("catalog.title_page.api")),
    path("", include("catalog.meaning.api")),
]
