from django.urls import path

from accounts.missed import views

urlpatterns = [
    path("airing/missed/", views.missed, name="missed"),
]
