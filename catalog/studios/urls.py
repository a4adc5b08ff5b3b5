from django.urls import path

from catalog.studios import views

urlpatterns = [
    path("studios/<str:slug>/", views.studio, name="studio"),
]
