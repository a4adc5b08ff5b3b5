from django.urls import path

from accounts.settings import about, views, zone

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("settings/preferences/", views.preferences, name="preferences"),
    path("settings/privacy/", views.privacy, name="privacy"),
    path("settings/services/", views.services, name="services"),
    path("settings/media/", views.media, name="media"),
    path("settings/adult/", views.adult, name="adult"),
    path("settings/age/", views.age_limit, name="age_limit"),
    path("settings/language/", views.language, name="language"),
    path("settings/title-language/", views.title_language, name="title_language"),
    path("settings/time-zone/", zone.change_zone, name="time_zone"),
    path("settings/theme/", views.theme, name="theme"),
    path("settings/delete/", views.delete_account, name="delete_account"),
    path("settings/statistics/", about.about_me, name="about_me"),
    path("settings/statistics/withdraw/", about.withdraw, name="withdraw_about"),
]
