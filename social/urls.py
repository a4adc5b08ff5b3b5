from django.urls import path

from social import (
    feed_views,
    moderation_views,
    notification_views,
    people_views,
    plan_views,
    review_views,
    scores,
    views,
)

app_name = "social"
urlpatterns = [
    path("titles/<int:pk>/scores/", scores.title_scores, name="title_scores"),
    path("titles/<int:pk>/reviews/", review_views.title_reviews, name="title_reviews"),
    path("titles/<int:pk>/reviews/write/", review_views.write, name="write_review"),
    path("reviews/<int:pk>/", review_views.review, name="review"),
    path("reviews/<int:pk>/helpful/", review_views.helpful, name="helpful"),
    path("reviews/<int:pk>/report/", moderation_views.report_review, name="report_review"),
    path("comments/<int:pk>/report/", moderation_views.report_comment, name="report_comment"),
    path("notes/<int:pk>/report/", moderation_views.report_note, name="report_note"),
    path("members/<str:username>/report/", moderation_views.report_member, name="report_member"),
    path("staff/moderation/", moderation_views.queue, name="moderation"),
    path("staff/moderation/log/", moderation_views.log, name="moderation_log"),
    path("staff/moderation/<str:kind>/<int:pk>/", moderation_views.decide, name="decide"),
    path("reviews/<int:pk>/delete/", review_views.delete, name="delete_review"),
    path("reviews/<int:pk>/comment/", feed_views.comment_on_review, name="comment_on_review"),
    path("feed/", feed_views.feed, name="feed"),
    path("activities/<int:pk>/", feed_views.activity, name="activity"),
    path("activities/<int:pk>/like/", feed_views.like, name="like"),
    path("activities/<int:pk>/comment/", feed_views.comment_on_activity, name="comment_on_activity"),
    path("comments/<int:pk>/delete/", feed_views.delete_comment, name="delete_comment"),
    path("followers/", people_views.followers, name="followers"),
    path("blocked/", people_views.blocked, name="blocked"),
    *(
        path(f"members/<str:username>/{name.replace('_', '-')}/", getattr(people_views, name), name=name)
        for name in ("accept", "decline", "remove_follower", "take_back", "block", "unblock", "mute", "unmute")
    ),
    path("plans/", plan_views.plan_list, name="plans"),
    path("plans/<int:pk>/", plan_views.plan, name="plan"),
    path("plans/<int:pk>/change/", plan_views.change_plan, name="change_plan"),
    path("plans/<int:pk>/accept/", plan_views.accept, name="accept_plan"),
    path("plans/<int:pk>/leave/", plan_views.leave, name="leave_plan"),
    path("plans/<int:pk>/delete/", plan_views.delete, name="delete_plan"),
    path("plans/<int:pk>/invite/", plan_views.invite, name="invite"),
    path("plans/<int:pk>/members/<str:username>/remove/", plan_views.remove_member, name="remove_plan_member"),
    path("plans/<int:pk>/titles/<int:title_id>/", plan_views.plan_title, name="plan_title"),
    path("notifications/", notification_views.notification_list, name="notifications"),
    path("notifications/bell/", notification_views.bell, name="bell"),
    path("notifications/off/<str:token>/", notification_views.unsubscribe, name="unsubscribe"),
    path("settings/notifications/", notification_views.notification_choices, name="notification_choices"),
    path("members/", views.members, name="members"),
    path("members/<str:username>/", views.member, name="member"),
    path("members/<str:username>/reviews/", review_views.member_reviews, name="member_reviews"),
    path("members/<str:username>/follow/", views.follow, name="follow"),
    path("members/<str:username>/unfollow/", views.unfollow, name="unfollow"),
]
