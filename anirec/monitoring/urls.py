from django.urls import path

from anirec.monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("staff/system/", views.system, name="system"),
    path("staff/system/test-email/", views.test_email, name="test_email"),
    path("accounts/first-admin/<slug:token>/", views.first_admin, name="first_admin"),
]
