from django.urls import path

from recommendations.for_you import views

urlpatterns = [
    path("for-you/", views.for_you, name="for_you"),
    path("for-you/<slug:slug>/", views.row, name="row"),
    path("moods/<slug:slug>/", views.mood, name="mood"),
    path("surprise/", views.surprise, name="surprise"),
    path("season/<int:year>/<slug:season>/for-you/", views.season_ranking, name="season_ranking"),
]
