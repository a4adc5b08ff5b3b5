from django.urls import path

from accounts.push import views

urlpatterns = [
    path("settings/push/", views.devices, name="push"),
    path("settings/push/<int:pk>/", views.act, name="push_act"),
]
