from django.urls import path

from catalog.posters import views

urlpatterns = [
    path("posters/<int:pk>.svg", views.poster, name="poster"),
]
