from django.urls import path

from social.moderation.views import report
from social.tips import views

urlpatterns = [
    path("titles/<int:pk>/recommend/", views.recommend, name="recommend"),
    path("recommended/", views.recommended, name="recommended"),
    path("recommended/<int:pk>/decline/", views.decline, name="decline_tip"),
    path("recommended/<int:pk>/report/", report, {"kind": "tip"}, name="report_tip"),
]
