from django.urls import path

from social.comments import views
from social.moderation.views import report

urlpatterns = [
    path("comments/<int:pk>/delete/", views.delete_comment, name="delete_comment"),
    path("comments/<int:pk>/report/", report, {"kind": "comment"}, name="report_comment"),
]
