from django.urls import path

from recommendations.taste import views

urlpatterns = [
    path("taste/", views.taste, name="taste"),
    path("taste/<int:year>/", views.year, name="year"),
    path("taste/scores/<int:pk>/keep/", views.keep_score, name="keep_score"),
    path("members/<str:username>/taste/", views.taste_of_member, name="taste_of_member"),
    path("members/<str:username>/compare/watch/", views.of_theirs, name="of_theirs"),
]
