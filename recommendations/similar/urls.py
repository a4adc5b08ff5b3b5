from django.urls import path

from recommendations.similar import views

urlpatterns = [
    path("titles/<int:pk>/similar/", views.similar, name="similar"),
    path("titles/<int:pk>/predicted/", views.predicted, name="predicted"),
]
