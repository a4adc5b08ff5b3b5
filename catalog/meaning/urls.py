from django.urls import path

from catalog.meaning import views

urlpatterns = [
    path("search/", views.search, name="search"),
]
