from django.urls import path

from catalog.covers import views

urlpatterns = [
    path("covers/<slug:digest>-<int:width>.webp", views.cover, name="cover"),
]
