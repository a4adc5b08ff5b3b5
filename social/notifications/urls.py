from django.urls import path

from social.notifications import views

urlpatterns = [
    path("notifications/", views.notification_list, name="notifications"),
    path("notifications/bell/", views.bell, name="bell"),
    path("notifications/off/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("settings/notifications/", views.notification_choices, name="notification_choices"),
]
