from django.urls import path

from social.favourites import views

urlpatterns = [
    path("favourites/", views.favourites, name="favourites"),
    path("titles/<int:pk>/favourite/", views.favourite, name="favourite"),
]
