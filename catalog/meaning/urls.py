from django.urls import path

from catalog.meaning import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("titles/<int:pk>/alike/", views.alike, name="title_alike"),
]
