from django.urls import path

from social.airing_news import views

urlpatterns = [
    path("titles/<int:pk>/airing/", views.airing, name="airing"),
]
