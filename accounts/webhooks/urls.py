from django.urls import path

from accounts.webhooks import views

urlpatterns = [
    path("settings/webhooks/", views.hooks, name="webhooks"),
    path("settings/webhooks/<int:pk>/", views.act, name="webhook_act"),
]
