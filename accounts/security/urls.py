from django.urls import path

from accounts.security import views

urlpatterns = [path("lock/<str:token>/", views.lock, name="lock")]
