from django.urls import path

from catalog.title_page import views

urlpatterns = [
    path("titles/<int:pk>/", views.title, name="title"),
]
