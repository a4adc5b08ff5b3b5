from django.urls import path

from social.moderation.views import report
from social.profiles import views

urlpatterns = [
    path("settings/profile/", views.edit, name="edit_profile"),
    path("settings/profile/picture/", views.upload, name="upload_picture"),
    path("settings/profile/picture/remove/", views.remove, name="remove_picture"),
    path("avatars/<str:digest>-<int:size>.webp", views.picture, name="avatar"),
    path("members/<str:username>/profile/report/", report, {"kind": "profile"}, name="report_profile"),
]
