from django.urls import path

from accounts import about_views, import_urls, settings_views, token_views, views, webhook_views

app_name = "accounts"
urlpatterns = [
    path("list/", views.list_view, name="list"),
    path("list/hidden/", views.hidden, name="hidden"),
    path("list/bulk/", views.bulk, name="bulk"),
    path("list/undo/<str:key>/", views.undo_change, name="undo"),
    path("list/<int:title_id>/", views.entry, name="entry"),
    path("list/<int:title_id>/quick/", views.quick, name="quick"),
    path("list/<int:title_id>/up-to/", views.watched_up_to, name="watched_up_to"),
    path("list/<int:title_id>/remove/", views.remove, name="remove"),
    path("list/<int:title_id>/hide/", views.hide, name="hide"),
    path("list/<int:title_id>/unhide/", views.unhide, name="unhide"),
    *import_urls.urlpatterns,
    path("settings/", settings_views.settings, name="settings"),
    path("settings/preferences/", settings_views.preferences, name="preferences"),
    path("settings/privacy/", settings_views.privacy, name="privacy"),
    path("settings/adult/", settings_views.adult, name="adult"),
    path("settings/statistics/", about_views.about_me, name="about_me"),
    path("settings/statistics/withdraw/", about_views.withdraw, name="withdraw_about"),
    path("settings/age/", settings_views.age_limit, name="age_limit"),
    path("settings/language/", settings_views.language, name="language"),
    path("settings/theme/", settings_views.theme, name="theme"),
    path("settings/webhooks/", webhook_views.hooks, name="webhooks"),
    path("settings/webhooks/<int:pk>/", webhook_views.act, name="webhook_act"),
    path("settings/tokens/", token_views.tokens, name="tokens"),
    path("settings/tokens/<int:pk>/revoke/", token_views.revoke, name="revoke_token"),
    path("settings/delete/", settings_views.delete_account, name="delete_account"),
]
