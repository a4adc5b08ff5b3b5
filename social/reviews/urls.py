from django.urls import path

from social.moderation.views import report
from social.reviews import views

urlpatterns = [
    path("titles/<int:pk>/reviews/", views.title_reviews, name="title_reviews"),
    path("titles/<int:pk>/reviews/write/", views.write, name="write_review"),
    path("reviews/<int:pk>/", views.review, name="review"),
    path("reviews/<int:pk>/reading/", views.reading, name="review_reading"),
    path("reviews/<int:pk>/helpful/", views.helpful, name="helpful"),
    path("reviews/<int:pk>/delete/", views.delete, name="delete_review"),
    path("reviews/<int:pk>/comment/", views.comment_on_review, name="comment_on_review"),
    path("reviews/<int:pk>/report/", report, {"kind": "review"}, name="report_review"),
    path("members/<str:username>/reviews/", views.member_reviews, name="member_reviews"),
]
