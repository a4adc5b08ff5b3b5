from django.urls import path

from accounts.episode_counts import views

urlpatterns = [path("staff/episode-counts/", views.episode_counts, name="episode_counts")]
