from social.models.activities import Activity, ActivityItem, Comment, Like
from social.models.moderation import Decision, Report
from social.models.notifications import Notification, NotificationChoice
from social.models.plans import PlanMember, PlanTitle, PlanVote, WatchPlan
from social.models.relations import Block, DismissedSuggestion, Follow, FollowRequest, Mute
from social.models.reviews import HelpfulVote, Review, ReviewVersion
from social.models.tips import Tip

__all__ = [
    "Activity",
    "ActivityItem",
    "Block",
    "Comment",
    "Decision",
    "DismissedSuggestion",
    "Follow",
    "FollowRequest",
    "HelpfulVote",
    "Like",
    "Mute",
    "Notification",
    "NotificationChoice",
    "PlanMember",
    "PlanTitle",
    "PlanVote",
    "Report",
    "Review",
    "ReviewVersion",
    "Tip",
    "WatchPlan",
]
