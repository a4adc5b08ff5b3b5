from django.urls import path

from recommendations import views

app_name = "recommendations"
urlpatterns = [
    path("", views.home, name="home"),
    path("for-you/", views.for_you, name="for_you"),
    path("rate/", views.rate_some, name="rate_some"),
    path("rate/clear/", views.guest_clear, name="guest_clear"),
    path("rate/<int:pk>/", views.guest_rate, name="guest_rate"),
    path("titles/<int:pk>/similar/", views.similar, name="similar"),
    path("titles/<int:pk>/predicted/", views.predicted, name="predicted"),
    path("segments/", views.segments, name="segments"),
    path("about/", views.about, name="about"),
]
