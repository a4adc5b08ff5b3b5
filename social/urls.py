from django.urls import path

from social import scores, views

app_name = "social"
urlpatterns = [
    path("titles/<int:pk>/scores/", scores.title_scores, name="title_scores"),
    path("members/", views.members, name="members"),
    path("members/<str:username>/", views.member, name="member"),
    path("members/<str:username>/follow/", views.follow, name="follow"),
    path("members/<str:username>/unfollow/", views.unfollow, name="unfollow"),
]
