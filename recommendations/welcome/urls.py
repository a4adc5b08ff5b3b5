from django.urls import path

from recommendations.welcome import views

urlpatterns = [
    path("", views.home, name="home"),
    path("rate/", views.rate_some, name="rate_some"),
    path("rate/clear/", views.guest_clear, name="guest_clear"),
    path("rate/<int:pk>/", views.rate_title, name="guest_rate"),
]
