from django.urls import path

from catalog.title_page import sections, views

urlpatterns = [
    path("titles/<int:pk>/", views.title, name="title"),
    path("titles/<int:pk>/people/", sections.people, name="title_people"),
    path("titles/<int:pk>/franchise/", sections.franchise, name="title_franchise"),
    path("titles/<int:pk>/trailer/", sections.trailer, name="title_trailer"),
]
