from django.urls import path

from catalog import saved_views, views

app_name = "catalog"
urlpatterns = [
    path("titles/", views.browse, name="browse"),
    path("titles/views/", saved_views.saved_views, name="saved_views"),
    path("titles/views/<int:pk>/", saved_views.rename_view, name="rename_view"),
    path("titles/views/<int:pk>/delete/", saved_views.delete_view, name="delete_view"),
    path("titles/<int:pk>/", views.title, name="title"),
    path("search/", views.search, name="search"),
    path("posters/<int:pk>.svg", views.poster, name="poster"),
]
