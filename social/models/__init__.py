from social.models.activities import Activity, ActivityItem, Comment, Like
from social.models.corrections import Correction
from social.models.custom_lists import CustomList, CustomListItem
from social.models.favourites import Favourite
from social.models.moderation import Decision, Report
from social.models.notifications import Notification, NotificationChoice
from social.models.profiles import Profile
from social.models.relations import Block, DismissedSuggestion, Follow, FollowRequest, Mute
from social.models.reviews import HelpfulVote, Review, ReviewVersion

__all__ = [
    "Activity",
    "ActivityItem",
    "Block",
    "Comment",
    "Correction",
    "CustomList",
    "CustomListItem",
    "Decision",
    "DismissedSuggestion",
    "Favourite",
    "Follow",
    "FollowRequest",
    "HelpfulVote",
    "Like",
    "Mute",
    "Notification",
    "NotificationChoice",
    "Profile",
    "Report",
    "Review",
    "ReviewVersion",
]
