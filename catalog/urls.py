from django.urls import path

from catalog import views

app_name = "catalog"
urlpatterns = [
    path("titles/", views.browse, name="browse"),
    path("titles/<int:pk>/", views.title, name="title"),
    path("search/", views.search, name="search"),
    path("posters/<int:pk>.svg", views.poster, name="poster"),
]
