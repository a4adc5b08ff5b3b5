from django.urls import path

from catalog.looks import views

urlpatterns = [
    path("titles/<int:pk>/looks/", views.looks, name="title_looks"),
]
