from django.urls import path

from recommendations import for_you_views, taste_views, together_views, views

app_name = "recommendations"
urlpatterns = [
    path("", views.home, name="home"),
    path("for-you/", for_you_views.for_you, name="for_you"),
    path("for-you/<slug:slug>/", for_you_views.row, name="row"),
    path("moods/<slug:slug>/", for_you_views.mood, name="mood"),
    path("surprise/", for_you_views.surprise, name="surprise"),
    path("season/<int:year>/<slug:season>/for-you/", for_you_views.season_ranking, name="season_ranking"),
    path("together/", together_views.together, name="together"),
    path("plans/<int:pk>/suggestions/", together_views.plan_suggestions, name="plan_suggestions"),
    path("rate/", views.rate_some, name="rate_some"),
    path("rate/clear/", views.guest_clear, name="guest_clear"),
    path("rate/<int:pk>/", views.guest_rate, name="guest_rate"),
    path("titles/<int:pk>/similar/", views.similar, name="similar"),
    path("titles/<int:pk>/predicted/", views.predicted, name="predicted"),
    path("taste/", taste_views.taste, name="taste"),
    path("taste/<int:year>/", taste_views.year, name="year"),
    path("members/<str:username>/taste/", taste_views.taste_of_member, name="taste_of_member"),
    path("members/<str:username>/compare/watch/", taste_views.of_theirs, name="of_theirs"),
    path("segments/", views.segments, name="segments"),
    path("about/", views.about, name="about"),
]
