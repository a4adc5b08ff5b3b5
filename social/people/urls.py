from django.urls import path

from social.moderation.views import report
from social.people import relations_views, views

urlpatterns = [
    path("members/", views.members, name="members"),
    path("members/<str:username>/", views.member, name="member"),
    path("members/<str:username>/own/", views.own_entries, name="own_entries"),
    path("members/<str:username>/follow/", views.follow, name="follow"),
    path("members/<str:username>/unfollow/", views.unfollow, name="unfollow"),
    path("followers/", relations_views.followers, name="followers"),
    path("blocked/", relations_views.blocked, name="blocked"),
    path("members/<str:username>/accept/", relations_views.accept, name="accept"),
    path("members/<str:username>/decline/", relations_views.decline, name="decline"),
    path("members/<str:username>/remove-follower/", relations_views.remove_follower, name="remove_follower"),
    path("members/<str:username>/take-back/", relations_views.take_back, name="take_back"),
    path("members/<str:username>/block/", relations_views.block, name="block"),
    path("members/<str:username>/unblock/", relations_views.unblock, name="unblock"),
    path("members/<str:username>/mute/", relations_views.mute, name="mute"),
    path("members/<str:username>/unmute/", relations_views.unmute, name="unmute"),
    path("notes/<int:pk>/report/", report, {"kind": "entry"}, name="report_note"),
    path("members/<str:username>/report/", report, {"kind": "member"}, name="report_member"),
]
