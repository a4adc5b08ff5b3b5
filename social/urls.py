from django.urls import include, path

app_name = "social"
urlpatterns = [
    path("", include("social.people.urls")),
    path("", include("social.taste_match.urls")),
    path("", include("social.reviews.urls")),
    path("", include("social.comments.urls")),
    path("", include("social.feed.urls")),
    path("", include("social.title_scores.urls")),
    path("", include("social.tips.urls")),
    path("", include("social.plans.urls")),
    path("", include("social.custom_lists.urls")),
    path("", include("social.favourites.urls")),
    path("", include("social.profiles.urls")),
    path("", include("social.notifications.urls")),
    path("", include("social.airing_news.urls")),
    path("", include("social.moderation.urls")),
    path("", include("social.corrections.urls")),
]
api_urlpatterns = [
    path("", include("social.people.api")),
    path("", include("social.people.relations_api")),
    path("", include("social.taste_match.api")),
    path("", include("social.reviews.api")),
    path("", include("social.comments.api")),
    path("", include("social.feed.api")),
    path("", include("social.tips.api")),
    path("", include("social.plans.api")),
    path("", include("social.custom_lists.api")),
    path("", include("social.favourites.api")),
    path("", include("social.profiles.api")),
    path("", include("social.notifications.api")),
    path("", include("social.airing_news.api")),
    path("", include("social.corrections.api")),
]
