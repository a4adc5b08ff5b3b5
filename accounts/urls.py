from django.urls import include, path

app_name = "accounts"
urlpatterns = [
    path("", include("accounts.lists.urls")),
    path("", include("accounts.history.urls")),
    path("", include("accounts.episode_counts.urls")),
    path("", include("accounts.own_entries.urls")),
    path("", include("accounts.portability.urls")),
    path("", include("accounts.settings.urls")),
    path("", include("accounts.security.urls")),
    path("", include("accounts.tokens.urls")),
    path("", include("accounts.webhooks.urls")),
    path("", include("accounts.scrobbling.urls")),
    path("", include("accounts.push.urls")),
    path("", include("accounts.missed.urls")),
]
api_urlpatterns = [
    path("", include("accounts.lists.bulk_api")),
    path("", include("accounts.lists.api")),
    path("", include("accounts.history.api")),
    path("", include("accounts.own_entries.api")),
    path("", include("accounts.portability.api")),
    path("", include("accounts.settings.api")),
    path("", include("accounts.webhooks.api")),
    path("", include("accounts.push.api")),
    path("", include("accounts.missed.api")),
]
