from django.urls import path

from social.moderation import views

urlpatterns = [
    path("staff/moderation/", views.queue, name="moderation"),
    path("staff/moderation/log/", views.log, name="moderation_log"),
    path("staff/moderation/<str:kind>/<int:pk>/", views.decide, name="decide"),
]
