from django.urls import path

from social import views

app_name = "social"
urlpatterns = [
    path("members/", views.members, name="members"),
    path("members/<str:username>/", views.member, name="member"),
    path("members/<str:username>/follow/", views.follow, name="follow"),
    path("members/<str:username>/unfollow/", views.unfollow, name="unfollow"),
]
