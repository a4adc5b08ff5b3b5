from django.urls import path

from social.taste_match import views

urlpatterns = [
    path("suggestions/", views.suggested, name="suggestions"),
    path("members/<str:username>/compare/", views.compare, name="compare"),
    path("members/<str:username>/dismiss/", views.dismiss, name="dismiss"),
]
