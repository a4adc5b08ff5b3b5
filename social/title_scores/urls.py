from django.urls import path

from social.title_scores import views

urlpatterns = [
    path("titles/<int:pk>/scores/", views.title_scores, name="title_scores"),
]
