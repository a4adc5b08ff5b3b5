from django.urls import path

from recommendations.together import views

urlpatterns = [
    path("together/", views.together, name="together"),
]
