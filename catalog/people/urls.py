from django.urls import path

from catalog.people import views

urlpatterns = [
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>-<str:slug>/", views.person, name="person"),
]
