from django.urls import path

from social.feed import views

urlpatterns = [
    path("feed/", views.feed, name="feed"),
    path("activities/<int:pk>/", views.activity, name="activity"),
    path("activities/<int:pk>/like/", views.like, name="like"),
    path("activities/<int:pk>/comment/", views.comment_on_activity, name="comment_on_activity"),
]
